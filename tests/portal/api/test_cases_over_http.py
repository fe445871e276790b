"""Cases, defects and releases over HTTP, on real workflows."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from portal.api.security import Scope
from tests.domain.builders import case_start, defect_start
from tests.portal.conftest import Portal


async def test_a_case_gets_the_next_number_and_its_status(portal: Portal) -> None:
    """201, the address of the case, and the contract's status."""
    service = portal.service()

    answer = await service.post("/cases", json=case_start())

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/cases/CASE-000001"
    assert answer.json()["number"] == "CASE-000001"
    assert answer.json()["state"] == "open"
    assert (await service.get("/cases/CASE-000001")).json()["client"] == "client-1"


async def test_a_number_of_the_callers_is_taken_as_it_is(portal: Portal) -> None:
    """A repeat is harmless and says that it was there."""
    service = portal.service()

    first = await service.post("/cases", json=case_start(number="SF-00123"))
    second = await service.post("/cases", json=case_start(number="SF-00123"))

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["number"] == "SF-00123"


async def test_a_start_that_says_something_else_learns_nothing_of_what_runs(
    portal: Portal,
) -> None:
    """Whoever takes the number of somebody else's case is told to take another one."""
    service, stranger = portal.service(), portal.service(portal.token("stranger"))
    await service.post("/cases", json=case_start(number="SF-1"))
    await portal.world.defects.start("CaseWorkflow", "SF-2", case_start(actor="crm"))

    other = await stranger.post("/cases", json=case_start(number="SF-1", client="mine"))
    same_words = await stranger.post("/cases", json=case_start(number="SF-1"))
    of_a_program = await service.post("/cases", json=case_start(number="SF-2"))
    another = await service.post("/cases", json=case_start(number="SF-2", subject="Another"))
    own = await service.post("/cases", json=case_start(number="SF-1"))

    for answer in (other, same_words, another):
        assert (answer.status_code, answer.json()["type"], answer.json()["field"]) == (
            409,
            "urn:defects:problem:number-taken",
            "number",
        )
        assert "state" not in answer.json()
    assert (own.status_code, of_a_program.status_code) == (200, 200)


async def test_an_id_of_our_own_workflows_is_no_number(portal: Portal) -> None:
    """As the number of a start, and wherever a message names one."""
    service = portal.service()
    for number in ("webhook-163a9558de48", "impact-review", "area-work-login"):
        for kind, start in (("cases", case_start()), ("defects", defect_start("S4"))):
            answer = await service.post(f"/{kind}", json=start | {"number": number})
            assert (answer.status_code, answer.json()["field"]) == (422, "number"), number
            assert not await portal.world.defects.exists(number)
    await service.post("/cases", json=case_start(number="C-1"))
    confirmed = await service.post(
        "/cases/C-1/confirm_defect",
        json={"defect": "webhook-1", "severity": "S4", "title": "T", "functional_area": "a"},
    )
    assert (confirmed.status_code, confirmed.json()["field"]) == (422, "defect")


@pytest.mark.parametrize(
    ("kind", "start", "scopes", "needs"),
    [
        (
            "cases",
            case_start(past={"opened_at": "2020-01-01T00:00:00Z"}),
            (Scope.CASES_READ, Scope.CASES_WRITE),
            Scope.CASES_IMPORT,
        ),
        (
            "defects",
            defect_start("S3", past={"confirmed_at": "2020-01-01T00:00:00Z"}),
            (Scope.DEFECTS_READ, Scope.DEFECTS_WRITE),
            Scope.DEFECTS_IMPORT,
        ),
    ],
)
async def test_a_past_needs_a_scope_of_its_own(
    portal: Portal, kind: str, start: dict[str, Any], scopes: tuple[Scope, ...], needs: Scope
) -> None:
    """What is brought in so owes nothing and tells nobody."""
    refused = await portal.service(portal.token("crm", *scopes)).post(f"/{kind}", json=start)
    nothing = await portal.service(portal.token("crm", *scopes)).post(
        f"/{kind}", json={name: said for name, said in start.items() if name != "past"}
    )
    taken = await portal.service(portal.token("importer", *scopes, needs)).post(
        f"/{kind}", json=start
    )

    assert (refused.status_code, refused.json()["detail"]) == (403, f"the token lacks {needs}")
    assert (nothing.status_code, taken.status_code) == (201, 201)


