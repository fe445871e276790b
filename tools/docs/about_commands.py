"""Every command of the command line, as Typer documents it."""

import re

import typer
import typer.main
from typer.cli import get_docs_for_click

import starter

PROGRAM = "starter.py"


def commands() -> str:
    """The section of each command: what it does, its arguments and its options."""
    group = typer.main.get_command(starter.app)
    said = get_docs_for_click(obj=group, ctx=typer.Context(group, info_name=PROGRAM), name=PROGRAM)
    sections = said[said.index("\n## ") :].replace("* `--help`: Show this message and exit.\n", "")
    return re.sub(rf"^(#+) `{re.escape(PROGRAM)} (.+)`$", r"\1 `\2`", sections, flags=re.MULTILINE)
