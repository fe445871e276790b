"""What the database keeps for a time only, and for how long."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

SHORTEST = timedelta(days=60)
"""The least for what stops a repeat, after something is over: a case may be opened again for two
weeks, and a workflow be reset for as long as Temporal keeps its history, 30 days where we set it
up."""


class Kept(StrEnum):
    """A kind of rows that are removed some day. What is open keeps all of its own.

    In the order in which they go: words for the telephone, and parts of digests, before the
    deliveries they belong to.
    """

    WEBHOOKS = "webhooks"
    """Messages to receivers that were sent or given up, of what is over."""
    SPOKEN_MESSAGES = "spoken_messages"
    """Words for the telephone that were told, or are not told any more."""
    DIGEST_PARTS = "digest_parts"
    """What digests would have had of what is over. They go with their digest before."""
    DELIVERIES = "deliveries"
    """Who was told what and when, of what is over."""
    JOINT_MESSAGES = "joint_messages"
    """Which message told a person what several defects of a release say, once that is over."""
    LETTERS = "letters"
    """Emails in full, kept where there is no mail server."""
    SESSIONS = "sessions"
    """Of people who were signed in."""
    SIGN_IN_LINKS = "sign_in_links"
    """That are not good any more."""
    STATUS_SUBSCRIPTIONS = "status_subscriptions"
    """To the status page, that nobody confirmed in time."""
    BEGUN_SIGN_INS = "begun_sign_ins"
    """At the identity provider, that nobody came back from in time."""
    ATTEMPTS = "attempts"
    """To sign in and the like, which are counted."""
    KNOWN_BROWSERS = "known_browsers"
    """That nobody has signed in from for long."""
    IDEMPOTENCY_KEYS = "idempotency_keys"
    """Of the HTTP interface and of inbound mail."""
    SET_ASIDE_MAILS = "set_aside_mails"
    """That wait for staff, or were decided on."""
    TAKEN_MAILS = "taken_mails"
    """Ids of mails, and which case each became."""
    PREFERENCES = "preferences"
    """Of addresses that nothing else knows, where nobody has chosen anything."""
    ATTACHMENTS = "attachments"
    """Files of cases that were closed, on record."""
    ATTACHMENT_FILES = "attachment_files"
    """Their contents, once nothing has them on record. The last, since their store may be down."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How long an installation keeps what it may choose for.

    Everything else is kept for as long as it is good for something, which the code knows.
    """

    webhooks: timedelta
    """After its case, defect or release was over. At least `SHORTEST`."""
    deliveries: timedelta
    """After its case, defect or release was over. At least `SHORTEST`."""
    letters: timedelta
    """After it was written, or, for the telephone, was told."""
    attachments: timedelta
    """After their case was closed. At least `SHORTEST`."""
