"""What holds for every test: one clock, no network but this machine's own, Hypothesis settings for two cores."""

import os

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


def pytest_configure() -> None:
    clock.start()


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
