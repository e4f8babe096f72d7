"""Tables of the OMOP common data model: a row of an administration is a dose, an order or a list entry never."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from keel.interop import read_folder, read_path
from keel.knowledge import load
from support.reading import AT, noted

FACTS = load()
# The columns are those of the DDL of OMOP CDM 5.4; those that Keel does not read are left out of the rows.
PERSON = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n1,8532,1988,3,4\n2,8507,1970,,\n"
DRUGS = """\
drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_start_datetime,\
drug_exposure_end_date,drug_exposure_end_datetime,drug_type_concept_id,quantity,days_supply,drug_source_value,\
route_source_value,dose_unit_source_value
10,1,785649,2026-11-01,2026-11-01 09:00:00,2026-11-01,2026-11-01 09:40:00,32818,35,,Ketamine 50 mg/mL,IV,mg
11,1,0,2026-11-10,,2027-02-08,,32838,,90,Phenelzine 15 mg,,
12,1,0,2026-10-01,,2026-10-30,,32838,30,30,Ketamine 100 mg tablet,PO,mg
13,2,0,2026-11-02,2026-11-02 00:00:00,2026-11-02,,32818,56,,Spravato,nasal,mg
14,2,0,2026-11-03,,2026-11-03,,999,40,,Ketamine,IV,mg
"""
MEASURED = """\
measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,value_as_number,\
measurement_source_value,unit_source_value,range_high
20,1,3025315,2026-10-20,,70,29463-7,kg,
21,1,3006923,2026-10-20,,5,ALT,ukat/L,0.6
"""
CONCEPTS = "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n3025315\tBody weight\tLOINC\t29463-7\n"
FILES = {
    "person.csv": PERSON.encode(),
    "drug_exposure.csv": DRUGS.encode(),
    "MEASUREMENT.csv": MEASURED.encode(),
    "CONCEPT.csv": CONCEPTS.encode(),
}


def tables(**changes):
    return read_folder({**FILES, **changes}, at=AT, knowledge=FACTS)


def test_people_doses_and_measurements():
    """HZ-IOP-01: 35 mg given; the order of ketamine and the row of an unknown type are medicines."""
    one, two = tables().records
    assert [(dose.substance, dose.amount_mg.mid, dose.route) for dose in one.doses] == [("racemic", 35, "iv")]
    assert [(dose.substance, dose.amount_mg.mid, dose.route) for dose in two.doses] == [("esketamine", 56, "nasal")]
    assert {medicine.text for medicine in one.medicines} == {"Phenelzine 15 mg", "Ketamine 100 mg tablet"}
    assert (one.person.sex, one.person.birth_date, one.person.weight_kg) == ("female", dt.date(1988, 3, 4), 70)
    (alt,) = (each for each in one.measurements if each.unit == "U/L")
    # 1 ukat is 60 U (UCUM).
    assert (alt.value, alt.upper_limit) == (pytest.approx(300), pytest.approx(36))


def test_what_is_not_known_of_a_row_is_said():
    notes = noted(tables())
    assert notes["time of day"] == 2
    assert notes["drug exposure"] == 1


def test_a_supply_that_lasts_is_checked():
    (phenelzine,) = (each for each in tables().records[0].medicines if each.text.startswith("Phenelzine"))
    assert phenelzine.status == "active"


def test_times_are_of_the_zone_that_is_named():
    reading = read_folder(FILES, at=AT, knowledge=FACTS, zone=ZoneInfo("Europe/Madrid"))
    (dose,) = reading.records[0].doses
    assert (dose.start.astimezone(dt.UTC).hour, dose.duration_min) == (8, 40)


def test_a_folder_on_disk_with_other_tables(tmp_path):
    """HZ-IOP-04: a table that is not read is named."""
    for name, content in {**FILES, "visit_occurrence.csv": b"visit_occurrence_id\n1\n"}.items():
        (tmp_path / name).write_bytes(content)
    reading = read_path(tmp_path, at=AT, knowledge=FACTS)
    assert "file visit_occurrence.csv that was passed over" in noted(reading)
    assert len(reading.records) == 2
    assert reading.totals.read == reading.totals.understood + reading.totals.reported
