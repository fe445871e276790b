"""Which version of the code a worker is, as Temporal's worker versioning knows it.

With a build id, a run stays on the version it began on, whose code wrote its history. It moves
where it continues as new: `Entity` does so as soon as it hears that another version is current.
Runs of workers without one are not held: a version that becomes current goes on with them.
"""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

DEPLOYMENT = "defects"
"""The name that all versions of the worker share."""


def deployment_config(build_id: str | None) -> WorkerDeploymentConfig | None:
    """How a worker of this build takes part; None for one that is not versioned."""
    if build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
