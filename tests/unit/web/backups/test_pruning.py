"""Which backups stay."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from keel.web.backups.pruning import backups_in, made_at, name_at, superfluous

AT = dt.datetime(2026, 12, 1, 2, tzinfo=dt.UTC)


def _every(hours, days):
    return [AT - dt.timedelta(hours=hour) for hour in range(0, days * 24, hours)]


def test_a_year_of_hourly_backups_is_as_many_as_stated():
    """49 hours of two days with both ends; 33 further days to five weeks; the months to October 2025, 400 days ago."""
    times = _every(1, 400)
    kept = sorted(set(times) - superfluous(times, AT))
    recent = [time for time in kept if AT - time <= dt.timedelta(days=2)]
    assert len(recent) == 49
    days = {time.date() for time in kept if dt.timedelta(days=2) < AT - time <= dt.timedelta(days=35)}
    assert days == {(AT - dt.timedelta(days=n)).date() for n in range(3, 36)}
    months = {(time.year, time.month) for time in kept}
    assert months == {(2025, 10), (2025, 11), (2025, 12), *((2026, month) for month in range(1, 13))}


@given(st.lists(st.integers(0, 1000), max_size=40, unique=True))
def test_the_newest_stays_and_pruning_twice_is_pruning_once(days):
    times = [AT - dt.timedelta(days=day) for day in days]
    gone = superfluous(times, AT)
    kept = set(times) - gone
    assert not times or max(times) in kept
    assert superfluous(kept, AT) == set()


def test_only_backups_are_counted_as_such(tmp_path):
    for name in (name_at(AT, encrypted=True), name_at(AT, encrypted=False), "keel.tar.gz", "notes.txt"):
        (tmp_path / name).touch()
    assert [at for at, _ in backups_in(tmp_path)] == [AT, AT]
    assert made_at("keel-20261201T020000Z.tar.gz.part") is None
    assert backups_in(tmp_path / "none") == []
