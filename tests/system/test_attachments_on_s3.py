"""Attachments on S3 by the programs themselves: kept, fetched, and waited for while it hangs."""

import base64
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.installation import Installation, an_installation
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.pages.installation import Browser
from tests.programs import ROOT, Ended, Program, eventually, free_port, running
from tests.s3 import URL, S3Server

KEY = "k1:" + base64.b64encode(b"k" * 32).decode()
LATER = 75
TRAVERSING = "../../../etc/passwd"


async def handed_over(here: Installation, name: str | None, ident: str) -> Ended:
    """A mail by the pipe, with a file of this name or without one."""
    body, kind = "Please help.", "text/plain"
    if name is not None:
        said = f'attachment; filename="{name}"'
        kind, body = of_parts(part("See."), part(ident, "text/html", Content_Disposition=said))
    mail = here.folder / f"{ident}.eml"
    headers = {"Content-Type": kind, "Message-ID": f"<{ident}@river.example>"}
    mail.write_bytes(a_mail(body, headers=headers))
    return await here.started("inbound-mail", str(mail), "--json")


@pytest.mark.timeout(300)  # it waits until a server that hangs is given up, twice
async def test_a_mail_waits_for_s3_and_is_not_lost(tmp_path: Path, s3_server: S3Server) -> None:
    """Access is by variables alone, and the portal gives back what a pipe brought, whatever its
    name; while S3 hangs a mail with a file is not taken, and one without is."""
    public = f"127.0.0.1:{free_port()}"
    settings = {**s3_server.variables, "DEFECTS_ATTACHMENTS_URL": URL}
    settings |= {"DEFECTS_ENCRYPTION_KEYS": KEY, "DEFECTS_PORTAL_ADDRESS": public}
    with an_installation(tmp_path, **settings) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            async with here.worker() as worker, portal(here, public) as (program, browser):
                first = await handed_over(here, TRAVERSING, "first")
                well = await here.started("health")
                s3_server.hang()
                try:
                    waits = await handed_over(here, "b.html", "second")
                    without = await handed_over(here, None, "third")
                    ill = await here.started("health")
                finally:
                    s3_server.go_on()
                again = await handed_over(here, "b.html", "second")
                saved = [await fetched(browser, one) for one in (first, again)]
            logged = worker.err + program.err + worker.out + program.out
    said = [ended.out + ended.err for ended in (first, well, waits, without, ill, again)]

    assert (first.code, well.code, well.out) == (0, 0, "healthy\n"), first.err + well.err
    assert (waits.code, without.code, again.code) == (LATER, 0, 0)
    assert "no-answer" in waits.err
    assert "DEFECTS_ATTACHMENTS_URL: cannot be written to" in ill.err
    assert saved == [("first", "passwd"), ("second", "b.html")]
    digests = {f"files/{digest[:2]}/{digest}" for digest in map(digest_of, ("first", "second"))}
    assert s3_server.objects().keys() == digests
    assert not any(b"first" in one for one in s3_server.objects().values())
    secret = s3_server.variables["AWS_SECRET_ACCESS_KEY"]
    assert [secret in text for text in [logged, *said]] == [False] * 7
    assert [text for text in said if "Traceback" in text or "Unclosed" in text] == []


def digest_of(content: str) -> str:
    """What a file is kept under."""
    return sha256(content.encode()).hexdigest()


@asynccontextmanager
async def portal(here: Installation, public: str) -> AsyncIterator[tuple[Program, Browser]]:
    """The portal as a process, and a browser in which staff are signed in to it."""
    made = await here.starter("token", "create", "lead-1", "--scope", "staff:read", "--json")
    env = {**here.env, "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "portal")
    async with (
        running(*command, folder=here.folder, env=env) as program,
        httpx.AsyncClient(base_url=f"http://{public}") as http,
    ):

        async def answers() -> bool:
            try:
                return (await http.get("/status")).status_code == 200
            except httpx.TransportError:
                return False

        await eventually("the portal answers", answers)
        browser = Browser(http)
        await browser.done("/staff/sign-in", "/staff/sign-in", token=made.answer["token"])
        yield program, browser


async def fetched(browser: Browser, came: Ended) -> tuple[str, str]:
    """Content and name of the one file of the case that came of a mail."""
    page = f"/staff/cases/{came.answer['case']}"

    async def listed() -> str | None:
        answer = await browser.http.get(page)
        found = re.search(rf'"({page}/attachments/[0-9a-f]{{64}})"', answer.text)
        return found and found[1]

    saved = await browser.http.get(await eventually("the file is listed", listed))
    name = re.search(r'filename="([^"]*)"', saved.headers["Content-Disposition"])
    assert name is not None
    return saved.text, name[1]
