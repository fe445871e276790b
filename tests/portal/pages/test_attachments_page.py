"""Staff download what came with a mail: as a file, under a harmless name, of this case only."""

import asyncio
import re
import socket
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from activities.adapters.database.attachments import DatabaseAttachments
from portal.app import create_app
from portal.inbound.intake import receive
from portal.pages.attachments import NAME_CHARACTERS, disposition, safe_name
from portal.serving import application_server
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.pages.installation import Pages
from tests.s3 import URL, S3Server

HTML = "<script>alert(1)</script>"


def a_mail_with(content: str, name: str, ident: str, sender: str = "ada@river.example") -> bytes:
    """A mail with one file."""
    said = f'attachment; filename="{name}"'
    kind, body = of_parts(part("See."), part(content, "text/html", Content_Disposition=said))
    headers = {"Content-Type": kind, "Message-ID": f"<{ident}@x.example>", "From": sender}
    return a_mail(body, headers=headers)


def keeping(pages: Pages, place: Path | str) -> None:
    """The installation keeps files from now on."""
    url = SecretStr(str(place))
    settings = pages.context.settings.model_copy(update={"attachments_url": url})
    pages.context = replace(pages.context, settings=settings)
    pages.app = create_app(pages.context)


async def a_case(pages: Pages, content: str, name: str, ident: str, **said: str) -> tuple[str, str]:
    """Its number, and the digest of the file that opened it."""
    received = await receive(pages.context, a_mail_with(content, name, ident, **said))
    number = received.case or ""
    pages.world.numbers.append(number)
    await pages.world.settle()
    (file,) = DatabaseAttachments(pages.context.engine).of_case(number)
    return number, file.digest


@pytest.mark.parametrize("where", ["folder", "s3"])
async def test_staff_download_what_came(
    pages: Pages, tmp_path: Path, request: pytest.FixtureRequest, where: str
) -> None:
    """It is listed with its size, and whatever it is, no browser runs it."""
    s3: S3Server | None = request.getfixturevalue("s3") if where == "s3" else None
    keeping(pages, URL if s3 else tmp_path / "files")
    number, digest = await a_case(pages, HTML, "<b>.html", "1")
    staff = await pages.staff()
    page = await staff.get(f"/staff/cases/{number}")
    path = f"/staff/cases/{number}/attachments/{digest}"
    response = await staff.http.get(path)
    head = await staff.http.head(path)

    assert f'href="{path}"' in page
    assert all(words in page for words in ("&lt;b&gt;.html", "25 Bytes"))
    assert (response.status_code, response.text, head.text) == (200, HTML, "")
    assert {
        name: response.headers[name]
        for name in (
            *("content-type", "content-disposition", "x-content-type-options"),
            *("content-security-policy", "cache-control"),
        )
    } == {
        "content-type": "application/octet-stream",
        "content-disposition": "attachment; filename=\"_b_.html\"; filename*=UTF-8''_b_.html",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
    }


async def test_nobody_else_and_nothing_else(pages: Pages, tmp_path: Path) -> None:
    """Not a client, not by another case, and no digest that is none."""
    keeping(pages, tmp_path / "files")
    number, digest = await a_case(pages, "ours", "a.txt", "1")
    other, theirs = await a_case(pages, "theirs", "b.txt", "2", sender="bob@harbour.example")
    staff, client, stranger = await pages.staff(), await pages.signed_in(), pages.browser()
    wrong = [theirs, "0" * 64, digest.upper(), "..%2F..%2Ftest.db", "%00", f"{digest}%00", "²"]
    answers = [await staff.http.get(f"/staff/cases/{number}/attachments/{one}") for one in wrong]
    unknown = await staff.http.get(f"/staff/cases/CASE-999999/attachments/{digest}")
    outside = [
        await browser.http.get(f"/staff/cases/{number}/attachments/{digest}")
        for browser in (client, stranger)
    ]

    assert [one.status_code for one in (*answers, unknown)] == [404] * (len(wrong) + 1)
    assert [one.headers["location"] for one in outside] == ["/staff/sign-in"] * 2
    assert (await staff.http.get(f"/staff/cases/{other}/attachments/{theirs}")).text == "theirs"


