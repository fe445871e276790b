"""Turns an effect into the letter one person gets: words from a template, facts only as values.

Each event has one template with its words per language, in two blocks: `subject`, one line, and
`body`, plain paragraphs separated by blank lines. Lines that start with `- ` begin the items of a
list; `{{ text | quote }}` is a paragraph of its own that shows what a person wrote, verbatim. The
two layouts, text and HTML, put the same paragraphs on paper.

A value can neither become markup or template syntax nor start a paragraph, a list or a quotation
(`paragraphs.py`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import TemplateNotFound

from activities.digest_ports import DigestSection
from activities.joint_ports import JointPart
from activities.languages import ENGLISH, TEMPLATES, Language, known_languages, preferred, zone_of
from activities.message_facts import Reference, facts_given, reference_of
from activities.opting_out import OptOut
from activities.paragraphs import Paragraph, as_value, behind, environment, paragraphs, wrap
from activities.ports import Letter, Preference
from activities.template_words import clipped, part, words_of
from domain.addresses import ascii_domain, recipient_key
from domain.contract.effects import NotifyClients, NotifyStaff, Person
from domain.contract.events import TOPIC_OF, ClientEvent, Role, Topic
from domain.contract.values import Contact
from domain.digest import is_too_late, next_digest
from domain.policy import Cadence, FixedHourCadence, Policy

_THREADS = 20
"""Threads, beside its own, in which a message is found; mail servers limit the header."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads a message, and on which side: only staff have a role, only clients a name."""

    side: Literal["client", "staff"]
    address: str
    name: str | None
    zone: ZoneInfo
    language: Language
    role: Role | None = None
    wants_progress: bool = True
    """Whether updates on the progress of a defect reach them."""


