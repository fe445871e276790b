"""How many random lives a property test plays: a few, always the same, or thousands of new ones.

`make test` takes the profile `steady`, `make soak` the profile `soak`, by the variable
`HYPOTHESIS_PROFILE`. The seed of a soak comes by `--hypothesis-seed`.
"""

import os

from hypothesis import HealthCheck, settings

SOAKING = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
MANY = 2_000

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile(
    "soak",
    max_examples=MANY,
    deadline=None,
    database=None,  # a seed says all there is to repeat
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("soak" if SOAKING else "steady")


def lives(few: int) -> int:
    """As many as `make test` has time for, or many."""
    return MANY if SOAKING else few