async def test_what_cannot_be_had_is_said(pages: Pages, tmp_path: Path) -> None:
    """While the store is down, once the file was altered, and where it is gone."""
    keeping(pages, tmp_path / "files")
    number, digest = await a_case(pages, "log", "a.txt", "1")
    staff, path = await pages.staff(), f"/staff/cases/{number}/attachments/{digest}"
    (file,) = [one for one in (tmp_path / "files").rglob("*") if one.is_file()]
    file.write_bytes(b"altered")
    altered = await staff.http.get(path)
    file.unlink()
    gone = await staff.http.get(path)
    file.parent.rmdir()
    file.parent.write_bytes(b"")
    down = await staff.http.get(path)

    assert [one.status_code for one in (altered, gone, down)] == [503, 404, 503]
    assert str(tmp_path) not in down.text + altered.text


async def test_a_file_goes_in_and_out_over_a_socket(pages: Pages, tmp_path: Path) -> None:
    """Sent by a mail system, downloaded by a browser, byte by byte the same."""
    keeping(pages, tmp_path / "files")
    token = pages.token("mail:write", "staff:read")
    mail = a_mail_with("line\r\n" * 100_000, "Bericht über alles.log", "1")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = f"127.0.0.1:{listening.getsockname()[1]}"
        web = application_server(pages.app, here, pages.context.settings)
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            async with httpx.AsyncClient(base_url=f"http://{here}", trust_env=False) as program:
                taken = await program.post(
                    "/api/v1/inbound-mail",
                    content=mail,
                    headers={
                        "Authorization": f"Bearer {token}",
                        "Content-Type": "message/rfc822",
                    },
                )
                number = taken.json()["case"]
                (file,) = DatabaseAttachments(pages.context.engine).of_case(number)
                staff = await pages.staff()
                program.cookies.set("portal-staff", staff.http.cookies["portal-staff"])
                got = await program.get(f"/staff/cases/{number}/attachments/{file.digest}")
        finally:
            web.should_exit = True
            await serving

    assert (taken.status_code, got.status_code) == (201, 200)
    assert got.content == b"line\r\n" * 100_000
    assert "filename*=UTF-8''Bericht%20%C3%BCber%20alles.log" in got.headers["content-disposition"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../x", "_._x"),
        ("a\0b.txt", "ab.txt"),
        ("\u202efdp.exe", "fdp.exe"),
        ('x";\r\nSet-Cookie: a=b', "x__Set-Cookie_ a=b"),
        ("x" * 10_000 + ".log", "x" * (NAME_CHARACTERS - 4) + ".log"),
        ("...", "attachment"),
        ("", "attachment"),
        (".bashrc", "bashrc"),
        ("u\u0308ber.log", "über.log"),
        ("\u2028\ud800", "attachment"),
    ],
)
def test_names_that_would_do_harm(name: str, safe: str) -> None:
    """Nothing leads elsewhere, hides its ending, or ends a header."""
    assert safe_name(name) == safe


@given(st.text())
def test_any_name_makes_one_header(name: str) -> None:
    """In ASCII, read alike by whoever knows RFC 6266 and whoever does not."""
    said = disposition(name)
    header = Message()
    header["Content-Disposition"] = said
    plain = re.fullmatch(r'attachment; filename="([ -~]+)"; filename\*=UTF-8\'\'([!-~]+)', said)

    assert plain is not None
    assert not set('"\\/%;:') & set(plain[1])
    assert unquote(plain[2]) == safe_name(name) == safe_name(safe_name(name))
    assert len(plain[1]) <= NAME_CHARACTERS
    assert header.get_content_disposition() == "attachment"
