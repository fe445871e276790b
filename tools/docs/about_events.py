"""The pages of what leaves: mails to clients and staff, and webhooks."""

import re
from collections.abc import Mapping
from pathlib import Path

from activities.languages import TEMPLATES
from domain.contract.events import TOPIC_OF, ClientEvent, Role, StaffEvent
from domain.webhooks.events import EVENTS
from tools.docs.meanings import of_name
from tools.docs.tables import code, codes, page, table

CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"
_CHOICE = re.compile(r'\{\{\s*"([^"]*)" if [^"]*? else "([^"]*)"\s*\}\}')
_SUBJECT = re.compile(r"\{% block subject %\}(.*?)\{% endblock %\}", re.DOTALL)


def events_page() -> str:
    """Every mail, with the subject of its template, and every type of webhook."""
    staff = told_to_staff(CONTRACT.read_text(encoding="utf-8"))
    return page(
        "Events",
        "The names of what people and programs are told. Mails carry theirs in the header "
        "`X-Event`; webhooks as `type`. Subjects are those of the English templates, with what is "
        "filled in between braces.",
        "## Mails to clients",
        "Those with a topic are the ones a person can opt out of, where the policy lets them.",
        table(
            ("event", "told when", "topic", "subject"),
            (
                (code(e), of_name(e, "Events"), code(TOPIC_OF.get(e, "")), _subject("client", e))
                for e in ClientEvent
            ),
        ),
        "## Mails to staff",
        "To the address that the policy's `contacts` have for the role. Rungs of a target have the "
        "event and the role that the policy gives them; here those of `eto`.",
        table(
            ("event", "role", "told when", "subject"),
            ((code(e), *staff[e], _subject("staff", e)) for e in StaffEvent),
        ),
        "## Roles",
        table(("role", "who it is"), ((code(r), of_name(r, "Roles")) for r in Role)),
        "## Webhooks",
        "The types of messages to other programs. `data` has `number`, `kind`, `event` and the "
        "details below, where there are any. How they are signed and tried is in "
        "[the contract](../contract.md#webhooks).",
        table(
            ("type", "what happened", "details"),
            ((code(e), of_name(e, "Events"), codes(details)) for e, details in EVENTS.items()),
        ),
        "### Details of webhooks",
        table(
            ("detail", "meaning"),
            (
                (code(name), of_name(name, "Details"))
                for name in sorted({name for details in EVENTS.values() for name in details})
            ),
        ),
    )


def told_to_staff(contract: str) -> Mapping[str, tuple[str, str]]:
    """Role and occasion of each mail to staff, from the contract's table."""
    section = contract.partition("| to staff | role | when |")[2].partition("\n\n")[0]
    found = {}
    for names, role, when in re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \|$", section, re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", names):
            found[name] = (role, _plain(when))
    return found


def _subject(side: str, event: str) -> str:
    """The subject of a template, its places in braces and its choices left out."""
    text = (TEMPLATES / "en" / side / f"{event}.j2").read_text(encoding="utf-8")
    found = _SUBJECT.search(text)
    said = _CHOICE.sub(r"\1 … \2", found[1] if found else "")
    said = re.sub(r"\{\{\s*([\w.]+)[^}]*\}\}", r"{\1}", said)
    shown = " ".join(re.sub(r"\{%.*?%\}", " … ", said).split())
    return code(re.sub(r"^(… )+|( …)+$", "", shown))


def _plain(cell: str) -> str:
    return cell.replace(" **+**", "").replace("**+** ", "")
