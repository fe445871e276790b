"""The page of the command line: every command with its arguments and options, and exit codes."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import starter
from tools.docs.meanings import of_name
from tools.docs.tables import code, codes, page, prose, table

Command = TyperCommand | TyperGroup
Parameter = TyperArgument | TyperOption

CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"


def commands_page() -> str:
    """Everything that `starter.py` offers."""
    return page(
        "Command line",
        "`.venv/bin/python starter.py COMMAND` in a checkout, `docker compose exec worker python "
        "starter.py COMMAND` in the compose installation. Each has `--help`.",
        *(part for name, command in every_command() for part in _command(name, command)),
        "## Exit codes",
        _exit_codes(),
    )


def every_command() -> Iterator[tuple[str, Command]]:
    """Commands with their full names, those of groups after one another."""
    group = typer.main.get_command(starter.app)
    yield from _within(group, "")


def _within(group: Any, before: str) -> Iterator[tuple[str, Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield before + name, command
            yield from _within(command, f"{before}{name} ")
        else:
            yield before + name, command


def _command(name: str, command: Command) -> Iterator[str]:
    yield f"## {name}"
    yield prose(command.help).replace(" \x08 ", " ")
    arguments = [p for p in command.params if isinstance(p, TyperArgument)]
    yield f"```text\nstarter.py {' '.join([name, *map(_metavar, arguments), '[OPTIONS]'])}\n```"
    rows = [row(p) for p in command.params if isinstance(p, TyperArgument | TyperOption)]
    if rows:
        yield table(("argument or option", "takes", "default", "meaning"), rows)


def row(parameter: Parameter) -> tuple[str, str, str, str]:
    """An argument or option as a row."""
    if isinstance(parameter, TyperArgument):
        names = [_metavar(parameter)]
    else:
        names = [*parameter.opts, *parameter.secondary_opts]
    variable = f" Or the variable `{parameter.envvar}`." if parameter.envvar else ""
    meaning = parameter.help or of_name(str(parameter.name), "Options")
    return codes(names), _takes(parameter), _default(parameter), meaning + variable


def _metavar(argument: TyperArgument) -> str:
    name = str(argument.name).upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _takes(parameter: Parameter) -> str:
    kind = parameter.type_descriptor.annotation
    if isinstance(parameter, TyperOption) and parameter.is_flag:
        return "nothing"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return codes(str(member.value) for member in kind)
    known = {int: "whole number", float: "number", datetime: "instant", Path: "path"}
    many = isinstance(parameter, TyperOption) and parameter.multiple
    return known.get(kind, "text") + (", may be repeated" if many else "")


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if isinstance(value, bool) and isinstance(parameter, TyperOption):
        return code(parameter.opts[0] if value else next(iter(parameter.secondary_opts), ""))
    if value is None or callable(value) or value in ("", []):
        return ""
    return code(str(value.value if isinstance(value, Enum) else value))


def _exit_codes() -> str:
    """As the contract has them; another test holds that table against the code."""
    section = CONTRACT.read_text("utf-8").partition("## Exit codes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+)[^|]*\| (.*) \|$", section, re.MULTILINE)
    return table(("code", "when"), ((code(number), _plain(when)) for number, when in rows))


def _plain(cell: str) -> str:
    return cell.replace(" **+**", "")
