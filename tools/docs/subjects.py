"""The subjects of emails, from the English templates."""

import re
from collections.abc import Iterator

from activities.languages import TEMPLATES
from domain.contract.events import DIGEST, ClientEvent, StaffEvent
from tools.docs.tables import code, table

_SUBJECT = re.compile(r"\{% block subject %\}(.*?)\{% endblock %\}", re.DOTALL)
_CHOICE = re.compile(r'\{\{\s*"([^"]*)" if [^"]*? else "([^"]*)"\s*\}\}')


def subjects() -> str:
    """A row for each mail; what is filled in stands between braces."""
    return table(("to", "event", "subject"), _rows())


def _rows() -> Iterator[tuple[str, str, str]]:
    for side, events in (("client", (*ClientEvent, DIGEST)), ("staff", StaffEvent)):
        for event in events:
            text = (TEMPLATES / "en" / side / f"{event}.j2").read_text(encoding="utf-8")
            found = _SUBJECT.search(text)
            yield side, code(event), code(_plain(found[1] if found else ""))


def _plain(subject: str) -> str:
    """A subject with its places in braces and its choices left out."""
    said = re.sub(r"\{\{\s*([\w.]+)[^}]*\}\}", r"{\1}", _CHOICE.sub(r"\1 … \2", subject))
    shown = " ".join(re.sub(r"\{%.*?%\}", " … ", said).split())
    return re.sub(r"^(… )+|( …)+$", "", shown)
