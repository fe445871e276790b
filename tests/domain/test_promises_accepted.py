"""What was accepted stays accepted: the table of phrases may grow under open defects (D7)."""

import pytest

from domain.contract.defect import DefectStart, PostProgress
from domain.contract.parsing import InvalidCommand, parse
from domain.defect.lifecycle import Defect
from tests.domain.builders import ETO, FRIDAY, a_defect, defect_start


def test_a_text_that_was_accepted_is_not_judged_again() -> None:
    """A replay applies what the table refuses today; a new command with it is refused."""
    said = parse(PostProgress, {"actor": "a", "public_text": "It is back by Friday."})
    defect, _ = a_defect()
    with pytest.raises(InvalidCommand, match="by Friday"):
        defect.handle(said, FRIDAY)

    assert defect.handle(said, FRIDAY, accepted=True) != []
    with pytest.raises(InvalidCommand, match="by Friday"):
        defect.preview(said, FRIDAY)


def test_a_start_that_was_accepted_is_not_judged_again() -> None:
    """The same for the summary a defect began with."""
    start = parse(DefectStart, defect_start("S1", public_summary="It is back by Friday."))
    with pytest.raises(InvalidCommand, match="public_summary"):
        Defect.open("DEF-1", start, ETO, FRIDAY)

    defect, effects = Defect.open("DEF-1", start, ETO, FRIDAY, accepted=True)
    assert (defect.public_summary, effects != []) == ("It is back by Friday.", True)
