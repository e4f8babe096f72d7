"""Tables of doses: the template, what people write in them, what cannot be read, and the way back."""

import datetime as dt

import pytest

from keel.interop import DOSES_TEMPLATE, ReadError, write_doses_table
from keel.knowledge import load
from support.reading import AT, read, the_record

HEADER = "date,time,drug,amount,unit,route\n"


def test_the_template_is_read_as_it_stands():
    record = the_record(DOSES_TEMPLATE)
    assert [(dose.substance, dose.route) for dose in record.doses] == [
        ("racemic", "iv"),
        ("racemic", "nasal"),
        ("esketamine", "nasal"),
    ]
    assert [dose.amount_mg.mid if dose.amount_mg else None for dose in record.doses] == [35, None, 56]
    assert record.notes == ()


@pytest.mark.parametrize(
    "table",
    [
        HEADER + "2026-11-01,21:30+01:00,ketamine,35,mg,iv\n",
        "drug\troute\tamount\tdate\nKetalar®\tIntravenous\t35 mg\t2026-11-01T20:30Z\n",
        "Fecha;Droga;Cantidad;Unidad;Vía\r\n2026-11-01T21:30+01:00;Ketamina;0,035;g;iv\r\n",
        "\ufeffdate,drug,dose,unit,route\n\n2026-11-01T20:30:00+00:00,racemic,35000,ug,iv\n",
    ],
    ids=["commas", "tabs", "semicolons", "mark"],
)
def test_a_dose_is_one_however_the_table_is_written(table: str):
    """HZ-IOP-04."""
    (dose,) = the_record(table).doses
    assert (dose.substance, dose.route, dose.start) == (
        "racemic",
        "iv",
        dt.datetime(2026, 11, 1, 20, 30, tzinfo=dt.UTC),
    )
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == pytest.approx(35)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2026-13-01,,ketamine,35,mg,iv", "does not exist"),
        ("1/11/2026,,ketamine,35,mg,iv", "is not a time"),
        ("2026-11-01,,ketamine,35,,iv", "no unit"),
        ("2026-11-01,,ketamine,-35,mg,iv", "-35"),
        ("2026-11-01,25:70,ketamine,35,mg,iv", "does not exist"),
        ("2026-11-01,,,35,mg,iv", "drug is missing"),
        ("2027-11-01,,ketamine,35,mg,iv", "not counted"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_are_read(line: str, problem: str):
    """HZ-IOP-04."""
    reading = read(f"{HEADER}2026-11-02,,ketamine,20,mg,iv\n{line}\n2026-11-03,,ketamine,30,mg,iv\n")
    (record,) = reading.records
    assert len(record.doses) == 2
    (note,) = record.notes
    assert (str(note.what).startswith("line 3, "), problem in str(note.reason)) == (True, True)
    assert (reading.totals.read, reading.totals.understood, reading.totals.reported) == (3, 2, 1)


def test_a_time_of_day_without_its_offset_leaves_the_day():
    (dose,) = the_record(HEADER + "2026-11-01,21:30,ketamine,35,mg,iv\n").doses
    assert (dose.start.date(), dose.precision) == (dt.date(2026, 11, 1), "day")


def test_another_drug_is_a_medicine_and_people_stand_apart():
    """HZ-ID-03."""
    table = "date,drug,amount,person\n2026-11-01,ketamine,35 mg,dana\n2026-11-01,midazolam,2 mg,erin\n"
    dana, erin = read(table).records
    assert (dana.person.id, len(dana.doses), dana.medicines) == ("dana", 1, ())
    assert (erin.person.id, erin.doses, [one.text for one in erin.medicines]) == ("erin", (), ["midazolam"])


def test_what_is_written_reads_back_the_same():
    table = (
        HEADER + "2026-11-01T21:30+01:00,,ketamine,35,mg,iv\n2026-11,,esketamine,28-56,mg,nasal\n2025,,ketamine,,,\n"
        "2026-11-05,,ketamine,0.5,mg/kg,im\n"
    )
    record = the_record(table)
    again = the_record(write_doses_table([record], load()))
    kept = [
        (one.substance, one.route, one.start, one.amount_mg, one.per_kg, one.precision, one.certainty)
        for one in record.doses
    ]
    assert [
        (one.substance, one.route, one.start, one.amount_mg, one.per_kg, one.precision, one.certainty)
        for one in again.doses
    ] == kept


def test_a_text_that_is_no_table_is_refused():
    with pytest.raises(ReadError, match="no format that Keel reads"):
        read("date,weather\n2026-11-01,rain\n", at=AT)
