"""Which of the items that intake asks for a text answers by their labels (C3).

The labels are those that our letters ask with, and what people make of them: `Steps to reproduce:`,
`Schritte zur Reproduktion:` or `Pasos para reproducirlo:` at the beginning of a line, with a bullet
before it or not. Spanish ones count without their accents too.
"""

import re
from collections.abc import Iterator, Mapping

LABELS: Mapping[str, tuple[str, ...]] = {
    "who_am_i": (
        *("who am i", "who i am", "who you are", "enterprise and site", "enterprise"),
        *("wer bin ich", "wer ich bin", "wer sie sind", "unternehmen und standort"),
        *("quién es usted", "quien es usted", "quién soy", "quien soy", "empresa y centro"),
    ),
    "steps": (
        *("steps to reproduce", "steps", "exact steps", "reproduction steps"),
        *("schritte zur reproduktion", "schritte", "genaue schritte", "schritte zum nachstellen"),
        *("pasos para reproducirlo", "pasos para reproducir el problema", "pasos"),
    ),
    "feature": (
        *("feature", "the feature", "funktion", "die funktion"),
        *("función", "funcion", "la función", "la funcion", "funcionalidad"),
    ),
    "form_or_report": (
        *("form or report", "the form or report", "form", "report"),
        *("formular oder bericht", "das formular oder der bericht", "formular", "bericht"),
        *("formulario o informe", "el formulario o informe", "formulario", "informe"),
    ),
    "participant_case_numbers": (
        *("case numbers of the participants", "participants", "participant case numbers"),
        *("fallnummern der teilnehmenden", "teilnehmende", "fallnummern"),
        *("números de caso de los participantes", "numeros de caso de los participantes"),
        *("participantes", "números de caso", "numeros de caso"),
    ),
}
"""By field of the contract, in lower case; in each language what letters use comes first."""

_ITEM_OF = {label: item for item, labels in LABELS.items() for label in labels}
_LABELLED = re.compile(
    rf"[ \t]*(?:[-*•\u2013][ \t]+)?[*_\"„“]*({'|'.join(sorted(_ITEM_OF, key=len, reverse=True))})"
    r"[*_\"”“]*[ \t]*[:\uff1a][*_]*[ \t]*(.*)",
    re.IGNORECASE,
)
_LIST_ENTRY = re.compile(r"[ \t]*(?:\d{1,3}[.):]|[-*•\u2013][ \t])")
_SIGNATURE = re.compile(r"-- ?")
_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")


def answered_by_label(text: str) -> dict[str, str]:
    """What a text says of each item it names; the first answer to an item counts.

    An answer goes on to the next label or to an empty line; the entries of a list belong to it
    whatever lines are left empty between them. A quoted line (`>`) is nobody's answer.
    """
    found: dict[str, str] = {}
    for item, lines in _answers(text):
        said = "\n".join(lines).strip()
        if item == "participant_case_numbers":
            said = ", ".join(n for n in _NUMBER.findall(said) if re.search(r"\d", n))
        if re.search(r"\w", said):
            found.setdefault(item, said)
    return found


def _answers(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each item named, with the lines that follow it."""
    item: str | None = None
    lines: list[str] = []
    for line in [*text.split("\n"), "-- "]:
        labelled = _LABELLED.fullmatch(line)
        over = _SIGNATURE.fullmatch(line) or line.lstrip().startswith(">")
        ended = _said(lines) and not lines[-1].strip() and bool(line.strip())
        if item is not None and (labelled or over or (ended and not _LIST_ENTRY.match(line))):
            yield item, lines
            item = None
        if labelled:
            item, lines = _ITEM_OF[labelled[1].lower()], [labelled[2]]
        elif item is not None:
            lines.append(line)


def _said(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)
