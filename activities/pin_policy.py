"""Looks a policy up, so that a workflow can pin it in its state (T8)."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Policies
from domain.policy import PinnedPolicy, PolicyRequest


class PinPolicy:
    """The activity `load_policy`."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    @activity.defn(name="load_policy")
    def load_policy(self, request: PolicyRequest) -> PinnedPolicy:
        """The pinned part of a policy, its holidays resolved to dates."""
        try:
            return self._policies.load(request.name, request.year).pinned()
        except LookupError as error:
            raise ApplicationError(str(error), type="UnknownPolicy", non_retryable=True) from None
