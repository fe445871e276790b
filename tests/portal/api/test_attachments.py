"""Files of mails on real workflows: kept within limits, named to nobody wrongly, and never lost."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from pydantic import SecretStr
from sqlalchemy import select

from activities.adapters.database import DatabaseSetAside
from activities.adapters.database.attachments import (
    DatabaseAttachments,
    KeptFile,
    count_unneeded,
)
from activities.adapters.database.set_aside import RAW_BYTES
from activities.adapters.database.tables_mail import attachment_files
from portal.api.problems import Problem
from portal.inbound.intake import make_case, receive
from runtime.codec import KeyRing
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.api.test_inbound_mail import take, texts
from tests.portal.api.test_set_aside import LIST, with_settings
from tests.portal.conftest import Portal
from tests.s3 import URL

CASE = "CASE-000001"
BYTE = 1 / (1 << 20)
REPLY = {"Subject": f"Re: [{CASE}]", "Message_ID": "<2@river.example>"}


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, portal: Portal, tmp_path: Path) -> Iterator[str]:
    """A portal that keeps files, sealed, in a folder, a file system of `fsspec`, or S3."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    folder = str(tmp_path / "files")
    url = {"folder": folder, "memory": "memory://files", "s3": URL}[request.param]
    keys = KeyRing({"k1": b"k" * 32})
    with_settings(portal, attachments_url=SecretStr(url), encryption_keys=keys)
    yield url
    MemoryFileSystem.store.clear()


def file(content: bytes, name: str, disposition: str = "attachment") -> str:
    """One part with a file."""
    return part(
        base64.b64encode(content).decode(),
        "application/pdf",
        Content_Transfer_Encoding="base64",
        Content_Disposition=f'{disposition}; filename="{name}"',
    )


def mail_with(*files: str, **headers: str) -> dict[str, str]:
    """What `take` is given for a mail with these files."""
    kind, body = of_parts(part("See the file."), *files)
    return {"body": body, "Content_Type": kind, **headers}


def on_record(portal: Portal, case: str = CASE) -> list[tuple[str, bytes | None]]:
    """Names and contents of what a case has."""
    kept, found = portal.context.files, DatabaseAttachments(portal.engine).of_case(case)
    assert kept is not None
    return [(one.name, kept.read(one.digest)) for one in found]


def told_as_lost(portal: Portal, name: str) -> list[str]:
    """The letters that say that a file was not kept."""
    letters = portal.world.mailbox.letters
    return [one.headers["X-Event"] for one in letters if f"\n- {name}\n" in one.text]


async def test_files_of_a_case_and_of_a_note_are_kept(
    portal: Portal, store: str, request: pytest.FixtureRequest
) -> None:
    """On record by name, size and type; nobody is told of a loss, the store reads nothing."""
    await take(portal, **mail_with(file(b"first", "a.pdf")))
    await take(portal, **mail_with(file(b"second", "b.pdf"), **REPLY))
    await take(portal, **mail_with(file(b"second", "b.pdf"), **REPLY))
    first, _ = DatabaseAttachments(portal.engine).of_case(CASE)

    assert on_record(portal) == [("a.pdf", b"first"), ("b.pdf", b"second")]
    digest = sha256(b"first").hexdigest()
    assert first == KeptFile(digest, "a.pdf", "application/pdf", 5)
    assert (told_as_lost(portal, "a.pdf"), told_as_lost(portal, "b.pdf")) == ([], [])
    assert "and are kept: a.pdf." in texts(portal, CASE, "case.opened")[0]
    assert "not kept" not in "".join(texts(portal, CASE, "case.information_provided"))
    kept = Path(store).rglob("*") if store.startswith("/") else ()
    stored = [path.read_bytes() for path in kept if path.is_file()]
    stored += [one.getvalue() for one in MemoryFileSystem.store.values()]
    stored += request.getfixturevalue("s3").objects().values() if store == URL else ()
    assert [b"first" in one or b"second" in one for one in stored] == [False, False]


