"""What `starter.py health` says: containers are restarted by it, and people ask it first."""

from pathlib import Path

from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.policy_texts import changed
from tests.installation import Running
from tests.programs import STARTER, environment, run


async def test_an_installation_that_works_is_healthy(up: Running) -> None:
    """Server, workers and database are there: one word, and 0."""
    ended = await up.here.starter("health")

    assert (ended.code, ended.out, ended.err) == (0, "healthy\n", "")


async def test_everything_that_is_wrong_is_named(tmp_path: Path) -> None:
    """Nobody polls any queue and the database is not to be had: a line for each, and 1."""
    policy = tmp_path / "policy.toml"
    policy.write_text(changed(('coo = "coo@vendor.example"', 'coo = "place:pager"')))
    async with dev_server(DefectsPlugin()) as server:
        env = environment(
            tmp_path,
            TEMPORAL_ADDRESS=server.address,
            DEFECTS_DATABASE_URL="postgresql://127.0.0.1:1/nothing",
            DEFECTS_ATTACHMENTS_URL=str(Path(__file__) / "no-folder"),
            DEFECTS_POLICY_FILE=str(policy),
        )
        ended = await run(*STARTER, "health", folder=tmp_path, env=env)

    assert (ended.code, ended.out) == (1, "")
    *problems, database = ended.err.splitlines()
    assert problems == [
        "no worker polls the task queue defects for workflows",
        "no worker polls the task queue defects for activities",
        "no worker polls the task queue outbound for activities",
        "no worker polls the task queue webhooks for activities",
        "what begins now waits for workers without a build id",
        *(
            f"the schedule {name} is missing: a worker makes it when it starts, where it may"
            for name in ("impact-review", "retention")
        ),
        "DEFECTS_ATTACHMENTS_URL: cannot be written to, so mails with files wait: "
        "NotADirectoryError Not a directory",
        "DEFECTS_PLACE_PAGER: is not set, and the policy tells staff at place:pager",
    ]
    assert "DEFECTS_DATABASE_URL: cannot be used: " in database
    assert "port 1 failed" in database
