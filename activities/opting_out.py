"""How a person stops messages of a topic: on a page of the portal, or by mail."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class OptOut:
    """The page of the portal, where there is one, and the mail that stop a topic."""

    topic: str
    """One that `topics_of` knows."""
    page: str | None
    address: str
    subject: str

    @property
    def link(self) -> str:
        """Where the footer leads."""
        return self.page or self._mail

    @property
    def shown(self) -> str:
        """What the footer shows for it."""
        return self.page or self.address

    @property
    def _mail(self) -> str:
        return f"mailto:{quote(self.address, safe='@')}?subject={quote(self.subject, safe='')}"

    def headers(self) -> dict[str, str]:
        """What mail programs show as a button (RFC 2369, RFC 8058)."""
        if self.page is None:
            return {"List-Unsubscribe": f"<{self._mail}>"}
        return {
            "List-Unsubscribe": f"<{self.page}>, <{self._mail}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