async def test_what_is_over_a_limit_is_named_as_lost(portal: Portal, store: str) -> None:
    """Of one file, of a mail, and of a case; pictures of the text come after what was attached."""
    with_settings(
        portal,
        attachment_mib=100 * BYTE,
        attachments_per_mail=2,
        attachments_per_case_mib=150 * BYTE,
    )
    files = (
        file(b"i", "inline.png", "inline"),
        file(b"l" * 101, "large.pdf"),
        file(b"a" * 100, "a.pdf"),
        file(b"b" * 10, "b.pdf"),
        file(b"c", "c.pdf"),
    )
    await take(portal, **mail_with(*files))
    await take(portal, **mail_with(file(b"d" * 41, "d.pdf"), file(b"e" * 40, "e.pdf"), **REPLY))
    await portal.world.tell(CASE, "respond", message="We look at it.")
    await portal.world.settle()

    assert sorted(name for name, _ in on_record(portal)) == ["a.pdf", "b.pdf", "e.pdf"]
    lost = {n: told_as_lost(portal, f"{n}.pdf") for n in ("large", "a", "b", "c", "d", "e")}
    assert lost == {
        "large": ["case.opened"],
        "c": ["case.opened"],
        "a": [],
        "b": [],
        "e": [],
        "d": ["case.responded"],
    }
    (opened,) = texts(portal, CASE, "case.opened")
    assert "not kept: inline.png, large.pdf, c.pdf." in opened


async def test_a_store_that_is_down_delays_the_mail_and_loses_nothing(
    portal: Portal, tmp_path: Path
) -> None:
    """503 over HTTP, and no case; a mail without files is taken all the same."""
    blocked = tmp_path / "files"
    blocked.write_bytes(b"")
    with_settings(portal, attachments_url=SecretStr(str(blocked)))
    program = portal.service(portal.token("mail", "mail:write"))
    kind, body = of_parts(part("See the file."), file(b"log", "a.log"))
    mail = a_mail(body, headers={"Content-Type": kind})
    plain = a_mail(headers={"Message-ID": "<0@river.example>"})
    said = {"Content-Type": "message/rfc822"}
    down = await program.post("/inbound-mail", content=mail, headers=said)
    without = await program.post("/inbound-mail", content=plain, headers=said)
    blocked.unlink()
    again = await program.post("/inbound-mail", content=mail, headers=said)

    assert (down.status_code, down.json()["type"].rpartition(":")[2]) == (503, "no-answer")
    assert str(tmp_path) not in down.text
    assert (without.status_code, again.status_code) == (201, 201)
    assert on_record(portal, again.json()["case"]) == [("a.log", b"log")]
    assert again.json()["case"] != without.json()["case"]


