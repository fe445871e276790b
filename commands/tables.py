"""Brings the tables of an installation up to date."""

import asyncio

import typer

from activities.adapters.database import make_engine, migrate
from runtime.settings import Settings


async def bring_up_to_date(settings: Settings) -> None:
    """Run every migration that is missing."""
    engine = make_engine(settings.database_url.get_secret_value())
    await asyncio.to_thread(migrate, engine)
    engine.dispose()
    typer.echo("the database is up to date")
