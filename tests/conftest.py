"""What holds for every test: one clock, no network but this machine's own, Hypothesis settings for two cores."""

import os
import sys
from asyncio import events

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

from support import clock
from support.samples import examples

# On a build server the examples are the same in every run; at a developer's desk each run looks at new ones.
settings.register_profile(
    "keel", max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("server", parent=settings.get_profile("keel"), derandomize=True)
settings.load_profile("server" if os.environ.get("CI") else "keel")


# jsonschema builds grammars of web addresses when it is imported, 5 s in each process; no schema of ours asks for them.
sys.modules.setdefault("rfc3987_syntax", None)


def pytest_configure() -> None:
    clock.start()
    # The loop that Playwright leaves running would let Django refuse the making and the end of the test database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin, so that no worker waits for them; those of the browser share one server and browser."""
    items.sort(key=lambda item: (not item.get_closest_marker("first"), not item.get_closest_marker("browser")))


_LOOP = pytest.StashKey[object]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Playwright leaves its event loop running between the tests of a process; only its own tests know of it.

    It is hidden before any fixture of another test is made, those of the whole run among them.
    """
    item.stash[_LOOP] = None if item.get_closest_marker("browser") else events._get_running_loop()
    if item.stash[_LOOP] is not None:
        events._set_running_loop(None)


@pytest.fixture(autouse=True)
def _loop_of_the_browser_again(request):
    yield
    if request.node.stash[_LOOP] is not None:
        events._set_running_loop(request.node.stash[_LOOP])


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """The test database is in memory, for each worker its own: nothing is to be added to its name."""
