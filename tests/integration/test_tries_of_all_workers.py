"""Wrong passwords are counted by all processes together, however many arrive at once (HZ-SEC-01)."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.served import served

pytestmark = pytest.mark.slow
WRONG, LOCKED, IN = "do not belong together", "Too many", "Harbour Clinic"


def test_twenty_guesses_at_once_at_two_workers_are_five(tmp_path):
    with served(tmp_path, demo=True, workers=2) as running:
        with ThreadPoolExecutor(10) as pool:
            ends = list(pool.map(lambda number: _try(running.address, f"guess {number}"), range(20)))
        assert Counter(ends)[WRONG] <= 5
        assert Counter(ends)[WRONG] + Counter(ends)[LOCKED] == 20
        assert _try(running.address, "keel-demonstration") == LOCKED


def _try(address, password):
    """How a log-in as Alice ends, in a browser of its own."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(f"{address}/log-in/", timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    form = {"csrfmiddlewaretoken": token, "username": "alice", "password": password}
    try:
        said = browser.open(f"{address}/log-in/", urllib.parse.urlencode(form).encode(), timeout=60).read().decode()
    except urllib.error.HTTPError as refused:
        said = refused.read().decode()
    return next(words for words in (WRONG, LOCKED, IN) if words in said)
