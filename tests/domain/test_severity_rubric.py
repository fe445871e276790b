"""The rubric of severities, line by line (D1)."""

from typing import Any

import pytest

from domain.severity_rubric import IntakeFacts, suggest


@pytest.mark.parametrize(
    ("facts", "severity", "reason"),
    [
        pytest.param(
            {"function": "cosmetic", "nobody_can_work": True},
            "S1",
            "an outage: users cannot use the software at all",
            id="login is down across all sites",
        ),
        pytest.param(
            {"function": "lesser", "clients_exposed": 2, "workaround": "easy"},
            "S1",
            "a privacy breach that hits several customers",
            id="data of several customers was exposed",
        ),
        pytest.param(
            {"function": "core", "blocked": True, "major_impact": True},
            "S1",
            "a key function is broken, without a workaround and with major impact",
            id="a key function is broken, no workaround, major impact",
        ),
        pytest.param(
            {"function": "lesser", "clients_exposed": 1},
            "S2",
            "data of one customer was exposed",
            id="data of one customer was exposed",
        ),
        pytest.param(
            {"function": "core", "blocked": True},
            "S2",
            "a function in a core area fails without a workaround",
            id="a key function is broken, but without major impact",
        ),
        pytest.param(
            {"function": "core", "major_impact": True},
            "S2",
            "a function in a core area fails without a workaround",
            id="major impact, but the function is not blocked",
        ),
        pytest.param(
            {
                "function": "core",
                "blocked": True,
                "major_impact": True,
                "workaround": "laborious",
            },
            "S2",
            "a function in a core area fails and the workaround is laborious",
            id="a laborious workaround",
        ),
        pytest.param(
            {"function": "core", "blocked": True, "major_impact": True, "workaround": "easy"},
            "S3",
            "there is an easy workaround",
            id="an easy workaround, whatever is blocked",
        ),
        pytest.param(
            {"function": "lesser", "blocked": True, "major_impact": True},
            "S3",
            "a lesser function fails or confuses",
            id="a lesser function, however broken",
        ),
        pytest.param(
            {"function": "lesser", "workaround": "laborious"},
            "S3",
            "a lesser function fails or confuses",
            id="a lesser function with a laborious workaround",
        ),
        pytest.param(
            {"function": "cosmetic"}, "S4", "it is cosmetic or an inconsistency", id="a typo"
        ),
        pytest.param(
            {"function": "core", "unsupported_browser": True},
            "S4",
            "it shows in an unsupported browser only",
            id="an unsupported browser",
        ),
    ],
)
def test_intake_facts_suggest_a_severity_with_its_reason(
    facts: dict[str, Any], severity: str, reason: str
) -> None:
    """D1: the first line of the rubric that fits, worst first."""
    suggestion = suggest(IntakeFacts.model_validate(facts))
    assert (suggestion.severity, suggestion.reason) == (severity, reason)
