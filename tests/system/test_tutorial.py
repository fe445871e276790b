"""The tutorial and the how-to pages, command by command, as a reader types them."""

import re
import shlex
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from runtime.servers import binary
from tests.domain.policy_texts import as_text, put_over
from tests.portal.pages.installation import Forms
from tests.programs import (
    ROOT,
    STARTER,
    Ended,
    environment,
    eventually,
    free_port,
    in_process,
    run,
    running,
)

DOCS = ROOT / "docs"
PAGES = (
    "connect-by-http",
    "mail",
    "connect-by-webhooks",
    "connect-by-temporal",
    "sign-in",
    "bring-in",
    "policy-file",
)
"""How-to pages whose commands need nothing but what `make dev` runs, in an order that works."""
PORTS = {"--port": 7233, "--ui-port": 8233, "--smtp-port": 1025, "--portal-port": 8080}
"""Where `make dev` listens, as the pages have it."""
LOOKS = re.compile(
    r"^(ls |grep |curl -s \S+( -H \"[^\"]*\")?$"
    r"|\.venv/bin/python starter\.py (status|explain|timeline) "
    r"|\.venv/bin/temporal workflow metadata )"
)
"""Commands that only look, and may be run again until there is to see what the page shows."""
ASKS = re.compile(r"\.venv/bin/python starter\.py ((?:status|explain|timeline) \S+)")
"""Those of them that need no shell and no process of their own, however often they are asked."""
_FENCE = re.compile(r"^```(sh|text|python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """A block of commands, or a program, and what the page shows of its answer."""

    language: str
    text: str
    shown: str

    @property
    def only_looks(self) -> bool:
        """Whether running it again changes nothing."""
        lines = self.text.replace("\\\n", " ").strip().splitlines()
        return self.language == "sh" and all(LOOKS.match(line) for line in lines)


def steps_of(page: str) -> Iterator[Step]:
    """The steps of a page; what a block of text shows belongs to the block before it."""
    blocks = _FENCE.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    for (language, text), (after, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language != "text":
            yield Step(language, text, shown if after == "text" else "")


def shows(output: str, shown: str) -> bool:
    """Whether an answer has what a page shows of it: words in their order, `…` being anything."""
    words = [part.split() for part in re.split("…|\n", shown)]
    wanted = [r"\s+".join(map(re.escape, part)) for part in words if part]
    return re.search(".*?".join(wanted), output, re.DOTALL) is not None


def answers(step: Step, ended: Ended, shown: str) -> bool:
    """The same of a step; files are listed as they came, and mails overtake each other."""
    said = ended.out + ended.err
    if step.text.rstrip().endswith("ls var/dev/mails"):
        return all(shows(said, line) for line in shown.splitlines())
    return shows(said, shown)


@dataclass
class Reader:
    """Somebody with two terminals: in one `make dev` runs, in the other they type."""

    folder: Path
    ports: dict[str, int]
    env: dict[str, str]

    @property
    def portal(self) -> str:
        """Where the portal is."""
        return f"http://127.0.0.1:{self.ports['--portal-port']}"

    async def follow(self, step: Step) -> None:
        """Do a step, and see what the page shows."""
        ended = await self._done(step)
        if not step.only_looks:
            assert ended.code == 0, (step.text, ended.out, ended.err)
            assert answers(step, ended, self.here(step.shown)), (step.text, ended)
            return

        async def seen() -> bool:
            last = await self._done(step)
            return last.code == 0 and answers(step, last, self.here(step.shown))

        assert await eventually(f"{step.text} shows {step.shown}", seen)

    async def _done(self, step: Step) -> Ended:
        if step.language == "toml":
            self.edit(tomllib.loads(step.text))
            return Ended(0, "", "")
        if step.language == "python":
            file = self.folder / "program.py"
            file.write_text(self.here(step.text), encoding="utf-8")
            return await run(sys.executable, str(file), folder=self.folder, cwd=ROOT, env=self.env)
        if asked := ASKS.fullmatch(step.text.strip()):
            return await in_process(*asked[1].split(), env=self.env)
        kept = shlex.quote(str(self.folder / "exported"))
        lines = ["exec 2>&1", "set -e", f"touch {kept}", f". {kept}", self.here(step.text)]
        script = self.folder / "script.sh"
        script.write_text("\n".join([*lines, f"export -p > {kept}"]), encoding="utf-8")
        return await run("bash", str(script), folder=self.folder, cwd=ROOT, env=self.env)

    def edit(self, changes: Mapping[str, Any]) -> None:
        """Change the policy file that the page has copied."""
        file = self.folder / "yours.toml"
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        file.write_text(as_text(put_over(written, changes)), encoding="utf-8")

    def here(self, text: str) -> str:
        """A text of a page with the folder and the ports of this reader."""
        for option, usual in PORTS.items():
            text = re.sub(rf"(127\.0\.0\.1|localhost):{usual}", rf"\1:{self.ports[option]}", text)
        text = text.replace("var/dev", str(self.folder / "dev"))
        text = re.sub(r"(?<![^\s'])var/", f"{self.folder}/", text)
        text = text.replace(".venv/bin/python", shlex.quote(sys.executable))
        return text.replace(".venv/bin/temporal", shlex.quote(binary("temporal")))

    async def asks_for_a_link(self, address: str) -> None:
        """Type an address on the page to sign in, as the tutorial says."""
        async with httpx.AsyncClient(base_url=self.portal) as http:
            hidden = Forms((await http.get("/sign-in")).text).to("/sign-in")
            answer = await http.post("/sign-in", data=hidden | {"email": address})
        assert "Check your inbox" in answer.text


@asynccontextmanager
async def a_reader(folder: Path) -> AsyncIterator[Reader]:
    """With a fresh `make dev`."""
    ports = {name: free_port() for name in (*PORTS, "--codec-port")}
    options = [word for name, port in ports.items() for word in (name, str(port))]
    env = environment(
        folder,
        TEMPORAL_ADDRESS=f"127.0.0.1:{ports['--port']}",
        DEFECTS_DATABASE_URL=f"sqlite:///{folder / 'dev' / 'defects.db'}",
        DEFECTS_WEBHOOK_ALLOW_PRIVATE="true",
        COLUMNS="200",
    )
    command = (*STARTER, "dev", *options, "--folder", str(folder / "dev"))
    async with running(*command, folder=folder, env=env) as program:

        def up() -> bool:
            assert program.alive, program.err
            return "Everything is up" in program.out

        await eventually("everything is up", up)
        yield Reader(folder, ports, env)


@pytest_asyncio.fixture(scope="module")
async def reader(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reader]:
    """One for all how-to pages: they have numbers of their own."""
    async with a_reader(tmp_path_factory.mktemp("reader")) as somebody:
        yield somebody


@pytest.mark.timeout(300)
async def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Every command from the first contact to the closed case, and each shows what is shown."""
    steps = list(steps_of("tutorial"))
    demo = [step for step in steps if step.text == "make demo\n"]
    async with a_reader(tmp_path) as somebody:
        for step in steps:
            if step.text in {"make dev\n", "make demo\n"}:
                continue  # The one runs already, the other is a test of its own.
            if "sign-in" in step.text:
                await somebody.asks_for_a_link("ada@river.example")
                await eventually(
                    "the link is mailed",
                    lambda: list((tmp_path / "dev" / "mails").glob("*portal.sign_in*")),
                )
            await somebody.follow(step)

    assert steps[0].text == "make dev\n"
    assert len(demo) == 1


@pytest.mark.timeout(300)
async def test_the_demonstration_misses_the_target_that_the_tutorial_shows(tmp_path: Path) -> None:
    """Confirmed on Friday, escalated on Tuesday, and told as the page has it."""
    (step,) = (step for step in steps_of("tutorial") if step.text == "make demo\n")
    env = environment(tmp_path, COLUMNS="200")
    command = (*STARTER, "demo", "--mails", str(tmp_path / "demo"))
    async with running(*command, folder=tmp_path, env=env) as program:
        code = await program.ended(240)
        told = program.out

    assert code == 0, program.err
    assert shows(told, step.shown)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("page", PAGES)
async def test_a_how_to_page_does_what_it_says(reader: Reader, page: str) -> None:
    """Every command and program of it ends well, and shows what is shown."""
    steps = [step for step in steps_of(f"how-to/{page}") if "serve_forever" not in step.text]

    for step in steps:
        await reader.follow(step)

    assert steps != []


async def test_the_release_of_the_how_to_page_ships(reader: Reader) -> None:
    """Planned, moved, frozen and deployed, with the defect of another page in it."""
    (start, *_) = steps_of("how-to/connect-by-temporal")
    await reader.follow(start)

    for step in steps_of("how-to/release-day"):
        await reader.follow(step)

    async def resolved() -> bool:
        asked = Step("sh", ".venv/bin/python starter.py status ETO-1234\n", "")
        return shows((await reader._done(asked)).out, "state resolved")

    assert await eventually("its defect is resolved", resolved)


async def test_the_receiver_of_the_how_to_page_takes_a_signed_message(tmp_path: Path) -> None:
    """Once, however often it comes; what somebody else has signed it refuses."""
    (receiver,) = (s for s in steps_of("how-to/connect-by-webhooks") if "serve_forever" in s.text)
    port = free_port()
    file = tmp_path / "receiver.py"
    text = receiver.text.replace("9000", str(port)).replace("print(", "print(flush=True, *(")
    file.write_text(text.replace('message["data"]))', 'message["data"]),))'), encoding="utf-8")
    env = environment(tmp_path)
    body = '{"type":"defect.held","data":{"number":"DEF-1"}}'
    async with (
        running(sys.executable, str(file), folder=tmp_path, env=env) as program,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):

        async def code_for(secret: str) -> int:
            async def posted() -> httpx.Response | None:
                try:
                    return await http.post("/", content=body, headers=_signed(secret, body))
                except httpx.ConnectError:
                    assert program.alive, program.err
                    return None

            answer = await eventually("the receiver answers", posted)
            status: int = answer.status_code
            return status

        codes = [await code_for(secret) for secret in (SECRET, SECRET, OTHERS)]
        said = program.out

    assert codes == [204, 204, 400]
    assert said.split("\n") == ['{"number": "DEF-1"}', ""]


SECRET, OTHERS = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def _signed(secret: str, body: str) -> dict[str, str]:
    at = datetime.now(UTC)
    return {
        "webhook-id": "DEF-1/3/defect.held",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("DEF-1/3/defect.held", at, body),
    }


def test_the_check_bites() -> None:
    """Other words, or words in another order, are not what a page shows."""
    assert shows("number   CASE-000001\nstate  open  ", "number CASE-000001\n…\nstate open")
    assert not shows("number CASE-000001", "number CASE-000002")
    assert not shows("state open number 1", "number 1\n…\nstate open")
