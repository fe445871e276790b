"""`python -m tests.chaos`: one run, its figures as JSON and in a line; exits with 1 on a fault."""

import argparse
import asyncio
import json
import secrets
import signal
import sys

from tests.chaos.judge import judge
from tests.chaos.plan import Chaos
from tests.chaos.run import play


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="decides what goes wrong when")
    parser.add_argument("--seconds", type=float, default=420, help="how long a month takes")
    parser.add_argument("--kills", type=int, default=150, help="SIGKILLs of a worker")
    parser.add_argument("--restarts", type=int, default=4, help="of server and of database, each")
    parser.add_argument("--outages", type=int, default=12, help="of mail and of page, each")
    parser.add_argument("--size", type=float, default=1.0, help="1 is some hundred entities")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--database", choices=["postgresql", "sqlite"])
    parser.add_argument("--patience", type=float, default=600, help="seconds to drain")
    return parser.parse_args()


async def _main() -> int:
    given = _arguments()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    print(f"seed {seed}", flush=True)
    chaos = Chaos(seed, given.seconds, given.kills, given.restarts, given.outages)
    played = await play(
        chaos,
        size=given.size,
        workers=given.workers,
        kind=given.database,
        patience=given.patience,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    verdict = judge(played.evidence)
    document = played.circumstances | verdict.document()
    print(json.dumps(document, indent=2))
    print(
        "{kills} kills, {server_restarts}+{database_restarts} restarts: {owed} messages owed, "
        "{lost} lost, {twice} told twice, {unavoidable} repeated unavoidably".format(**document)
    )
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(_main()))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
