"""The command line: a demonstration, a development server, and every command of the contract.

Exit codes: 0 done, 1 a promise of the policy was broken (`simulate`), a line was refused
(`import`), a workflow did not move (`rollout nudge`), refused (`adopt-policy`, `policy preview`) or
is not well (`recover`, `reconcile`), 2 wrong usage or settings, 3 no Temporal server or worker
answers, 4 the case, defect or release refused, 5 unknown id.
"""

import sys
from importlib.util import find_spec

import typer

from commands.cli import (
    admin,
    agents,
    cases,
    defects,
    inspect,
    policy,
    portal,
    releases,
    rollout,
    texts,
    webhooks,
)
from commands.cli.run import ExitCodes

__all__ = ["ExitCodes", "app"]

SUBJECTS = {
    "Cases": cases.app,
    "Defects": defects.app,
    "Releases, areas, review": releases.app,
    "Any entity": inspect.app,
    "Texts for clients": texts.app,
    "Portal": portal.app,
    "AI agents": agents.app,
    "Operations": admin.app,
}

if find_spec("simulation"):  # An installation goes without.
    from simulation.cli import app as simulation_app

    SUBJECTS = {"Simulation": simulation_app} | SUBJECTS

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
for subject, commands in SUBJECTS.items():
    for command in commands.registered_commands:
        command.rich_help_panel = subject
    app.add_typer(commands)
app.add_typer(policy.app, name="policy", rich_help_panel="Policy files")
app.add_typer(rollout.app, name="rollout", rich_help_panel="Operations")
app.add_typer(webhooks.app, name="webhooks", rich_help_panel="Operations")


if __name__ == "__main__":
    sys.exit(app())
