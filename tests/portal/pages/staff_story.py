"""What waits for staff alone: mails that were set aside, words to be told, files of a case."""

from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from portal.app import create_app
from portal.inbound.intake import receive
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.pages.installation import ADA, Pages

LIST = {"List-Id": "<all.river.example>"}
BY_MAIL = "CASE-000001"
"""The case that a mail opens, with files and a reply to it."""
_TOTALS = (
    "The yearly totals are off by a cent since the last release.\r\nWe close the books on Friday."
)
_NUMBERS = "Report,Shown,Right\r\n2025,1048.21,1048.22\r\n"
_QUOTED = "\r\n\r\nOn Monday you wrote:\r\n> Which report is it?\r\n> And since when?\r\n"


async def tell_the_staff_story(pages: Pages, folder: Path, *, typed: str = "") -> None:
    """A client who writes by mail with files, two mails through lists, a client without email.

    What is `typed` stands in every free text.
    """
    settings = pages.context.settings.model_copy(
        update={"attachments_url": SecretStr(str(folder / "files"))}
    )
    pages.context = replace(pages.context, settings=settings)
    pages.app = create_app(pages.context)
    await _by_mail(pages, typed)
    for ident, sender, subject, text in (
        ("l1", "Carla Jones <carla@lake.example>", "Re: Rounding in the yearly totals", _TOTALS),
        ("l2", "bulletin@fairs.example", "Trade fairs in spring", f"They are at {_long(typed)}."),
    ):
        headers = {"From": sender, "Message-ID": f"<{ident}@lists.example>", **LIST}
        headers["Subject"] = f"{subject} {typed}".strip()
        await _received(pages, a_mail(f"{text} {typed}{_QUOTED}", headers=headers))
    await pages.world.case(
        "CASE-000125",
        client="lake",
        contact={"name": f"Dora Lind {typed}".strip(), "phone": "+1 312 555 0123"},
        channel="phone",
        subject=f"Printing takes minutes {typed}".strip(),
    )
    await pages.tick(minutes=5)


async def _by_mail(pages: Pages, typed: str) -> None:
    picture = f'attachment; filename="{_long(typed).rpartition("/")[2]}.png"'
    kind, body = of_parts(
        part(f"{_TOTALS} {typed}"),
        part(_NUMBERS, "text/csv", Content_Disposition='attachment; filename="totals.csv"'),
        part("x" * 80_000, "image/png", Content_Disposition=picture),
    )
    headers = {"From": f"Ada Byron <{ADA}>", "Subject": f"Totals are wrong {typed}".strip()}
    await _received(pages, a_mail(body, headers={**headers, "Content-Type": kind}))
    reply = {**headers, "Subject": f"Re: [{BY_MAIL}] Totals", "Message-ID": "<2@river.example>"}
    await _received(pages, a_mail(f"Only in PDF files. {typed}{_QUOTED}", headers=reply))


def _long(typed: str) -> str:
    """An address, too long for a line where what is typed is hostile."""
    return "https://fairs.example/spring" + "-spring" * (12 if typed else 0)


async def _received(pages: Pages, mail: bytes) -> None:
    received = await receive(pages.context, mail)
    if received.case and received.case not in pages.world.numbers:
        pages.world.numbers.append(received.case)
    await pages.world.settle()
