"""The envelope sender of a letter: an address of its own, so that a report says which it is about.

Variable envelope return paths (VERP): `bounces+<token>@vendor.example`, where the token is the left
part of the letter's `Message-ID`. Another program that makes one achieves nothing: a report is
believed only where it names the recipient that this very letter was sent to.
"""

import re
from email.utils import parseaddr

from domain.addresses import ascii_domain

_OURS = re.compile(r"<([0-9a-f]{40})@([^<>\s@]+)>")


class BounceAddress:
    """Where reports about letters go, `bounces@vendor.example`.

    Raises:
        ValueError: it is no address, or its left part is no plain word of at most 20 characters.
    """

    def __init__(self, address: str) -> None:
        local, _, domain = address.rpartition("@")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,20}", local):
            raise ValueError("must be an address such as bounces@vendor.example")
        self._local, self._domain = local, ascii_domain(domain)
        self._spelled = re.compile(
            rf"{re.escape(local)}(?:\+([0-9a-f]{{40}}))?@{re.escape(self._domain)}", re.IGNORECASE
        )

    def of_letter(self, message_id: str) -> str:
        """The envelope sender of a letter; the bare address where its id is none of ours."""
        ours = _OURS.fullmatch(message_id)
        token = f"+{ours[1]}" if ours else ""
        return f"{self._local}{token}@{self._domain}"

    def is_addressed(self, recipient: str) -> bool:
        """Whether a mail to this recipient came here, with or without a token."""
        return self._spelled.fullmatch(_bare(recipient)) is not None

    def message_id(self, recipient: str, mail_from: str) -> str | None:
        """The id of the letter that a mail to this recipient is about, if it has a token."""
        said = self._spelled.fullmatch(_bare(recipient))
        if said is None or said[1] is None:
            return None
        domain = ascii_domain(parseaddr(mail_from)[1].rpartition("@")[2])
        return f"<{said[1].lower()}@{domain}>"


def _bare(recipient: str) -> str:
    return parseaddr(recipient)[1]
