"""The tables as the code sees them; `migrations/` makes them, a test holds the two together."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
)

from activities.adapters.database.columns import Instant, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

_Serial = BigInteger().with_variant(Integer, "sqlite")
"""Counts rows as they come: SQLite numbers them itself only in a column of type INTEGER."""

number_sequences = Table(
    "number_sequences",
    metadata,
    Column("prefix", Words, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

issued_numbers = Table(
    "issued_numbers",
    metadata,
    Column("prefix", Words, primary_key=True),
    Column("issued_for", Words, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Index(None, "prefix", "number", unique=True),
)

entities = Table(
    "entities",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("number", Words, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("snapshot", JSON, nullable=False),
    # Taken from the snapshot, to find entities by:
    Column("client", Words),
    Column("severity", Words),
    Column("state", Words),
    Column("functional_area", Words),
    Column("release", Words),
    Column("needs_attention", Boolean, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "client"),
    Index(None, "release"),
    Index(None, "kind", "state", "number"),
    Index(None, "kind", "severity", "number"),
    Index(None, "kind", "functional_area", "number"),
)

facts = Table(
    "facts",
    metadata,
    Column("entity", Words, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", Words, nullable=False),
    Column("actor", Words),
    Column("details", JSON, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("public_text", Words),
    Column("internal_text", Words),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("entity", Words, primary_key=True),
    Column("case_number", Words, primary_key=True),
    # The last change this row knows; what is older does not apply any more.
    Column("sequence", BigInteger, nullable=False),
    # Who is told; empty where a case was detached before anybody said that it was attached.
    Column("client", Words),
    Column("address", Words),
    Column("email", Words),
    Column("name", Words),
    Column("time_zone", Words),
    Column("attached_sequence", BigInteger),
    Column("attached_at", Instant),
    Column("detached_sequence", BigInteger),
    Column("detached_at", Instant),
    # Left empty by the version that does not know it.
    Column("language", Words),
    Index(None, "entity", "address"),
    Index(None, "client"),
    Index(None, "address"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("address", Words, primary_key=True),
    Column("token", Words, nullable=False),
    # What they chose, each with the instant of that choice; empty where they never did.
    Column("progress", Boolean, nullable=False),
    Column("progress_at", Instant),
    Column("newsletter", Boolean, nullable=False),
    Column("newsletter_at", Instant),
    Column("time_zone", Words),
    Column("time_zone_at", Instant),
    Column("language", Words),
    Column("language_at", Instant),
    Index(None, "token", unique=True),
)

release_defects = Table(
    "release_defects",
    metadata,
    Column("release", Words, primary_key=True),
    Column("defect", Words, primary_key=True),
    # The release's sequence at which it joined or left; what is older does not apply any more.
    Column("sequence", BigInteger, nullable=False),
    Column("attached", Boolean, nullable=False),
    # The release's sequence up to which the defect has been told; empty for never.
    Column("aligned", BigInteger),
)

consultation_accounts = Table(
    "consultation_accounts",
    metadata,
    Column("client", Words, primary_key=True),
)

consultations = Table(
    "consultations",
    metadata,
    Column("booking", Words, primary_key=True),
    # What it has taken:
    Column("client", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("minutes", BigInteger, nullable=False),
    Column("call_at", Instant),
    # The last effect that was decided on, and whether it fitted: a repeat gets the same answer.
    Column("sequence", BigInteger, nullable=False),
    Column("fits", Boolean, nullable=False),
    Index(None, "client", "period"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ranking", JSON, nullable=False),
    Index(None, "at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("effect_key", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("entity", Words, nullable=False),
    Column("event", Words, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("decided_at", Instant),
    Column("first_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("problem", Words),
    Column("cases", JSON, nullable=False),
    Column("lane", Words),
    Column("overtaken_at", Instant),
    Index(None, "effect_key", "recipient", "channel", unique=True),
    Index(None, "entity", "id"),
    Index(None, "entity", "state"),
    Index(None, "state", "first_at"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("message_id", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("to", Words, nullable=False),
    Column("to_name", Words),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "message_id", unique=True),
    Index(None, "address", "id"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("key", Words, primary_key=True),
    Column("entity", Words, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Words, nullable=False),
    Column("severity", Words, nullable=False),
    Column("stage", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Index(None, "started_at"),
)

incident_updates = Table(
    "incident_updates",
    metadata,
    Column("effect_key", Words, primary_key=True),
    Column("incident", Words, ForeignKey("incidents.key"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("stage", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "incident", "sequence"),
)

incident_refs = Table(
    "incident_refs",
    metadata,
    Column("incident", Words, primary_key=True),
    Column("external_id", Words, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    # The part of a token that may be shown; what may not is kept as its hash only.
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    # A hash of what was asked under the key.
    Column("request", Words, nullable=False),
    # The number that was issued for it, and what came of it where that is told again.
    Column("number", Words),
    Column("outcome", Words),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)

# A reply names the message it answers.
Index(None, deliveries.c.message_id)
