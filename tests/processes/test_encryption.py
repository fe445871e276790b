"""Payloads encrypted from end to end: what people write is nowhere in Temporal's keeping."""

import base64
from pathlib import Path

from runtime.codec import KeyRing
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.processes.installation import Installation, an_installation, settled
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
                await _a_life_full_of_secrets(here)
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


async def _a_life_full_of_secrets(here: Installation) -> None:
    """A case and its defect, with something that must not leak in every field there is."""
    email, name, subject, description, title, reason, actor, text = SECRETS
    opened = ("open-case", "--number", "CASE-1", "--client", "river", "--email", email)
    confirmed = ("confirm", "CASE-1", "--defect", "DEF-1", "--severity", "S2", "--area", "login")
    for arguments in (
        (*opened, "--name", name, "--subject", subject, "--description", description),
        (*confirmed, "--title", title, "--actor", actor),
        ("change-severity", "DEF-1", "S1", "--reason", reason, "--actor", actor),
        ("post-progress", "DEF-1", "--text", text, "--note", reason, "--actor", actor),
    ):
        done = await here.starter(*arguments)
        assert done.code == 0, done.err
    refused = await here.starter("post-progress", "DEF-1", "--text", f"{text} Fixed by tomorrow.")
    assert refused.code == 4, refused.err
    assert "public_text" in refused.err


def _in_clear(kept: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in kept]
