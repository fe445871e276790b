"""Ends a test process that nothing else ends, and says where each of its threads stands.

pytest-timeout interrupts a test once. What then waits for ever, such as a fixture that takes leave
of a server which does not answer, has no limit any more. The test that hung fails by name, and
the others of its process go on in another one.
"""

import faulthandler
import os
from collections.abc import Iterator

import pytest

_STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the standard error that is not captured."""
    config.stash[_STDERR] = os.dup(2)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let it go."""
    os.close(config.stash[_STDERR])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """From here to the test's end."""
    _watch(item)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """From its end to that of its fixtures."""
    _watch(item)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _watch(item: pytest.Item) -> None:
    file = item.config.stash[_STDERR]
    faulthandler.dump_traceback_later(2 * _limit(item), exit=True, file=file)


def _limit(item: pytest.Item) -> float:
    """The seconds after which pytest-timeout interrupts this test."""
    mark = item.get_closest_marker("timeout")
    asked = mark.args[0] if mark else item.config.getoption("timeout")
    return float(asked or item.config.getini("timeout"))
