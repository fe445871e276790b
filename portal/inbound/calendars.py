"""What an invitation or its answer (RFC 5545, RFC 5546) says to a reader."""

import re

_SHOWN = {"SUMMARY": "", "DTSTART": "Begins: ", "DTEND": "Ends: ", "LOCATION": "Where: "}
_METHOD = re.compile(rb"^METHOD[^:\r\n]{0,60}:\s*([A-Z-]{1,30})", re.IGNORECASE | re.MULTILINE)
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Z-]{1,30})(?:;[^:\n]{0,500})?:(.*)", re.IGNORECASE)
_LINES_READ = 2_000


def method(raw: bytes) -> str:
    """`request`, `reply` and the like; empty where it says none."""
    said = _METHOD.search(raw)
    return said[1].decode("ascii").lower() if said else ""


def words(source: str) -> str:
    """Title, time, place and description of its events, a line each."""
    said: list[str] = []
    inside = False
    for line in _FOLDED.sub("", source).split("\n")[:_LINES_READ]:
        found = _LINE.match(line.strip())
        if found is None:
            continue
        name, value = found[1].upper(), found[2].strip()
        if name in {"BEGIN", "END"}:
            inside = (name == "BEGIN") and value.upper() in {"VEVENT", "VTODO"}
        elif inside and value and (name in _SHOWN or name in {"DESCRIPTION", "COMMENT"}):
            plain = re.sub(r"\\([nN,;\\])", lambda x: "\n" if x[1] in "nN" else x[1], value)
            said.append(f"{_SHOWN.get(name, '')}{plain}")
    return "\n".join(dict.fromkeys(said))
