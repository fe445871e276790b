"""The tables of the web pages: who is signed in, by what link and browser, how often one tried, and
who subscribed to the status page.

Tokens to sign in are kept as hashes only: who reads the database cannot sign in with what it finds.
"""

from sqlalchemy import JSON, Column, Index, Integer, Table

from activities.adapters.database.columns import CodePointText, UtcDateTime
from activities.adapters.database.tables import facts, metadata

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", CodePointText, primary_key=True),
    # Client or staff, and who: an address, or of staff the id of a token, or a person's actor.
    Column("kind", CodePointText, nullable=False),
    Column("subject", CodePointText, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # What it is, roughly: "Firefox, Windows".
    Column("browser", CodePointText),
    # Of a person whom the identity provider knows; nothing of anybody else.
    Column("name", CodePointText),
    Column("roles", JSON(none_as_null=True)),
    Index(None, "kind", "subject"),
    Index(None, "expires_at"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", CodePointText, primary_key=True),
    Column("address", CodePointText, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("browser_hash", CodePointText),
    Index(None, "address"),
    Index(None, "expires_at"),
)

begun_sign_ins = Table(
    "begun_sign_ins",
    metadata,
    Column("state_hash", CodePointText, primary_key=True),
    Column("browser_hash", CodePointText, nullable=False),
    # The path of ours that was asked for.
    Column("back_to", CodePointText, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

staff_people = Table(
    "staff_people",
    metadata,
    Column("actor", CodePointText, primary_key=True),
    Column("issuer", CodePointText, nullable=False),
    # Of the provider's own id.
    Column("subject_hash", CodePointText, nullable=False),
    Column("name", CodePointText, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

web_attempts = Table(
    "web_attempts",
    metadata,
    # A hash of what is tried and by whom.
    Column("bucket", CodePointText, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "ends_at"),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    # Of a browser's cookie and an address together: neither can be read from it.
    Column("hash", CodePointText, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

status_subscriptions = Table(
    "status_subscriptions",
    metadata,
    # In the links of its mails: whoever has it confirms, or ends it.
    Column("token", CodePointText, primary_key=True),
    Column("address", CodePointText, nullable=False),
    Column("email", CodePointText, nullable=False),
    # The key of one incident, or nothing for all.
    Column("incident", CodePointText, nullable=False),
    Column("language", CodePointText, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Index(None, "address", "incident", unique=True),
    Index(None, "incident"),
)

# For figures over time, which look for a few events among all facts.
Index("ix_facts_event_at", facts.c.event, facts.c.at)
