"""People who signed in at the identity provider work by their roles, and are on record by name."""

from pathlib import Path

from structlog.testing import capture_logs

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.sessions import hashed
from tests.identity_provider import identity_provider
from tests.portal.pages.installation import Forms, on_case, pages_installation
from tests.portal.pages.sign_ins import NOW, SignIns
from tests.portal.workbench.test_from_queue_to_resolution import done

REPLY = "/staff/cases/CASE-1/do/respond"


async def test_a_specialist_acts_in_their_own_name_and_a_viewer_not_at_all(tmp_path: Path) -> None:
    """Whatever a form says of who acts; who may not is refused, on record by a hash."""
    async with (
        identity_provider(lambda: NOW) as there,
        pages_installation(tmp_path, **there.settings()) as pages,
    ):
        there.now = pages.wall
        phone = {"name": "Grace", "phone": "+1 312 555 0123"}
        await pages.world.case("CASE-1")
        await pages.world.defect("DEF-1", "S3", on_case("CASE-9") | {"contact": phone})
        await pages.tick()
        ada = await SignIns(pages, there).signed_in()
        record = await done(ada, REPLY, message="We look.", actor="staff:eve")
        await ada.done("/staff/telephone", "/staff/telephone", note="left word", actor="staff:eve")
        vera = await SignIns(pages, there).signed_in(
            sub="2", preferred_username="vera", name="Vera", groups=["everybody"]
        )
        form = Forms(await ada.get(REPLY)).to(REPLY)
        own = Forms(await vera.get("/staff")).to("/staff/sign-out")
        with capture_logs() as logged:
            answer = await vera.http.post(REPLY, data=form | own | {"message": "I look too."})
        await pages.tick()
        read_model = DatabaseReadModel(pages.context.engine)
        facts = [
            fact
            for number in ("CASE-1", "DEF-1")
            for fact in read_model.timeline(number, public_only=False)
        ]

    acted = [(f["event"], f["actor"]) for f in facts if str(f["actor"]).startswith("staff:")]
    assert acted == [("case.responded", "staff:ada"), ("contact.notified", "staff:ada")]
    assert "by Ada Lovelace (staff:ada)" in record
    assert answer.status_code == 403
    assert "Your role lacks the scope cases:write." in answer.text
    assert [(line["kind"], line["person"]) for line in logged] == [
        ("scope", hashed("staff:vera")[:16])
    ]
