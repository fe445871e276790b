"""Runs migrations on the connection and in the transaction that `schema.migrate` opened.

A new migration is a file in `versions/` written by hand;
`tests/activities/database/test_migrations.py` says what it still lacks. It names plain column
types, never this package's, so that it stays what it was when the code moves on.
"""

from alembic import context

from activities.adapters.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
