"""What holds for every test: one clock, no network but this machine's own, Hypothesis settings for two cores."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

from support import browser_loop, clock
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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Playwright leaves its event loop running between the tests of a process; only its own tests know of it.

    Django keeps another connection where a loop runs. So it stays hidden until the next test of the browser: what the
    fixtures of a file of others made is ended on the connection on which it was made.
    """
    browser_loop.show() if item.get_closest_marker("browser") else browser_loop.hide()


@pytest.fixture(autouse=True, scope="module")
def _each_file_begins_at_the_start(request):
    """A file finds the same time of day however long the files before it took; the server of the browser runs on."""
    if "browser" in request.node.path.parts:
        yield
        return
    with clock.clock_at(clock.START):
        yield


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """The test database is in memory, for each worker its own: nothing is to be added to its name."""
