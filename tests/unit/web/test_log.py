"""The log says where an error is, and nothing of what anyone typed."""

import logging
import sys

from keel.web.guards import PrivateFormatter


def _raise(text):
    raise ValueError(f"cannot read {text}")


def test_an_error_is_logged_without_its_message():
    try:
        _raise("400 mg weekly")
    except ValueError:
        record = logging.LogRecord("keel.web", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = PrivateFormatter().format(record)
    assert "builtins.ValueError (message left out)" in line
    assert "in _raise" in line
    assert "400 mg" not in line


def test_djangos_request_errors_lose_the_path():
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Error: %s", ("/check/?x=dana",), None)
    assert "dana" not in PrivateFormatter().format(record)
