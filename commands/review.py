"""`review-impact`: the regular review of S3 defects, now instead of at its hour."""

import typer
from temporalio.service import RPCError, RPCStatusCode

from runtime.client import RPC_TIMEOUT, NoSuchNumber
from runtime.connection import connect
from runtime.schedules import IMPACT_REVIEW
from runtime.settings import Settings


async def run(settings: Settings) -> None:
    """Trigger the Temporal Schedule of the review. Raises NoSuchNumber where there is none."""
    client = await connect(settings)
    try:
        await client.get_schedule_handle(IMPACT_REVIEW).trigger(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise NoSuchNumber(
            f"unknown schedule {IMPACT_REVIEW}: a worker creates it when it starts"
        ) from None
    typer.echo("impact review started, unless an earlier one still waits for support hours")
