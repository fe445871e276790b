"""Numbers, entities, facts, subscriptions, deliveries, kept letters, incidents.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
instant = sa.DateTime(timezone=True)
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "number_sequences",
        sa.Column("prefix", words, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="pk_number_sequences"),
    )
    op.create_table(
        "issued_numbers",
        sa.Column("prefix", words, nullable=False),
        sa.Column("issued_for", words, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "issued_for", name="pk_issued_numbers"),
    )
    op.create_index(
        "ix_issued_numbers_prefix_number", "issued_numbers", ["prefix", "number"], unique=True
    )

    op.create_table(
        "entities",
        sa.Column("kind", words, nullable=False),
        sa.Column("number", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("client", words),
        sa.Column("severity", words),
        sa.Column("state", words),
        sa.Column("functional_area", words),
        sa.Column("release", words),
        sa.Column("needs_attention", sa.Boolean(), nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name="pk_entities"),
    )
    op.create_index("ix_entities_client", "entities", ["client"])
    op.create_index("ix_entities_release", "entities", ["release"])

    op.create_table(
        "facts",
        sa.Column("entity", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("event", words, nullable=False),
        sa.Column("actor", words),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("public_text", words),
        sa.Column("internal_text", words),
        sa.PrimaryKeyConstraint("entity", "sequence", name="pk_facts"),
    )

    op.create_table(
        "subscriptions",
        sa.Column("entity", words, nullable=False),
        sa.Column("case_number", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("client", words),
        sa.Column("address", words),
        sa.Column("email", words),
        sa.Column("name", words),
        sa.Column("time_zone", words),
        sa.Column("attached_sequence", sa.BigInteger()),
        sa.Column("attached_at", instant),
        sa.Column("detached_sequence", sa.BigInteger()),
        sa.Column("detached_at", instant),
        sa.PrimaryKeyConstraint("entity", "case_number", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_entity_address", "subscriptions", ["entity", "address"])
    op.create_index("ix_subscriptions_client", "subscriptions", ["client"])

    op.create_table(
        "deliveries",
        sa.Column("id", serial, nullable=False),
        sa.Column("effect_key", words, nullable=False),
        sa.Column("recipient", words, nullable=False),
        sa.Column("channel", words, nullable=False),
        sa.Column("entity", words, nullable=False),
        sa.Column("event", words, nullable=False),
        sa.Column("message_id", words, nullable=False),
        sa.Column("state", words, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("decided_at", instant),
        sa.Column("first_at", instant, nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("sent_at", instant),
        sa.Column("problem", words),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index(
        "ix_deliveries_effect_key_recipient_channel",
        "deliveries",
        ["effect_key", "recipient", "channel"],
        unique=True,
    )
    op.create_index("ix_deliveries_entity_id", "deliveries", ["entity", "id"])
    op.create_index("ix_deliveries_state_first_at", "deliveries", ["state", "first_at"])

    op.create_table(
        "letters",
        sa.Column("id", serial, nullable=False),
        sa.Column("message_id", words, nullable=False),
        sa.Column("address", words, nullable=False),
        sa.Column("to", words, nullable=False),
        sa.Column("to_name", words),
        sa.Column("subject", words, nullable=False),
        sa.Column("text", words, nullable=False),
        sa.Column("html", words, nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_index("ix_letters_message_id", "letters", ["message_id"], unique=True)
    op.create_index("ix_letters_address_id", "letters", ["address", "id"])

    op.create_table(
        "incidents",
        sa.Column("key", words, nullable=False),
        sa.Column("entity", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", words, nullable=False),
        sa.Column("severity", words, nullable=False),
        sa.Column("stage", words, nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("resolved_at", instant),
        sa.PrimaryKeyConstraint("key", name="pk_incidents"),
    )
    op.create_index("ix_incidents_started_at", "incidents", ["started_at"])
    op.create_table(
        "incident_updates",
        sa.Column("effect_key", words, nullable=False),
        sa.Column("incident", words, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("stage", words, nullable=False),
        sa.Column("body", words, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.key"], name="fk_incident_updates_incident"
        ),
        sa.PrimaryKeyConstraint("effect_key", name="pk_incident_updates"),
    )
    op.create_index(
        "ix_incident_updates_incident_sequence", "incident_updates", ["incident", "sequence"]
    )
    op.create_table(
        "incident_refs",
        sa.Column("incident", words, nullable=False),
        sa.Column("external_id", words, nullable=False),
        sa.PrimaryKeyConstraint("incident", name="pk_incident_refs"),
    )
