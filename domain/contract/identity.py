"""The names by which others reach us, beside workflow ids, which are the numbers people use."""

from collections.abc import Mapping

DEFECTS_QUEUE = "defects"
"""Workflows, and the activities that take no long."""
OUTBOUND_QUEUE = "outbound"
"""Rate-limited: everything that leaves for mail systems and status pages."""
WEBHOOKS_QUEUE = "webhooks"
"""A queue of its own: receivers that do not answer hold up no mail and no status page."""
STATUS_MAIL = "status-mail"
"""The id of the workflow that mails subscribers of the status page."""
DIGEST_MAIL = "digest-mail"
"""The id of the workflow that sends digests."""
REQUEST_CONTINUE_AS_NEW = "request_continue_as_new"
"""The signal that lets any entity begin a new run, at the next moment it may."""

OWN_IDS: Mapping[str, str] = {
    "WebhookWorkflow": "webhook-",
    "ImpactReviewWorkflow": "impact-review",
    "RetentionWorkflow": "retention",
    "StatusMailWorkflow": STATUS_MAIL,
    "DigestMailWorkflow": DIGEST_MAIL,
    "AreaWorkWorkflow": "area-work-",
}
"""How ids begin that are for one type of workflow: no number of anything else does."""
OWN_ID = "is kept for a workflow of the product's own; take a number that begins otherwise"


def is_kept(number: str, workflow: str = "") -> bool:
    """Whether a number is kept for workflows of another type."""
    return any(number.startswith(begins) for of, begins in OWN_IDS.items() if of != workflow)
