"""The ways by which a person's mail comes to us in another form: web forms, lists of our own."""

import re
from collections.abc import Collection
from dataclasses import replace

from domain.addresses import recipient_key
from portal.inbound.reading import Mail

_LIST_IDS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-google-group-id")
_ADDRESS = re.compile(r"[^\s<>\"':;,()]+")
"""The colon of `mailto:` ends a word."""


def as_its_writer_sent_it(mail: Mail, forms: Collection[str]) -> Mail:
    """A mail of one of our web forms as if its writer, who is in `Reply-To`, had sent it."""
    if recipient_key(mail.address) not in map(recipient_key, forms):
        return mail
    named = mail.reply_to
    if named is None or recipient_key(named.email or "") == recipient_key(mail.address):
        return mail
    return replace(mail, sender=named)


def came_through(mail: Mail, lists: Collection[str]) -> bool:
    """Whether a list it came through is one of ours, by its address or the id made of that."""
    if not lists:
        return False
    ours = {known for one in lists for known in (one.lower(), one.lower().replace("@", "."))}
    said = " ".join(value for name in _LIST_IDS for value in mail.headers.get(name, []))
    return not ours.isdisjoint(word.lower() for word in _ADDRESS.findall(said))
