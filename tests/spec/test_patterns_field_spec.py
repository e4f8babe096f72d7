"""HZ-CHK-01: what people write: the right figures, or a refusal in their own words; and now, peak and ever.

The rows are collected from forums, labels, case reports and clinic letters; each has its source or its sum beside it.
"""

import csv
import datetime as dt
from pathlib import Path

import pytest

from keel.exposure import PatternError, parse_pattern, summarise
from keel.knowledge import load
from keel.record import Record

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
SEEN = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
FOLDER = Path(__file__).parent / "exposure"


def rows(name):
    return list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))


FIELD = [*rows("field.csv"), *rows("otherwise.csv"), *rows("spoken.csv")]
HISTORY = rows("history.csv")


def answer(text, at=AT):
    return summarise(Record(patterns=parse_pattern(text, at=at, knowledge=load())), at=at, knowledge=load())


def total(found, name):
    """Milligrams of all routes, as the row counts them; Keel itself shows each route by itself."""
    known = [getattr(one, name) for one in found.by_route]
    if not known or None in known:
        return None
    return sum(one.low for one in known), sum(one.high for one in known)


@pytest.mark.parametrize("row", [one for one in FIELD if one["expect"] == "answer"], ids=lambda row: row["text"][:60])
def test_what_people_write_gives_the_right_figures(row):
    found = answer(row["text"])
    days = found.sessions_per_year_range
    got = {
        "sessions_per_year": (days.low, days.high) if days else None,
        "mg_per_year": total(found, "mg_per_year"),
        "cumulative_mg": total(found, "cumulative_mg"),
    }
    for name, pair in got.items():
        for end, place in (("low", 0), ("high", 1)):
            if wanted := row[f"{name}_{end}"]:
                assert pair is not None, name
                assert pair[place] == pytest.approx(float(wanted), rel=0.01), f"{name}_{end}"
    if row["band"]:
        assert found.band.id == row["band"]


@pytest.mark.parametrize("row", [one for one in FIELD if one["expect"] == "ask"], ids=lambda row: row["text"][:60])
def test_what_cannot_be_known_is_asked_in_the_persons_own_words(row):
    """A refusal quotes the words and says what to write; an answer without an amount says what is not known."""
    try:
        found = answer(row["text"])
    except PatternError as refused:
        said = str(refused)
        assert any(word in said for word in row["text"].split())
        assert any(word in said for word in ("Write", "Add", "Check", "at most"))
    else:
        assert found.mg_per_year is None
        assert found.band.at_least
        assert any(row["text"] in str(line) for line in found.unknown)


@pytest.mark.parametrize("row", HISTORY, ids=lambda row: row["pattern"][:60])
def test_now_peak_and_ever_are_three_figures(row):
    found = answer(row["pattern"], SEEN)
    assert found.now.mg_per_year.mid == pytest.approx(float(row["now_mg"]), rel=1e-4)
    assert found.mg_per_year == found.now.mg_per_year
    assert found.peak.mg_per_year.mid == pytest.approx(float(row["peak_mg"]), rel=1e-4)
    assert found.peak.multiple_of_reference == pytest.approx(float(row["peak_mg"]) / 910, rel=1e-4)
    assert found.ever.cumulative_mg.mid == pytest.approx(float(row["ever_mg"]), rel=1e-3)
    stopped = dt.date.fromisoformat(row["stopped_at"]) if row["stopped_at"] else None
    if stopped is None:
        assert found.stopped_at is None
    else:
        assert abs((found.stopped_at - stopped).days) <= 2  # months of 365 / 12 days
    assert found.band.id == row["band"]


def test_a_stop_or_a_cut_that_does_not_lower_the_band_is_said():
    said = [one.rule for one in answer("2 g daily for 3 years, stopped 3 months ago", SEEN).findings]
    assert "exposure-last-180-days" in said
    assert "exposure-peak" in said
    assert "exposure-last-180-days" not in [one.rule for one in answer("2 g daily for 3 years", SEEN).findings]


def test_a_cut_of_which_nobody_said_when_leaves_the_band_at_least():
    band = answer("used to do 3 g daily, now 0.5 g weekly").band
    assert (band.id, band.at_least) == ("2", True)
    assert "days_per_week" in band.could_rise_with


def test_induction_does_not_count_towards_maintenance_past_12_months():
    """Harms reference 10.3, lane M: maintenance past 12 months is M1; 4 + 4 weeks of induction are no maintenance."""
    told = "56 mg Spravato twice a week for 4 weeks then weekly for 4 weeks then every 2 weeks for {} months"
    assert answer(told.format(12)).band.id == "M0"
    assert answer(told.format(13)).band.id == "M1"
