"""`keel backup --every`: a copy whenever something was written since the one before, and none otherwise (T25)."""

from types import SimpleNamespace

from keel.web.backups import actions
from keel.web.clinic.actions import note
from support.clock import START


def test_a_backup_is_made_when_something_was_written(harbour, monkeypatch, tmp_path):
    """HZ-BKP-01: two looks without a new row of the audit make no backup, one after it does."""
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            note(harbour, at=START, actor="alice", action="log_in")

    monkeypatch.setattr(actions, "make_backup", lambda _folder, **_told: len(naps))
    monkeypatch.setattr(actions, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(actions.time, "sleep", nap)
    made = actions.follow(tmp_path, every_s=50)
    assert (next(made), next(made)) == (0, 3)
    assert set(naps) == {50}