async def test_a_token_that_may_not_read_is_answered_with_the_number_alone(
    portal: Portal,
) -> None:
    """It may say something to a case, which tells it nothing of the case."""
    await portal.world.case("C-1")
    blind = portal.service(portal.token("form", Scope.CASES_WRITE))

    opened = await blind.post("/cases", json=case_start(number="C-2"))
    again = await blind.post("/cases", json=case_start(number="C-2"))
    said = await blind.post("/cases/C-1/respond", json={"message": "We look at it."})
    refused = await blind.post("/cases/C-1/respond", json={"message": "Fixed by Friday"})

    assert (opened.status_code, opened.json()) == (201, {"number": "C-2"})
    assert (again.status_code, again.json()) == (200, {"number": "C-2"})
    assert (said.status_code, said.json()) == (200, {"number": "C-1"})
    assert (refused.status_code, refused.json()["field"]) == (422, "message")


async def test_a_number_that_stands_for_something_else_is_refused(portal: Portal) -> None:
    """The number of a defect is none for a case, and shows nothing of the defect."""
    service = portal.service()
    await service.post("/defects", json=defect_start("S3", number="X-1"))

    answer = await service.post("/cases", json=case_start(number="X-1"))

    assert answer.status_code == 422
    assert answer.json()["field"] == "number"
    assert (await service.get("/cases/X-1")).status_code == 404


async def test_a_repeat_with_the_same_key_gets_the_same_number(portal: Portal) -> None:
    """Also where both come at once; another request under the key is refused."""
    service, key = portal.service(), {"Idempotency-Key": "mail-17"}

    both = await asyncio.gather(
        *(service.post("/cases", json=case_start(), headers=key) for _ in range(2))
    )
    other = await service.post("/cases", json=case_start(subject="Another"), headers=key)
    elsewhere = await portal.service(portal.token("tracker")).post(
        "/cases", json=case_start(), headers=key
    )

    assert {answer.json()["number"] for answer in both} == {"CASE-000001"}
    assert sorted(answer.status_code for answer in both) == [200, 201]
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")
    assert elsewhere.status_code == 201


async def test_a_forgotten_key_does_not_bring_an_old_number_back(portal: Portal) -> None:
    """A number once issued is never issued for something else."""
    service, key = portal.service(portal.token(days=90)), {"Idempotency-Key": "once"}
    first = await service.post("/cases", json=case_start(), headers=key)
    portal.wall.at += timedelta(days=31)

    second = await service.post("/cases", json=case_start(subject="Later"), headers=key)

    assert first.json()["number"] != second.json()["number"]


async def test_numbers_an_import_has_brought_are_passed_over(portal: Portal) -> None:
    """The next number of ours may be somebody else's already."""
    await portal.world.case("CASE-000001")

    answer = await portal.service().post("/cases", json=case_start(client="client-2"))

    assert answer.json()["number"] == "CASE-000002"
    assert answer.json()["client"] == "client-2"


async def test_a_wrong_start_uses_no_number_up(portal: Portal) -> None:
    """It is refused in the contract's words, and the next one gets the first number."""
    service = portal.service()

    wrong = await service.post("/defects", json=defect_start("S5"))
    promising = await service.post(
        "/defects", json=defect_start("S3", public_summary="Fixed by Friday")
    )
    unknown = await service.post("/defects", json=defect_start("S3", policy="none"))
    sound = await service.post("/defects", json=defect_start("S3"))

    assert (wrong.status_code, wrong.json()["field"]) == (422, "severity")
    assert (promising.status_code, promising.json()["field"]) == (422, "public_summary")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "policy")
    assert sound.json()["number"] == "DEF-000001"


async def test_a_command_answers_the_new_status(portal: Portal) -> None:
    """And a refused one names field and reason in a problem document."""
    service = portal.service()
    await service.post("/defects", json=defect_start("S2"))

    held = await service.post("/defects/DEF-000001/hold", json={"reason": "waiting for logs"})
    again = await service.post("/defects/DEF-000001/hold", json={"reason": "again"})

    assert held.json()["state"] == "on_hold"
    assert again.status_code == 422
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["type"] == "urn:defects:problem:invalid-command"
    assert again.json()["field"] == "state"


async def test_the_key_of_a_refused_command_is_free_again(portal: Portal) -> None:
    """Who corrects a request need not invent another key; a repeat of what was done is harmless."""
    service, key = portal.service(), {"Idempotency-Key": "k-1"}
    await service.post("/cases", json=case_start(number="C-1"))
    address = "/cases/C-1/respond"

    refused = await service.post(address, json={"message": "Fixed by Friday"}, headers=key)
    done = [
        await service.post(address, json={"message": "We look at it."}, headers=key)
        for _ in range(2)
    ]
    other = await service.post(address, json={"message": "Something else."}, headers=key)
    timeline = (await service.get("/cases/C-1/timeline")).json()

    assert refused.status_code == 422
    assert [answer.status_code for answer in done] == [200, 200]
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")
    assert [fact["event"] for fact in timeline].count("case.responded") == 1


