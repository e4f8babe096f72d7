"""`keel setup` at the terminal: one document for programs, one line for what is wrong."""

import json
import stat

import pytest

from support.command import keel

pytestmark = pytest.mark.slow


def test_a_clinic_is_set_up_once(tmp_path):
    words = (
        "setup",
        "--folder",
        "keel",
        "--clinic",
        "quay",
        "--name",
        "Quay",
        "--manager",
        "olga@quay.example",
        "--json",
    )
    first, again = (keel(*words, folder=tmp_path) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    made, found = json.loads(first.stdout), json.loads(again.stdout)
    assert (made["new_clinic"], found["new_clinic"]) == (True, False)
    assert made["link"].startswith("http://localhost:8000/log-in/recover/")
    assert stat.S_IMODE((tmp_path / "keel").stat().st_mode) == 0o700

    refused = keel("setup", "--folder", "keel", "--recover", "nobody@quay.example", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "keel: There is no account with the e-mail “nobody@quay.example”.\n"

    before = (tmp_path / "keel" / "secret-key").read_text().split()
    assert keel("setup", "--folder", "keel", "--new-secret", folder=tmp_path).returncode == 0
    assert (tmp_path / "keel" / "secret-key").read_text().split()[1:] == before
