"""`keel serve` as a technician starts it: the command itself, in a process of its own."""

import urllib.request

import pytest

from support.served import served_by_the_command


@pytest.mark.slow
def test_the_command_serves_on_an_empty_folder(tmp_path):
    """HZ-AVL-01: what the command loads before the settings must not choose the SQLite that Django uses."""
    with served_by_the_command(tmp_path) as server:
        with urllib.request.urlopen(f"{server.address}/check/", timeout=30) as answer:  # noqa: S310 - our own address
            assert answer.status == 200
        assert "first-start" in server.log.read_text()
