"""What staff may say of the notices that they get."""

from pydantic import Field

from domain.contract.values import Command


class Acknowledge(Command):
    """Acknowledge a notice to staff: it is not repeated any more, and goes to nobody else (T7)."""

    name = "acknowledge"
    notice: str | None = Field(default=None, max_length=300)
    """Key of the notice, of those under `to_acknowledge` of `status`: `DEF-000045/3/defect.urgent`.
    Left out, it is all of them."""
