"""Tables of a study: infusions without weights and dates, ratings as totals."""

import datetime as dt
from pathlib import Path

import pytest

from keel.interop import ReadError, Reading, read_folder, read_path
from keel.knowledge import load
from keel.quantities import Interval
from keel.record import Precision, Setting, Sex
from support.reading import AT, FIXTURES, fixture, noted, read


def folder(participants: bytes | None = None, phenotype: bytes | None = None) -> Reading:
    files = {
        "participants.tsv": fixture("participants.tsv") if participants is None else participants,
        "phenotype.tsv": fixture("phenotype.tsv") if phenotype is None else phenotype,
    }
    return read_folder(files, at=AT, knowledge=load())


def test_an_infusion_of_ketamine_is_half_a_milligram_per_kilogram_over_forty_minutes():
    dana, erin = folder().records
    (dose,) = dana.doses
    assert (dose.substance, dose.route, dose.setting) == ("racemic", "iv", Setting.CLINIC)
    assert (dose.amount_mg, dose.per_kg, dose.duration_min) == (None, Interval.exactly(0.5), 40)
    assert erin.doses == ()  # placebo only


def test_days_are_counted_back_from_the_last_visit():
    dana = folder().records[0]
    # Drug on day 0, placebo on day 14, the last visit 10 days after placebo: day 24 is the day of reading.
    today = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    assert (dana.doses[0].start, dana.doses[0].precision) == (today - dt.timedelta(days=24), Precision.DAY)
    assert [(one.instrument, one.at) for one in dana.answers if one.instrument == "madrs"] == [
        ("madrs", today - dt.timedelta(days=25)),
        ("madrs", today - dt.timedelta(days=22)),
        ("madrs", today),
    ]


def test_what_is_not_published_is_said():
    reasons = {note.what: note.reason for note in folder().records[0].notes}
    assert "counted back" in reasons["calendar dates"]
    assert "0.5 mg/kg" in reasons["body weight"]


def test_ratings_are_totals_and_missing_ones_are_none():
    dana, erin = folder().records
    assert [(one.instrument, one.total) for one in dana.answers[-2:]] == [("madrs", 39), ("ham-d17", 23)]
    assert [(one.instrument, one.total) for one in erin.answers] == [("ham-d6", 1)]


def test_the_person_is_what_the_table_says():
    dana, erin = folder().records
    assert (dana.person.id, dana.person.age_years, dana.person.sex) == ("sub-DANA", 29, Sex.FEMALE)
    assert [one.text for one in dana.conditions] == ["major depressive disorder"]
    assert (dana.measurements[0].code, dana.measurements[0].value) == ("39156-5", 27.84)
    assert (erin.person.age_years, erin.person.sex, erin.conditions, erin.measurements) == (None, Sex.UNKNOWN, (), ())


def test_every_row_is_counted():
    totals = folder().totals
    assert (totals.read, totals.understood, totals.reported) == (6, 6, 0)


def test_rows_that_come_twice_or_belong_to_nobody_are_noted():
    rows = b"sub-DANA\tses-b0\t1\t1\t1\nsub-NOBODY\tses-b0\t1\t1\t1\n"
    reading = folder(phenotype=fixture("phenotype.tsv") + rows)
    assert noted(reading)["row that cannot be read"] == 2
    assert (reading.totals.read, reading.totals.understood, reading.totals.reported) == (8, 6, 2)
    assert reading.records[0].answers[0].total == 35


def test_a_rating_after_an_infusion_that_was_not_listed_has_no_day():
    reading = folder(phenotype=fixture("phenotype.tsv") + b"sub-ERIN\tses-d2\t1\tn/a\tn/a\n")
    sitting = reading.records[1].answers[0]
    assert (sitting.instrument, sitting.at) == ("madrs", None)
    assert noted(reading.records[1])["visit without a day"] == 1


@pytest.mark.parametrize("cell", [b"abc", b"1e5", b"-3", "３".encode()])
def test_a_cell_that_is_no_number_is_noted_and_left_out(cell: bytes):
    reading = folder(participants=fixture("participants.tsv").replace(b"27.84", cell))
    assert reading.records[0].measurements == ()
    assert noted(reading.records[0])["BMI"] == 1


def test_participants_alone_are_read_without_ratings():
    reading = read(fixture("participants.tsv"))
    assert (reading.format, len(reading.records), noted(reading)["ratings"]) == ("openneuro-participants", 2, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"participant_id\tage\nsub-1\t3\n", "participants.tsv, line 1: The column “infusion_1” is missing"),
        (b"participant_id\tinfusion_1\tinfusion_2\nsub-1\td\n", "line 2: The row has 2 cells and the header 3"),
    ],
)
def test_a_table_of_another_shape_is_refused(content: bytes, message: str):
    with pytest.raises(ReadError, match=message):
        folder(participants=content)


def test_ratings_alone_ask_for_the_people():
    with pytest.raises(ReadError, match=r"Give the folder with participants\.tsv"):
        read(fixture("phenotype.tsv"))


def test_a_folder_is_read_from_disk(tmp_path: Path):
    for name in ("participants.tsv", "phenotype.tsv"):
        (tmp_path / name).write_bytes((FIXTURES / name).read_bytes())
    assert read_path(tmp_path, at=AT, knowledge=load()) == folder()
