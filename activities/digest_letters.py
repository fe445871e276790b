"""Writes digests: one mail to one reader, with a section for each message that waited for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import TemplateNotFound

from activities.digest_ports import Digest, DigestSection
from activities.languages import ENGLISH, TEMPLATES, Language, known_languages, preferred
from activities.opting_out import OptOut
from activities.paragraphs import Paragraph, as_value, behind, environment, paragraphs, wrap
from activities.ports import Letter, Preference
from activities.rendering import Renderer, address_of, message_id
from activities.subscriber_letters import with_anchor
from activities.template_words import clipped, part, words_of
from domain.contract.effects import Person
from domain.contract.events import DIGEST, TOPIC_OF, ClientEvent
from domain.contract.values import Contact
from domain.policy import Policy


@dataclass(frozen=True, slots=True)
class _Reader:
    language: Language
    zone: ZoneInfo
    name: str | None


class DigestLetters:
    """In the name of the vendor of `policy`; `portal_url` is where links lead.

    Raises:
        ValueError: `mail_from` is not an address.
    """

    def __init__(self, policy: Policy, mail_from: str, portal_url: str | None = None) -> None:
        self._texts = policy.texts
        self._choose = f"{portal_url.rstrip('/')}/preferences" if portal_url else None
        self._renderer = Renderer(policy, mail_from, portal_url=portal_url)
        _, self._mail_domain = address_of(mail_from)
        self._languages = known_languages()
        self._words = {
            tag: words_of(TEMPLATES / tag, language) for tag, language in self._languages.items()
        }
        self._layouts = environment(TEMPLATES)
        self._layouts.filters |= {"wrap": wrap, "behind": behind}

    def is_wanted(self, kind: ClientEvent, preference: Preference) -> bool:
        """Whether a person gets messages of `kind`."""
        return self._renderer.is_wanted(kind, preference)

    def zone(self, contact: Contact, preference: Preference) -> ZoneInfo:
        """Their own, as far as it is known, else the vendor's."""
        return self._renderer.zone(contact, preference)

    def letter(
        self, digest: Digest, preference: Preference, at: datetime, words: Mapping[str, str]
    ) -> Letter:
        """All parts of a digest, under the same `Message-ID` however often it is tried.

        `words` say what numbers are about, in the reader's own terms.
        """
        contact = digest.parts[-1].person.contact
        sections = [
            self._renderer.digest_section(
                each.effect, Person(contact=contact, cases=each.person.cases), preference, words
            )
            for each in digest.parts
        ]
        topics = {TOPIC_OF[each.effect.kind] for each in digest.parts}
        opt_out = self._renderer.opt_out(topics.pop() if len(topics) == 1 else DIGEST, preference)
        to = contact.email or digest.recipient
        language = preferred(self._languages, preference.language, contact.language)
        reader = _Reader(language, self.zone(contact, preference), contact.name)
        try:
            paper = self._paper(reader, sections, opt_out, at)
        except TemplateNotFound:
            reader = replace(reader, language=self._languages[ENGLISH])
            paper = self._paper(reader, sections, opt_out, at)
        html = self._layouts.get_template("layout.html.j2").render(paper)
        thread = message_id(self._mail_domain, "thread", DIGEST, to)
        return Letter(
            message_id=message_id(self._mail_domain, DIGEST, digest.key, to),
            to=to,
            to_name=contact.name,
            subject=paper["subject"],
            text=self._layouts.get_template("layout.txt.j2").render(paper),
            html=with_anchor(html, self._choose) if self._choose else html,
            headers={
                "X-Event": DIGEST,
                **_headers(sections),
                "Auto-Submitted": "auto-generated",
                "References": thread,
                "In-Reply-To": thread,
                **opt_out.headers(),
            },
            at=at,
        )

    def _paper(
        self, reader: _Reader, sections: Sequence[DigestSection], opt_out: OptOut, at: datetime
    ) -> dict[str, Any]:
        words = self._words[reader.language.tag]
        values = {
            "reader": reader,
            "count": len(sections),
            "choose": self._choose,
            "opt_out": opt_out,
            "sent_at": at.isoformat(),
        }
        template = words.get_template(f"client/{DIGEST}.j2")
        filled = template.new_context(values)
        blocks = {name: "".join(block(filled)) for name, block in template.blocks.items()}
        opening = part(words, "client_opening", values)
        return {
            "lang": reader.language.tag,
            "subject": clipped(as_value(blocks["subject"])),
            "paragraphs": [
                *paragraphs(opening),
                *paragraphs(blocks["body"]),
                *(paragraph for section in sections for paragraph in _shown(section)),
            ],
            "signature": [*self._texts.signature.splitlines(), self._texts.vendor],
            "rows": [],
            "label_width": 0,
            "sent": as_value(part(words, "sent", values)),
            "opt_out": opt_out,
            "unsubscribe": as_value(part(words, "unsubscribe", values)),
            "page": None,
        }


def _shown(section: DigestSection) -> Iterator[Paragraph]:
    yield Paragraph("heading", (section.subject,))
    yield Paragraph("plain", (section.decided,))
    yield from section.paragraphs
    if section.rows:
        yield Paragraph("list", tuple(f"{label}: {value}" for label, value in section.rows))


def _headers(sections: Sequence[DigestSection]) -> dict[str, str]:
    """All cases, defects and releases that it names, each once."""
    named: dict[str, dict[str, None]] = {}
    for section in sections:
        for header, numbers in section.about.headers().items():
            named.setdefault(header, {}).update(dict.fromkeys(numbers.split(", ")))
    return {header: ", ".join(numbers) for header, numbers in named.items()}
