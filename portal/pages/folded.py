"""What of a text is read at once, and what is folded: the history that somebody quotes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in two parts."""

    text: str
    quoted: str
    """The quoted lines at its end, without their marks; empty where there are none."""


def folded(text: str) -> Folded:
    """Split a text at the quoted lines (`>`) that end it."""
    lines = text.split("\n")
    begin = len(lines)
    while begin and (lines[begin - 1].startswith(">") or not lines[begin - 1].strip()):
        begin -= 1
    quoted = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[begin:])
    return Folded("\n".join(lines[:begin]).rstrip(), quoted.strip("\n"))
