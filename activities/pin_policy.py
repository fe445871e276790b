"""Looks a policy up, so that a workflow can pin it in its state (T8)."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Policies
from domain.contract.parsing import InvalidCommand
from domain.policy import PinnedPolicy, PolicyRequest
from domain.promise_guard.edge import refuse_promised


class PinPolicy:
    """The activity `load_policy`."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    @activity.defn(name="load_policy")
    def load_policy(self, request: PolicyRequest) -> PinnedPolicy:
        """The pinned part of a policy, its holidays resolved to dates.

        The texts of the start payload that asks for it are judged on the way (D7): a workflow
        itself must not, since it would judge them again in every replay.
        """
        try:
            policy = self._policies.load(request.name, request.year).pinned()
            if request.at is not None:
                refuse_promised(request.texts, policy.calendar.local_date(request.at))
        except LookupError as error:
            raise _refused("policy", str(error)) from None
        except InvalidCommand as error:
            raise _refused(error.field, error.reason) from None
        return policy


def _refused(field: str, reason: str) -> ApplicationError:
    return ApplicationError(
        f"{field}: {reason}", field, reason, type="InvalidCommand", non_retryable=True
    )
