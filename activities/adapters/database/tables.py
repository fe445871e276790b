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
    false,
)

from activities.adapters.database.columns import CodePointText, UtcDateTime

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
    Column("prefix", CodePointText, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

issued_numbers = Table(
    "issued_numbers",
    metadata,
    Column("prefix", CodePointText, primary_key=True),
    Column("issued_for", CodePointText, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Index(None, "prefix", "number", unique=True),
)

entities = Table(
    "entities",
    metadata,
    Column("kind", CodePointText, primary_key=True),
    Column("number", CodePointText, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("snapshot", JSON, nullable=False),
    # Taken from the snapshot, to find entities by:
    Column("client", CodePointText),
    Column("severity", CodePointText),
    Column("state", CodePointText),
    Column("functional_area", CodePointText),
    Column("release", CodePointText),
    Column("needs_attention", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # The sequence whose work items are listed; older where the version before wrote last.
    Column("items_sequence", BigInteger, nullable=False, server_default="-1"),
    Index(None, "client"),
    Index(None, "release"),
    Index(None, "kind", "state", "number"),
    Index(None, "kind", "severity", "number"),
    Index(None, "kind", "functional_area", "number"),
)

facts = Table(
    "facts",
    metadata,
    Column("entity", CodePointText, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("event", CodePointText, nullable=False),
    Column("actor", CodePointText),
    Column("details", JSON, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("public_text", CodePointText),
    Column("internal_text", CodePointText),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("entity", CodePointText, primary_key=True),
    Column("case_number", CodePointText, primary_key=True),
    # The last change this row knows; what is older does not apply any more.
    Column("sequence", BigInteger, nullable=False),
    # Who is told; empty where a case was detached before anybody said that it was attached.
    Column("client", CodePointText),
    Column("address", CodePointText),
    Column("email", CodePointText),
    Column("name", CodePointText),
    Column("time_zone", CodePointText),
    Column("attached_sequence", BigInteger),
    Column("attached_at", UtcDateTime),
    Column("detached_sequence", BigInteger),
    Column("detached_at", UtcDateTime),
    # Left empty by the version that does not know it.
    Column("language", CodePointText),
    Column("phone", CodePointText),
    Index(None, "entity", "address"),
    Index(None, "client"),
    Index(None, "address"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("address", CodePointText, primary_key=True),
    Column("token", CodePointText, nullable=False),
    # What they chose, each with the instant of that choice; empty where they never did.
    Column("progress", Boolean, nullable=False),
    Column("progress_at", UtcDateTime),
    Column("newsletter", Boolean, nullable=False),
    Column("newsletter_at", UtcDateTime),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("digest_at", UtcDateTime),
    Column("time_zone", CodePointText),
    Column("time_zone_at", UtcDateTime),
    Column("language", CodePointText),
    Column("language_at", UtcDateTime),
    Index(None, "token", unique=True),
)

release_defects = Table(
    "release_defects",
    metadata,
    Column("release", CodePointText, primary_key=True),
    Column("defect", CodePointText, primary_key=True),
    # The release's sequence at which it joined or left; what is older does not apply any more.
    Column("sequence", BigInteger, nullable=False),
    Column("attached", Boolean, nullable=False),
    # The release's sequence up to which the defect has been told; empty for never.
    Column("aligned", BigInteger),
)

consultation_accounts = Table(
    "consultation_accounts",
    metadata,
    Column("client", CodePointText, primary_key=True),
)

consultations = Table(
    "consultations",
    metadata,
    Column("booking", CodePointText, primary_key=True),
    # What it has taken:
    Column("client", CodePointText, nullable=False),
    Column("period", CodePointText, nullable=False),
    Column("minutes", BigInteger, nullable=False),
    Column("call_at", UtcDateTime),
    # The last effect that was decided on, and whether it fitted: a repeat gets the same answer.
    Column("sequence", BigInteger, nullable=False),
    Column("fits", Boolean, nullable=False),
    Index(None, "client", "period"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review", CodePointText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("ranking", JSON, nullable=False),
    Index(None, "at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("effect_key", CodePointText, nullable=False),
    Column("recipient", CodePointText, nullable=False),
    Column("channel", CodePointText, nullable=False),
    Column("entity", CodePointText, nullable=False),
    Column("event", CodePointText, nullable=False),
    Column("message_id", CodePointText, nullable=False),
    Column("state", CodePointText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("first_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("problem", CodePointText),
    Column("cases", JSON, nullable=False),
    Column("lane", CodePointText),
    Column("overtaken_at", UtcDateTime),
    # A hash of what was said; left empty by the version that does not know it.
    Column("content", CodePointText),
    Index(None, "effect_key", "recipient", "channel", unique=True),
    Index(None, "entity", "id"),
    Index(None, "entity", "state"),
    Index(None, "state", "first_at"),
)

spoken_messages = Table(
    "spoken_messages",
    metadata,
    # What somebody is to be told by telephone, as the letter would read.
    Column("delivery", BigInteger, ForeignKey("deliveries.id"), primary_key=True),
    Column("name", CodePointText),
    Column("phone", CodePointText),
    Column("subject", CodePointText, nullable=False),
    Column("text", CodePointText, nullable=False),
)

digest_parts = Table(
    "digest_parts",
    metadata,
    # A message that waits for its reader's digest; gone with that.
    Column("delivery", BigInteger, ForeignKey("deliveries.id"), primary_key=True),
    Column("recipient", CodePointText, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    # The key of the digest that it goes in, from when that is first tried.
    Column("digest", CodePointText),
    # What is said, and to whom.
    Column("effect", JSON, nullable=False),
    Column("person", JSON, nullable=False),
    Index(None, "due_at"),
    Index(None, "recipient"),
)

joint_messages = Table(
    "joint_messages",
    metadata,
    # What several defects of a release say alike, to whom, and in which message.
    Column("key", CodePointText, primary_key=True),
    Column("recipient", CodePointText, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("release", CodePointText, nullable=False),
    # The defect that sends it, since when, and the cases it named; empty until it was sent.
    Column("holder", CodePointText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("cases", JSON(none_as_null=True)),
    Index(None, "release"),
    Index(None, "recipient"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("message_id", CodePointText, nullable=False),
    Column("address", CodePointText, nullable=False),
    Column("to", CodePointText, nullable=False),
    Column("to_name", CodePointText),
    Column("subject", CodePointText, nullable=False),
    Column("text", CodePointText, nullable=False),
    Column("html", CodePointText, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "message_id", unique=True),
    Index(None, "address", "id"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("key", CodePointText, primary_key=True),
    Column("entity", CodePointText, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("name", CodePointText, nullable=False),
    Column("severity", CodePointText, nullable=False),
    Column("stage", CodePointText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index(None, "started_at"),
)

incident_updates = Table(
    "incident_updates",
    metadata,
    Column("effect_key", CodePointText, primary_key=True),
    Column("incident", CodePointText, ForeignKey("incidents.key"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("stage", CodePointText, nullable=False),
    Column("body", CodePointText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # When every subscriber had been told; empty as long as some may not have been.
    Column("told_at", UtcDateTime),
    Index(None, "incident", "sequence"),
    Index(None, "told_at"),
)

incident_refs = Table(
    "incident_refs",
    metadata,
    Column("incident", CodePointText, primary_key=True),
    Column("external_id", CodePointText, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    # The part of a token that may be shown; what may not is kept as its hash only.
    Column("id", CodePointText, primary_key=True),
    Column("name", CodePointText, nullable=False),
    Column("hash", CodePointText, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", CodePointText, primary_key=True),
    Column("key", CodePointText, primary_key=True),
    # A hash of what was asked under the key.
    Column("request", CodePointText, nullable=False),
    # The number that was issued for it, and what came of it where that is told again.
    Column("number", CodePointText),
    Column("outcome", CodePointText),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("kind", CodePointText, primary_key=True),
    # When nothing was left of what is kept no longer; before that, since when it is looked for.
    Column("done_at", UtcDateTime, nullable=False),
)

# A reply names the message it answers.
Index(None, deliveries.c.message_id)
unlisted = entities.c.sequence - entities.c.items_sequence
"""How far the work items of an entity lag behind it."""
Index("ix_entities_unlisted", unlisted)