class Renderer:
    """Writes the letters of `policy`, sent from `mail_from` (an address, with or without a name).

    Of the topics that are optional people may opt out: in the portal, where `portal_url` says where
    it is, and by a mail to the sender.

    Raises:
        ValueError: `mail_from` is not an address.
    """

    def __init__(
        self,
        policy: Policy,
        mail_from: str,
        *,
        portal_url: str | None = None,
        templates: Path = TEMPLATES,
    ) -> None:
        self._texts = policy.texts
        self._vendor_zone = ZoneInfo(policy.calendar.time_zone)
        self._rhythms = {s: _rhythm(r.updates) for s, r in policy.severities.items() if r.updates}
        self._signature = [*policy.texts.signature.splitlines(), policy.texts.vendor]
        self._mail_local, self._mail_domain = address_of(mail_from)
        self._optional = frozenset(policy.preferences.optional)
        self._digest_hour = policy.preferences.digest_hour
        self._portal_url = portal_url.rstrip("/") if portal_url else None
        self._languages = known_languages(templates)
        self._words = {
            tag: words_of(templates / tag, language) for tag, language in self._languages.items()
        }
        self._layouts = environment(templates)
        self._layouts.filters |= {"wrap": wrap, "behind": behind}

    def is_wanted(self, kind: ClientEvent, preference: Preference) -> bool:
        """Whether a person gets messages of `kind`: not those they may opt out of and did."""
        topic = self._optional_topic(kind)
        return topic is None or self._wants(topic, preference)

    def client_letter(
        self,
        effect: NotifyClients,
        person: Person,
        at: datetime,
        preference: Preference | None = None,
        part: JointPart | None = None,
        words: Mapping[str, str] = MappingProxyType({}),
    ) -> Letter:
        """What `person` is told at `at`, in their own language and zone as far as they are known.

        Their preference goes before their contact. What one may opt out of says how, once the
        preference is given. `words` say what numbers are about, in the reader's own terms.

        Raises:
            jinja2.UndefinedError: where a fact the words need is missing or empty.
            ValueError: where an instant among the facts is none.
        """
        reader = self._reader(person, preference)
        topic = self._optional_topic(effect.kind)
        opt_out = None
        if topic and preference and person.contact.email:
            opt_out = self.opt_out(topic, preference)
        companions = part.companions if part else ()
        about = reference_of(effect, tuple(person.cases), companions, words)
        ident = self.id_of(effect, reader.address, part)
        return self._letter(effect, ident, about, reader, at, opt_out)

    def id_of(
        self, effect: NotifyClients | NotifyStaff, address: str, part: JointPart | None = None
    ) -> str:
        """The `Message-ID` of what `address` is told; of a joint message, of one of its parts."""
        joint = effect.joint if part and isinstance(effect, NotifyClients) else None
        key = f"{joint.key}/{part.number}" if joint and part else effect.key
        return message_id(self._mail_domain, "message", key, address)

    def digest_section(
        self,
        effect: NotifyClients,
        person: Person,
        preference: Preference,
        words: Mapping[str, str],
    ) -> DigestSection:
        """What a digest says of one message: what the letter would have, without what is around it.

        Raises:
            jinja2.UndefinedError, ValueError: as `client_letter`.
        """
        about = reference_of(effect, tuple(person.cases), words=words)
        reader = self._reader(person, preference)
        paper = self._paper(effect, about, reader, effect.at)
        decided = self._languages[paper["lang"]].local_time(effect.at, reader.zone)
        link = (
            Paragraph("plain", (paper["link"],), link=paper["link_at"]) if "link" in paper else None
        )
        said = [*paper["paragraphs"], *filter(None, [link])]
        return DigestSection(about, decided, paper["subject"], said, paper["rows"])

    def digest_due(
        self, effect: NotifyClients, contact: Contact, preference: Preference, at: datetime
    ) -> datetime | None:
        """When the digest is due that has a message put by at `at`; None for one that goes at once.

        That is what is not optional, and what its reader would learn too late.
        """
        if not preference.digest or self._optional_topic(effect.kind) is None:
            return None
        due = next_digest(at, self._digest_hour, self.zone(contact, preference))
        return None if is_too_late(due, effect.facts) else due

    def zone(self, contact: Contact, preference: Preference | None) -> ZoneInfo:
        """Their own, as far as it is known, else the vendor's."""
        zones = map(zone_of, (preference.time_zone if preference else None, contact.time_zone))
        return next(filter(None, zones), self._vendor_zone)

    def _reader(self, person: Person, preference: Preference | None) -> _Reader:
        contact = person.contact
        chosen = preference.language if preference else None
        return _Reader(
            "client",
            contact.email or person.recipient,
            contact.name,
            zone=self.zone(contact, preference),
            language=preferred(self._languages, chosen, contact.language),
            wants_progress=not preference or self._wants(Topic.PROGRESS, preference),
        )

    def staff_letter(self, effect: NotifyStaff, address: str, at: datetime) -> Letter:
        """What one of the vendor's own places is told at `at`, in English, in the vendor's zone.

        Raises:
            jinja2.UndefinedError: where a fact the words need is missing or empty.
            ValueError: where an instant among the facts is none.
        """
        language = self._languages[ENGLISH]
        reader = _Reader("staff", address, None, self._vendor_zone, language, effect.role)
        about = reference_of(effect, (effect.case,) if effect.case else ())
        return self._letter(effect, self.id_of(effect, address), about, reader, at)

    def _paper(
        self,
        effect: NotifyClients | NotifyStaff,
        about: Reference,
        reader: _Reader,
        at: datetime,
        opt_out: OptOut | None = None,
        *,
        greets: bool = False,
    ) -> dict[str, Any]:
        """What the layouts put on paper.

        In English where the reader's language lacks the words of an event, or a part of them.
        """
        try:
            return self._paper_in(effect, about, reader, at, opt_out, greets)
        except TemplateNotFound:
            reader = replace(reader, language=self._languages[ENGLISH])
            return self._paper_in(effect, about, reader, at, opt_out, greets)

    def _paper_in(
        self,
        effect: NotifyClients | NotifyStaff,
        about: Reference,
        reader: _Reader,
        at: datetime,
        opt_out: OptOut | None,
        greets: bool,
    ) -> dict[str, Any]:
        language = reader.language
        words = self._words[language.tag]
        values = facts_given(effect.facts) | {
            "kind": effect.kind.value,
            "about": about,
            "number": about.number,
            "reader": reader,
            "vendor": self._texts,
            "rhythms": self._rhythms,
            "opt_out": opt_out,
            "sent_at": at.isoformat(),
        }
        event = words.get_template(f"{reader.side}/{effect.kind}.j2")
        topics = tuple(clipped(as_value(topic)) for topic in about.topics(effect.facts))
        message = event.new_context(values)
        subject = clipped(as_value("".join(event.blocks["subject"](message))))
        body = "".join(event.blocks["body"](message))
        also = ""
        if about.companions:
            subject = as_value(part(words, "and_more", values | {"subject": subject}))
            also = part(words, "companions", values)
        opening = part(words, f"{reader.side}_opening", values) if greets else ""
        rows = _rows(part(words, f"{reader.side}_reference", values))
        paper = {
            "lang": language.tag,
            "subject": subject,
            "paragraphs": [
                *paragraphs(opening),
                *([Paragraph("list", topics)] if topics else []),
                *paragraphs(body),
                *paragraphs(also),
            ],
            "signature": self._signature if reader.side == "client" else [],
            "rows": rows,
            "label_width": max((len(label) for label, _ in rows), default=0) + 2,
            "sent": as_value(part(words, "sent", values)),
            "opt_out": opt_out,
            "unsubscribe": as_value(part(words, "unsubscribe", values)) if opt_out else None,
            "page": self._page(about) if reader.side == "staff" else None,
        }
        is_to_client = reader.side == "client"
        link_at = self._client_page(about) if is_to_client else self._acknowledge_at(effect)
        if link_at is not None:
            link = as_value(part(words, "portal" if is_to_client else "acknowledge", values))
            paper |= {"link": link, "link_at": link_at}
        return paper

    def _letter(
        self,
        effect: NotifyClients | NotifyStaff,
        ident: str,
        about: Reference,
        reader: _Reader,
        at: datetime,
        opt_out: OptOut | None = None,
    ) -> Letter:
        paper = self._paper(effect, about, reader, at, opt_out, greets=True)
        return Letter(
            message_id=ident,
            to=reader.address,
            to_name=reader.name,
            subject=paper["subject"],
            text=self._layouts.get_template("layout.txt.j2").render(paper),
            html=self._layouts.get_template("layout.html.j2").render(paper),
            headers={
                "X-Event": effect.kind.value,
                **about.headers(),
                "Auto-Submitted": "auto-generated",
                **self._thread(effect, about, reader.address),
                **(opt_out.headers() if opt_out else {}),
            },
            at=at,
        )

    def _page(self, about: Reference) -> str | None:
        """Where staff see all about it and can do something; not of what has no such page."""
        if self._portal_url is None or not (about.cases or about.defect or about.release):
            return None
        return f"{self._portal_url}/staff/numbers/{quote(about.number, safe='')}"

    def _client_page(self, about: Reference) -> str | None:
        """Where clients see all about it in the portal; of a release the public page."""
        if self._portal_url is None:
            return None
        number = quote(about.number, safe="")
        if about.number == about.defect:
            return f"{self._portal_url}/defects/{number}"
        is_case = about.number in about.cases
        return f"{self._portal_url}/" + (f"cases/{number}" if is_case else "status")

    def _acknowledge_at(self, effect: NotifyClients | NotifyStaff) -> str | None:
        """The page on which a notice to staff is acknowledged, where it is to be."""
        notice = effect.facts.get("acknowledge")
        if not isinstance(effect, NotifyStaff) or notice is None or self._portal_url is None:
            return None
        return f"{self._portal_url}/staff/acknowledge/{quote(str(notice))}"

    def _thread(
        self, effect: NotifyClients | NotifyStaff, about: Reference, address: str
    ) -> dict[str, str]:
        """One thread for each number, those of its companions too; a notice that is repeated
        answers the first of its kind."""
        domain = self._mail_domain
        thread = answered = message_id(domain, "thread", about.number, address)
        if isinstance(effect, NotifyStaff) and "repeat" in effect.facts:
            answered = message_id(domain, "message", effect.facts["acknowledge"], address)
            thread = f"{thread} {answered}"
        others = (message_id(domain, "thread", o.defect, address) for o in about.companions)
        thread = " ".join([*islice(others, _THREADS), thread])
        return {"References": thread, "In-Reply-To": answered}

    def _optional_topic(self, kind: ClientEvent) -> Topic | None:
        """The topic of `kind`, where people may opt out of it."""
        topic = TOPIC_OF.get(kind)
        return topic if topic in self._optional else None

    def _wants(self, topic: Topic, preference: Preference) -> bool:
        chosen = {Topic.PROGRESS: preference.progress, Topic.NEWSLETTER: preference.newsletter}
        return chosen[topic] or topic not in self._optional

    def opt_out(self, topic: str, preference: Preference) -> OptOut:
        """How a person stops messages of a topic, or all that their digest has."""
        token, page = preference.token, None
        if self._portal_url:
            page = f"{self._portal_url}/unsubscribe/{topic}/{quote(token, safe='')}"
        return OptOut(
            topic=topic,
            page=page,
            address=f"{self._mail_local}@{self._mail_domain}",
            subject=f"unsubscribe {topic} {token}",
        )


def message_id(domain: str, purpose: str, subject: str, recipient: str) -> str:
    """The same for ever for the same recipient, however their address is spelled."""
    seed = json.dumps([purpose, subject, recipient_key(recipient)])
    return f"<{sha256(seed.encode()).hexdigest()[:40]}@{domain}>"


def _rows(reference: str) -> list[tuple[str, str]]:
    """Label and value of each line `Label: value`."""
    lines = filter(None, map(str.strip, reference.split("\n")))
    return [(label, value) for label, _, value in (line.partition(": ") for line in lines)]


def _rhythm(cadence: Cadence) -> Literal["daily", "business_days", "regular"]:
    """How often clients get an update, as words have it (T6)."""
    if isinstance(cadence, FixedHourCadence) or cadence.every_local_date:
        return "business_days" if cadence.business_days_only else "daily"
    return "regular"


def address_of(mail_from: str) -> tuple[str, str]:
    """The sender's mailbox, and its domain, where the ids of its messages are unique."""
    _, address = parseaddr(mail_from)
    local, _, domain = address.rpartition("@")
    if not (local and domain):
        raise ValueError(
            f"DEFECTS_MAIL_FROM: {mail_from!r} is not an address such as support@vendor.example"
        )
    return local, ascii_domain(domain)
