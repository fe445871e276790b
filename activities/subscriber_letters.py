"""Writes to people who subscribe to the status page: the letter that asks them to confirm, and one
for each post of an incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import escape

from activities.languages import TEMPLATES, Language, known_languages, preferred
from activities.paragraphs import as_value, behind, environment, paragraphs, wrap
from activities.ports import Letter
from activities.rendering import address_of, message_id
from activities.subscriber_ports import IncidentPost, Subscriber
from activities.template_words import clipped, part, words_of
from domain.policy import Policy


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whoever subscribes: nothing is known of them but the language."""

    language: Language
    zone: ZoneInfo
    name: None = None


@dataclass(frozen=True, slots=True)
class _WayOut:
    """The page on which one leaves, which mail programs may call by themselves (RFC 8058)."""

    link: str

    @property
    def shown(self) -> str:
        return self.link

    def headers(self) -> dict[str, str]:
        return {
            "List-Unsubscribe": f"<{self.link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


class SubscriberLetters:
    """In the name of the vendor of `policy`, on its clock; links lead to `portal_url`.

    Raises:
        ValueError: `mail_from` is not an address.
    """

    def __init__(self, policy: Policy, mail_from: str, portal_url: str) -> None:
        self._texts = policy.texts
        self._zone = ZoneInfo(policy.calendar.time_zone)
        self._status = f"{portal_url.rstrip('/')}/status"
        _, self._mail_domain = address_of(mail_from)
        self._languages = known_languages()
        self._words = {
            tag: words_of(TEMPLATES / tag, language) for tag, language in self._languages.items()
        }
        self._layouts = environment(TEMPLATES)
        self._layouts.filters |= {"wrap": wrap, "behind": behind}

    def confirmation(self, to: Subscriber, name: str | None, at: datetime) -> Letter:
        """Asks whether they want it; `name` is that of one incident, None for all."""
        link = f"{self._status}/confirm/{quote(to.token, safe='')}"
        said = {"name": name} if name else {}
        return self._letter("status.confirm", to, link, at, said, seed=token_urlsafe())

    def incident(self, post: IncidentPost, to: Subscriber, at: datetime) -> Letter:
        """Tells one post, under the same `Message-ID` however often it is tried."""
        link = f"{self._status}/incidents/{post.ident}"
        said = {
            "name": post.name,
            "stage": post.stage,
            "said": post.body,
            "is_first": post.is_first,
        }
        out = _WayOut(f"{self._status}/leave/{quote(to.token, safe='')}")
        return self._letter("status.incident", to, link, at, said, post.key, post.ident, out)

    def _letter(
        self,
        kind: str,
        to: Subscriber,
        link: str,
        at: datetime,
        said: Mapping[str, Any],
        seed: str,
        thread: str | None = None,
        out: _WayOut | None = None,
    ) -> Letter:
        language = preferred(self._languages, to.language)
        words = self._words[language.tag]
        values = {
            **said,
            "reader": _Reader(language, self._zone),
            "product": self._texts.product,
            "link": link,
            "sent_at": at.isoformat(),
        }
        template = words.get_template(f"public/{kind}.j2")
        filled = template.new_context(values)
        blocks = {name: "".join(block(filled)) for name, block in template.blocks.items()}
        subject = clipped(as_value(blocks["subject"]))
        opening = part(words, "client_opening", values)
        paper = {
            "lang": language.tag,
            "subject": subject,
            "paragraphs": [*paragraphs(opening), *paragraphs(blocks["body"])],
            "signature": [*self._texts.signature.splitlines(), self._texts.vendor],
            "rows": [],
            "label_width": 0,
            "sent": as_value(part(words, "sent", values)),
            "opt_out": out,
            "unsubscribe": as_value(blocks["leave"]) if out else None,
            "page": None,
        }
        headers = {"X-Event": kind, "Auto-Submitted": "auto-generated"}
        if thread is not None:
            begun = message_id(self._mail_domain, "incident", thread, to.address)
            headers |= {"References": begun, "In-Reply-To": begun}
        return Letter(
            message_id=message_id(self._mail_domain, "subscriber", seed, to.address),
            to=to.email,
            to_name=None,
            subject=subject,
            text=self._layouts.get_template("layout.txt.j2").render(paper),
            html=with_anchor(self._layouts.get_template("layout.html.j2").render(paper), link),
            headers=headers | (out.headers() if out else {}),
            at=at,
        )


def with_anchor(html: str, link: str) -> str:
    """The layout shows values as text; a link that is there to be followed becomes one."""
    shown = str(escape(link))
    return html.replace(shown, f'<a href="{shown}">{shown}</a>', 1)
