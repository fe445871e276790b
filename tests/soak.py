"""How many random lives a property test plays: a few, more of the same, or thousands of new ones.

By the variable `HYPOTHESIS_PROFILE`: `make test` takes the profile `quick`, `make test-system` the
profile `steady`, `make soak` the profile `soak`, whose seed comes by `--hypothesis-seed`.
"""

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
SOAKING = PROFILE == "soak"
MANY = 2_000
QUICK = 4
"""The part of the steady lives that `make test` plays is one of so many."""

settings.register_profile("quick", derandomize=True, deadline=None, max_examples=100 // QUICK)
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile(
    "soak",
    max_examples=MANY,
    deadline=None,
    database=None,  # a seed says all there is to repeat
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(PROFILE)


def lives(steady: int) -> int:
    """As many as `make test-system` has time for, a part of them, or many."""
    return {"quick": max(1, steady // QUICK), "soak": MANY}.get(PROFILE, steady)
