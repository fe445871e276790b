"""Payloads encrypted from end to end: what people write is nowhere in Temporal's keeping."""

import base64
from pathlib import Path

import pytest

from commands.talk import CommandRefused, Line
from runtime.codec import KeyRing
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import case_start
from tests.processes.installation import an_installation, settled
from tests.processes.programs import STARTER, environment, run

KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()
SECRETS = (
    "grace@river.example",
    "Grace Hopper",
    "Nobody can log in",
    "since the update of Monday",
    "Login broken by cookie",
    "all sites are down",
    "agent-seven",
    "We know the cause.",
)


async def test_what_people_write_is_nowhere_in_clear_at_temporal(tmp_path: Path) -> None:
    """Neither the histories nor the server's file hold a word of it, and with the key all works."""
    file = tmp_path / "temporal.db"
    keys = KeyRing.read(KEY)
    with an_installation(tmp_path, DEFECTS_ENCRYPTION_KEYS=KEY) as here:
        async with dev_server(DefectsPlugin(keys), database=file) as server:
            here.use(server)
            async with here.worker():
                await _a_life_full_of_secrets(Line(server.client))
                await settled(server.client, "CASE-1", "DEF-1")

                blind = environment(tmp_path, **here.settings | {"DEFECTS_ENCRYPTION_KEYS": ""})
                asked = await run(*STARTER, "status", "DEF-1", folder=tmp_path, env=blind)
                assert (asked.code, asked.out) == (2, ""), asked.err
                assert "Traceback" not in asked.err
                assert "'k1'" in asked.err

            histories = b"".join(
                [
                    event.SerializeToString()
                    for number in ("CASE-1", "DEF-1")
                    for event in (
                        await server.client.get_workflow_handle(number).fetch_history()
                    ).events
                ]
            )
    assert _in_clear(histories) == []
    assert b"binary/encrypted" in histories
    kept = b"".join(part.read_bytes() for part in tmp_path.glob("temporal.db*"))
    assert _in_clear(kept) == []
    assert b"DEF-1" in kept

    letters = "".join(letter.as_string() for letter in here.letters)
    assert "Grace" in letters


async def _a_life_full_of_secrets(line: Line) -> None:
    """A case and its defect, with something that must not leak in every field there is."""
    email, name, subject, description, title, reason, actor, text = SECRETS
    by = {"actor": actor}
    contact = {"email": email, "name": name}
    about = {"subject": subject, "description": description, "who_am_i": description}
    await line.start("CaseWorkflow", "CASE-1", case_start(contact=contact, **about))
    defect = {"defect": "DEF-1", "severity": "S2", "title": title, "functional_area": "login"}
    await line.tell("CASE-1", "confirm_defect", by | defect)
    await line.tell("DEF-1", "change_severity", by | {"severity": "S1", "reason": reason})
    await line.tell("DEF-1", "post_progress", by | {"public_text": text, "internal_note": reason})
    promise = {"public_text": f"{text} It will be fixed tomorrow."}
    with pytest.raises(CommandRefused, match="public_text"):
        await line.tell("DEF-1", "post_progress", by | promise)


def _in_clear(kept: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in kept]