async def test_a_note_that_could_not_be_made_is_made_with_its_files(
    portal: Portal, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal is down after the file was written: nothing is decided anew, whatever came since."""
    await take(portal)
    with_settings(portal, attachments_per_case_mib=100 * BYTE)
    first = {name: value for name, value in REPLY.items() if name != "Message_ID"}
    mail = mail_with(file(b"a" * 60, "a.pdf"), **first, Message_ID="<3@river.example>")

    async def down(*_: object, **__: object) -> None:
        raise Problem(503, "no-answer", "Temporal does not answer")

    with monkeypatch.context() as outage:
        outage.setattr("portal.api.command_service.CommandService.update", down)
        with pytest.raises(Problem, match="Temporal does not answer"):
            await take(portal, **mail)
    other = await take(portal, **mail_with(file(b"b" * 60, "b.pdf"), **REPLY))
    again = await take(portal, **mail)

    assert [(one.outcome, one.case) for one in (other, again)] == [("noted", CASE)] * 2
    assert [name for name, _ in on_record(portal)] == ["a.pdf"]
    notes = texts(portal, CASE, "case.information_provided")
    assert ["and are kept: a.pdf." in note for note in notes] == [False, True]


async def test_a_closed_case_gets_no_files(portal: Portal, store: str) -> None:
    """The reply is a new case, which has them."""
    await take(portal)
    await portal.world.tell(CASE, "close", reason="Done.")
    await portal.world.settle()
    received = await take(portal, **mail_with(file(b"log", "a.log"), **REPLY))

    assert (received.outcome, on_record(portal)) == ("opened", [])
    assert on_record(portal, received.case or "") == [("a.log", b"log")]


async def test_a_mail_that_was_set_aside_keeps_its_files(portal: Portal, store: str) -> None:
    """Also one that is longer than what the database keeps; the same mail again is known."""
    content = bytes(range(256)) * (RAW_BYTES // 256)
    mail = mail_with(file(content, "dump.bin"), **LIST)
    received = await take(portal, **mail)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)
    decided = await make_case(portal.context, aside, "kim")
    DatabaseSetAside(portal.engine).decide(aside.id, "kim", decided.case, portal.wall.at)
    again = await take(portal, **mail)

    assert (received.outcome, decided.outcome) == ("set_aside", "opened")
    assert (again.case, again.repeated) == (decided.case, True)
    assert on_record(portal, decided.case or "") == [("dump.bin", content)]
    assert count_unneeded(portal.engine, portal.wall.at) == 1


async def test_a_mail_that_cannot_be_set_aside_whole_comes_again(
    portal: Portal, tmp_path: Path
) -> None:
    """And one that cannot be read now is decided on later."""
    blocked = tmp_path / "files"
    with_settings(portal, attachments_url=SecretStr(str(blocked)))
    kind, body = of_parts(part("See."), file(b"x" * RAW_BYTES, "dump.bin"))
    mail = a_mail(body, headers={"Content-Type": kind, "List-Id": "<all.river.example>"})
    blocked.write_bytes(b"")
    with pytest.raises(Problem) as down:
        await receive(portal.context, mail)
    before = DatabaseSetAside(portal.engine).count()
    blocked.unlink()
    await receive(portal.context, mail)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)
    blocked.rename(tmp_path / "away")
    blocked.write_bytes(b"")
    with pytest.raises(Problem) as later:
        await make_case(portal.context, aside, "kim")

    assert (down.value.status, before, later.value.status) == (503, 0, 503)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x", "a\0b", "\u202efdp.exe", "x" * 10_000, "", "."]
)
async def test_no_name_leads_anywhere(portal: Portal, tmp_path: Path, name: str) -> None:
    """Files lie under their digests, whatever they are called."""
    root = tmp_path / "files"
    with_settings(portal, attachments_url=SecretStr(str(root)))
    before = {path for path in tmp_path.rglob("*") if not path.name.startswith("test.db")}
    await take(portal, **mail_with(file(b"log", name)))
    digest = sha256(b"log").hexdigest()
    here = {path for path in tmp_path.rglob("*") if not path.name.startswith("test.db")} - before
    ((named, content),) = on_record(portal)

    assert here == {root, root / digest[:2], root / digest[:2] / digest}
    assert content == b"log"
    assert named
    assert len(named) <= 200
    assert not set("/\\\0\u202e") & set(named)


async def test_without_a_store_all_is_as_it_was(portal: Portal) -> None:
    """Named as not kept, and nothing on record."""
    await take(portal, **mail_with(file(b"log", "a.log")))
    with portal.engine.connect() as connection:
        kept = connection.execute(select(attachment_files)).all()

    assert (kept, DatabaseAttachments(portal.engine).of_case(CASE)) == ([], [])
    assert told_as_lost(portal, "a.log") == ["case.opened"]
    (opened,) = texts(portal, CASE, "case.opened")
    assert opened.endswith("(Attachments that came with it and are not kept: a.log.)")