async def test_the_actor_is_whose_the_token_is(portal: Portal) -> None:
    """Unless it may speak for others, and does."""
    await portal.world.defect("DEF-9", "S3")
    plain = portal.service(portal.token("tracker"))
    desk = portal.service(portal.token("desk", Scope.DEFECTS_WRITE, Scope.ACTOR_ANY))

    for service in (plain, desk):
        note = {"internal_note": "seen", "actor": "agent-7"}
        assert (await service.post("/defects/DEF-9/post_progress", json=note)).status_code == 200
    facts = (await plain.get("/defects/DEF-9/timeline")).json()

    assert [f["actor"] for f in facts if f["event"] == "defect.progress"] == ["tracker", "agent-7"]


async def test_what_has_ended_is_still_known_and_takes_no_command(portal: Portal) -> None:
    """Its status stays; a command is refused like any other that does not apply."""
    service = portal.service()
    await service.post("/cases", json=case_start(number="C-1"))
    await service.post("/cases/C-1/answer", json={"message": "Like this."})
    await portal.world.handle("C-1").result()

    late = await service.post("/cases/C-1/respond", json={"message": "One more thing."})
    again = await service.post("/cases", json=case_start(number="C-1"))

    assert (late.status_code, late.json()["field"]) == (422, "state")
    assert (again.status_code, again.json()["field"]) == (409, "number")
    assert again.json()["type"] == "urn:defects:problem:number-used"
    assert (await service.get("/cases/C-1")).json()["state"] == "closed"


async def test_explain_is_for_defects(portal: Portal) -> None:
    """What is due and why, as data and in words."""
    service = portal.service()
    await service.post("/defects", json=defect_start("S1"))

    answer = await service.get("/defects/DEF-000001/explain")

    assert "budget of 2 business days" in answer.json()["text"]
    assert (await service.get("/cases/DEF-000001/explain")).status_code == 404


async def test_a_release_is_planned_and_takes_defects(portal: Portal) -> None:
    """The third kind has the same addresses."""
    service = portal.service()
    deploy_at = (portal.wall.at + timedelta(days=20)).isoformat()
    start = {"kind": "major", "title": "Spring", "deploy_at": deploy_at}

    planned = await service.post("/releases", json=start)
    await service.post("/defects", json=defect_start("S3"))
    attached = await service.post(
        "/releases/REL-000001/attach_defect", json={"defect": "DEF-000001"}
    )

    assert (planned.status_code, planned.json()["state"]) == (201, "planned")
    assert attached.status_code == 200


async def test_lists_come_in_pages_and_know_their_filters(portal: Portal) -> None:
    """Ordered by number; a parameter that is none is refused, not passed over."""
    service = portal.service()
    for number, severity in (("D-1", "S2"), ("D-2", "S3"), ("D-3", "S3")):
        await portal.world.defect(number, severity)
    await portal.world.settle()

    first = (await service.get("/defects", params={"limit": 2})).json()
    second = (await service.get("/defects", params={"limit": 2, "after": first["next"]})).json()
    lesser = (await service.get("/defects", params={"severity": ["S3", "S4"]})).json()
    misspelt = await service.get("/defects", params={"sevrity": "S3"})

    assert [item["number"] for item in first["items"]] == ["D-1", "D-2"]
    assert ([item["number"] for item in second["items"]], second["next"]) == (["D-3"], None)
    assert [item["number"] for item in lesser["items"]] == ["D-2", "D-3"]
    assert (misspelt.status_code, misspelt.json()["field"]) == (422, "sevrity")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"message": "\\ud800"}', "application/json", 422),
        (b'{"message": 3}', "application/json", 422),
        (b"message=hello", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 422),
    ],
)
async def test_what_cannot_be_read_is_refused(
    portal: Portal, content: bytes, kind: str, status: int
) -> None:
    """A problem document, whatever was sent."""
    await portal.world.case("C-1")
    answer = await portal.service().post(
        "/cases/C-1/respond", content=content, headers={"Content-Type": kind}
    )

    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )


async def test_types_are_taken_strictly(portal: Portal) -> None:
    """Over HTTP a text is no truth value, and a number no instant."""
    await portal.world.case("C-1")
    service = portal.service()
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("assess_critical", {"justified": "true", "reason": "r"}, "justified"),
        ("book_call", {"at": 1_900_000_000, "minutes": 10}, "at"),
    ]

    for command, payload, name in wrong:
        answer = await service.post(f"/cases/C-1/{command}", json=payload)
        assert (answer.status_code, answer.json()["field"]) == (422, name)


async def test_unknown_addresses_and_methods_are_problems_too(portal: Portal) -> None:
    """404 and 405, the latter with what the address takes."""
    service = portal.service()

    missing, wrong = await service.get("/nothing"), await service.delete("/cases")

    assert (missing.status_code, missing.json()["type"]) == (404, "urn:defects:problem:not-found")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")
