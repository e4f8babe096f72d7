"""FHIR medications: what is a dose, what is a medicine, and how much it was."""

import datetime as dt
from typing import Any

import pytest

from keel.interop import write_record
from keel.quantities import Interval
from keel.record import DoseCertainty, Precision, Record, Setting
from support.fhir import (
    administration,
    bundle,
    concept,
    observation,
    patient,
    quantity,
    request,
    statement,
    weight,
)
from support.reading import noted, read, the_record

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"


def dana(*resources: dict[str, Any]) -> Record:
    return the_record(bundle(patient(), *resources))


def test_an_administration_of_ketamine_is_a_dose():
    (dose,) = dana(administration()).doses
    assert (dose.substance, dose.route) == ("racemic", "iv")
    assert dose.amount_mg == Interval.exactly(35.0)
    assert (dose.duration_min, dose.certainty) == (40, DoseCertainty.MEASURED)


@pytest.mark.parametrize(
    ("medication", "substance"),
    [
        (concept("2201625", system=RXNORM), "esketamine"),
        (concept("2201623", system=RXNORM), "esketamine"),
        (concept("N01AX03", system=ATC), "racemic"),
        (concept("N06AX27", system=ATC), "esketamine"),
        (concept("N01AX14", system=ATC), "esketamine"),
        ({"text": "Ketamine HCl 10 mg/mL"}, "racemic"),
        ({"text": "ESKETAMINE 28 mg nasal spray"}, "esketamine"),
        ({"text": "(S)-ketamine 25 mg/mL"}, "esketamine"),
        ({"coding": [{"display": "Spravato 56 MG Dose Pack"}]}, "esketamine"),
    ],
)
def test_the_family_is_recognised_by_code_and_by_name(medication: dict[str, Any], substance: str):
    (dose,) = dana(administration(medicationCodeableConcept=medication)).doses
    assert dose.substance == substance


@pytest.mark.parametrize(
    ("name", "substance"),
    [
        ("KETALAR® 50 mg/ml", "racemic"),
        ("Ketamin-ratiopharm", "racemic"),
        ("Kétamine Panpharma", "racemic"),
        ("Ketamine(racemic)", "racemic"),
        ("s-ketamin pfizer", "esketamine"),
        ("Spravato™ 28 mg", "esketamine"),
        ("Эскетамин 25 мг/мл", "esketamine"),
        ("氯胺酮", "racemic"),
    ],
)
def test_names_are_known_in_any_case_with_any_sign_and_in_other_scripts(name: str, substance: str):
    (dose,) = dana(administration(medicationCodeableConcept={"text": name})).doses
    assert dose.substance == substance


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("urn:oid:2.16.840.1.113883.6.88", "2201625"),
        ("urn:oid:2.16.840.1.113883.6.73", "N06AX27"),
        ("http://hl7.org/fhir/sid/ndc", "50458-0028-00"),
        ("http://hl7.org/fhir/sid/ndc", "50458002800"),
        ("http://hl7.org/fhir/sid/ndc", "5045802800"),
    ],
)
def test_a_code_is_one_by_address_and_oid_and_in_10_and_11_digits(system: str, code: str):
    (dose,) = dana(administration(medicationCodeableConcept=concept(code, system=system))).doses
    assert dose.substance == "esketamine"


@pytest.mark.parametrize(
    "name", ["Neoketamin forte", "复方氯胺酮片", "deschloro-ketamine", "2-fluorodeschloro ketamine", "Norketamine"]
)
def test_what_only_sounds_like_the_family_is_named_and_not_counted(name: str):
    record = dana(administration(medicationCodeableConcept={"text": name}))
    assert (record.doses, [one.text for one in record.medicines]) == ((), [name])
    assert noted(record)["given, not recognised as ketamine, not counted"] == 1


def test_racemic_is_an_adjective_beside_another_name():
    assert dana(administration(medicationCodeableConcept={"text": "Racemic epinephrine 2.25%"})).doses == ()


@pytest.mark.parametrize("name", ["Midazolam", "2-fluoro-deschloro-ketamine", "deschloroketamine", "Norketamine"])
def test_another_medicine_that_was_given_is_no_dose(name: str):
    record = dana(administration(medicationCodeableConcept={"text": name}))
    assert record.doses == ()
    assert [(one.text, one.status) for one in record.medicines] == [(name, "administered")]


def test_a_medication_is_found_where_it_is_contained_or_in_the_file():
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Ketamine"}}
    given = administration(id="b", medicationReference={"reference": "Medication/m"})
    del given["medicationCodeableConcept"]
    held = administration(id="a", contained=[medication], medicationReference={"reference": "#m"})
    del held["medicationCodeableConcept"]
    reading = read(bundle(patient(), medication, held, given))
    assert [dose.substance for dose in reading.records[0].doses] == ["racemic", "racemic"]
    assert reading.totals.reported == 0


def test_a_medication_that_nothing_refers_to_is_reported():
    assert noted(read(bundle(patient(), {"resourceType": "Medication", "id": "m"}))) == {"Medication resource": 1}


@pytest.mark.parametrize(
    ("dosage", "mg"),
    [
        ({"dose": quantity(0.035, "g")}, 35),
        ({"dose": quantity(35000, "ug")}, 35),
        ({"dose": {"value": 35, "unit": "mg"}}, 35),
        ({"rateQuantity": quantity(0.875, "mg/min")}, 35),  # × 40 min
        ({"rateQuantity": quantity(52.5, "mg/h")}, 35),  # × 2/3 h
        ({"rateRatio": {"numerator": quantity(35, "mg"), "denominator": quantity(40, "min")}}, 35),
    ],
)
def test_amounts_and_rates_become_milligrams(dosage: dict[str, Any], mg: float):
    (dose,) = dana(administration(dosage=dosage)).doses
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == pytest.approx(mg, rel=1e-12)


@pytest.mark.parametrize("dosage", [{"dose": quantity(0.5, "mg/kg")}, {"rateQuantity": quantity(0.0125, "mg/kg/min")}])
def test_a_dose_per_kilogram_takes_the_weight_of_its_time(dosage: dict[str, Any]):
    light = weight(60, id="w1", effectiveDateTime="2026-10-30")
    heavy = weight(80, id="w2", effectiveDateTime="2026-01-01")
    (dose,) = dana(administration(dosage=dosage), heavy, light).doses
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == pytest.approx(30, rel=1e-12)  # 0.5 mg/kg × 60 kg


def test_a_dose_per_kilogram_without_a_weight_near_it_stays_per_kilogram():
    far = weight(60, effectiveDateTime="2020-01-01")
    (dose,) = dana(administration(dosage={"dose": quantity(0.5, "mg/kg")}), far).doses
    assert (dose.amount_mg, dose.per_kg) == (None, Interval.exactly(0.5))


def test_a_volume_of_a_known_strength_is_an_amount():
    strength = {"numerator": quantity(50, "mg"), "denominator": quantity(1, "mL")}
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": {"text": "Ketamine"}, "strength": strength}],
    }
    given = administration(
        contained=[medication], medicationReference={"reference": "#m"}, dosage={"dose": quantity(0.7, "mL")}
    )
    del given["medicationCodeableConcept"]
    (dose,) = dana(given).doses
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == pytest.approx(35, rel=1e-12)  # 0.7 mL × 50 mg/mL


@pytest.mark.parametrize(
    "dosage",
    [
        None,
        {"text": "35 mg IV"},
        {"dose": quantity(0.7, "mL")},
        {"dose": quantity(2, "{spray}")},
        {"dose": {"value": 35}},
        {"dose": quantity(-35, "mg")},
        {"dose": quantity(35, "mg", comparator="<")},
        {"dose": quantity(35, "vials", code="vials")},
        {"dose": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}},
        {"rateQuantity": quantity(35, "mL/h")},
    ],
)
def test_an_amount_that_is_not_known_stays_unknown_and_is_noted(dosage: dict[str, Any] | None):
    given = administration(dosage=dosage)
    if dosage is None:
        del given["dosage"]
    record = dana(given)
    (dose,) = record.doses
    assert (dose.amount_mg, dose.per_kg, dose.certainty) == (None, None, DoseCertainty.UNKNOWN)
    assert noted(record)["amount not known"] == 1


def test_a_rate_without_an_end_gives_no_amount():
    rate = {"rateQuantity": quantity(0.875, "mg/min")}
    given = administration(dosage=rate, effectivePeriod={"start": "2026-11-01T09:00:00Z"})
    assert dana(given).doses[0].amount_mg is None


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "unknown"])
def test_what_was_not_given_is_no_dose(status: str):
    record = dana(administration(status=status))
    assert record.doses == ()
    assert noted(record) == {"MedicationAdministration resource": 1}


@pytest.mark.parametrize("status", ["stopped", "in-progress", "on-hold"])
def test_a_dose_that_was_broken_off_may_have_been_less(status: str):
    record = dana(administration(status=status))
    assert record.doses[0].amount_mg == Interval(0.0, 35.0, 35.0)
    assert record.doses[0].certainty is DoseCertainty.ESTIMATED
    assert noted(record) == {"dose not completed": 1}


def test_a_dose_in_the_future_is_reported():
    record = dana(administration(effectivePeriod={"start": "2027-01-01T09:00:00Z"}))
    assert record.doses == ()
    assert "future" in record.notes[0].reason


def test_a_dose_known_by_its_month_keeps_the_month():
    given = administration(effectiveDateTime="2026-10")
    del given["effectivePeriod"]
    (dose,) = dana(given).doses
    assert (dose.precision, dose.start) == (Precision.MONTH, dt.datetime(2026, 10, 1, tzinfo=dt.UTC))


def test_a_dose_at_no_time_is_no_dose():
    given = administration()
    del given["effectivePeriod"]
    assert dana(given).doses == ()


def test_the_setting_is_the_clinic_only_where_it_says_so():
    assert dana(administration()).doses[0].setting is Setting.UNKNOWN
    assert dana(administration(context={"reference": "Encounter/1"})).doses[0].setting is Setting.CLINIC
    category = {"coding": [{"code": "outpatient"}]}
    assert dana(administration(category=category)).doses[0].setting is Setting.CLINIC


@pytest.mark.parametrize(
    ("route", "found"),
    [
        (concept("78421000", system="http://snomed.info/sct"), "im"),
        (concept("46713006", system="http://snomed.info/sct"), "nasal"),
        ({"text": "Intravenous"}, "iv"),
        ({"text": "Intranasal"}, "nasal"),
        ({"text": "Subcutaneous route"}, "sc"),
        ({"text": "ear drops"}, "unknown"),
    ],
)
def test_routes_are_read_from_codes_and_words(route: dict[str, Any], found: str):
    record = dana(administration(dosage={"dose": quantity(35, "mg"), "route": route}))
    assert record.doses[0].route == found
    assert bool(record.notes) is (found == "unknown")


def test_an_order_is_a_medicine_and_never_a_dose():
    record = dana(request(dosageInstruction=[{"doseAndRate": [{"doseQuantity": quantity(84, "mg")}]}]))
    assert record.doses == ()
    assert [(one.text, one.status, str(one.started)) for one in record.medicines] == [
        ("Spravato 84 mg nasal spray", "active", "2026-10-01")
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "on-hold"}, "on-hold"),
        ({"status": "stopped"}, "stopped"),
        ({"status": "completed"}, "stopped"),
        ({"intent": "plan", "reportedBoolean": True}, "active"),
    ],
)
def test_the_status_of_an_order_is_kept(change: dict[str, Any], status: str):
    assert [one.status for one in dana(request(**change)).medicines] == [status]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"status": "draft"},
        {"status": "entered-in-error"},
        {"intent": "proposal"},
        {"intent": "option"},
        {"doNotPerform": True},
    ],
)
def test_an_order_that_does_not_hold_is_reported(change: dict[str, Any]):
    record = dana(request(**change))
    assert record.medicines == ()
    assert noted(record) == {"MedicationRequest resource": 1}


def test_a_statement_of_repeated_use_is_a_pattern():
    (pattern,) = dana(statement()).patterns
    assert (pattern.substance, pattern.route, pattern.is_current) == ("racemic", "insufflated", True)
    assert pattern.mg_per_session == Interval.exactly(400.0)
    assert pattern.sessions_per_year is not None
    assert pattern.sessions_per_year.mid == pytest.approx(365 / 7)
    assert pattern.months is not None
    assert pattern.months.mid == pytest.approx(24, abs=0.1)  # from 21 November 2024 to 21 November 2026


def test_several_doses_a_day_are_one_session_of_their_sum():
    use = statement()
    use["dosage"][0]["timing"]["repeat"] = {"frequency": 3, "period": 1, "periodUnit": "d"}
    (pattern,) = dana(use).patterns
    assert pattern.mg_per_session == Interval.exactly(1200.0)
    assert pattern.sessions_per_year == Interval.exactly(365.0)


def test_a_pattern_that_is_over_has_an_end():
    use = statement(status="stopped", effectivePeriod={"start": "2024-01-01", "end": "2025-01-01"})
    (pattern,) = dana(use).patterns
    assert not pattern.is_current
    assert pattern.months is not None
    assert pattern.months.mid == pytest.approx(12, abs=0.1)


def test_a_pattern_from_a_statement_reads_back_the_same():
    record = dana(statement(), statement(id="ms2", status="stopped", effectivePeriod={"start": "2024-01-01"}))
    assert the_record(write_record(record)).patterns == record.patterns


def test_a_statement_of_one_dose_is_a_reported_dose():
    use = statement(effectiveDateTime="2026-11-10T22:00:00Z", status="completed")
    del use["effectivePeriod"], use["dosage"][0]["timing"]
    (dose,) = dana(use).doses
    assert (dose.amount_mg, dose.certainty) == (Interval.exactly(400.0), DoseCertainty.REPORTED)


def test_a_statement_of_one_dose_of_an_absent_amount_is_an_unknown_dose():
    absent = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-unknown"}
    use = statement(effectiveDateTime="2026-11-10T22:00:00Z", status="completed")
    del use["effectivePeriod"]
    use["dosage"] = [{"doseAndRate": [{"doseQuantity": {"extension": [absent]}}]}]
    record = dana(use)
    assert [(dose.amount_mg, dose.certainty) for dose in record.doses] == [(None, DoseCertainty.UNKNOWN)]


@pytest.mark.parametrize(
    "repeat",
    [
        {"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "wk"},
        {"dayOfWeek": ["fri", "sat"], "period": 1, "periodUnit": "wk"},
        {"period": 0, "periodUnit": "wk"},
        {"frequency": 1, "period": 1, "periodUnit": "min"},
        {"count": 3},
    ],
)
def test_use_that_leaves_the_frequency_open_is_no_pattern(repeat: dict[str, Any]):
    use = statement()
    use["dosage"][0]["timing"]["repeat"] = repeat
    record = dana(use)
    assert (record.patterns, record.doses) == ((), ())
    assert noted(record) == {"use without an amount and a time": 1}


@pytest.mark.parametrize(
    "limit",
    [
        {"boundsDuration": quantity(4, "wk")},
        {"boundsDuration": quantity(28, "d")},
        {"boundsRange": {"low": quantity(28, "d"), "high": quantity(4, "wk")}},
        {"boundsPeriod": {"start": "2025-01-06", "end": "2025-02-03"}},
        {"count": 8},
    ],
)
def test_the_limit_of_a_timing_is_the_limit_of_the_use(limit: dict[str, Any]):
    """HZ-IOP-01: twice a week for 4 weeks from 6 January ends on 3 February, however it is said."""
    use = statement(effectivePeriod={"start": "2025-01-06"})
    use["dosage"][0]["timing"]["repeat"] = {"frequency": 2, "period": 1, "periodUnit": "wk"} | limit
    (pattern,) = dana(use).patterns
    assert pattern.months is not None
    assert pattern.months.mid == pytest.approx(28 * 12 / 365, abs=0.001)
    assert (pattern.is_current, abs((pattern.end or dt.date.max) - dt.date(2025, 2, 3)).days < 2) == (False, True)


@pytest.mark.parametrize("limit", [{"boundsDuration": quantity(4, "mg")}, {"boundsDuration": quantity(None, "wk")}])
def test_a_limit_that_cannot_be_read_is_not_use_that_goes_on(limit: dict[str, Any]):
    use = statement()
    use["dosage"][0]["timing"]["repeat"] |= limit
    record = dana(use)
    assert (record.patterns, noted(record)) == ((), {"use without an amount and a time": 1})


def test_use_that_is_over_without_an_end_says_so():
    """HZ-IOP-01."""
    record = dana(statement(status="completed", effectivePeriod={"start": "2024-11-21"}))
    (pattern,) = record.patterns
    assert pattern.months is not None
    assert (pattern.months.low, pattern.is_current) == (0, False)
    assert noted(record) == {"use that is over, without its end": 1}


def test_several_dosages_of_a_day_are_their_sum_in_any_order():
    """HZ-IOP-01: 50 mg in the morning and 100 mg at night are 150 mg a day."""
    day = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    parts = [{"timing": day, "doseAndRate": [{"doseQuantity": quantity(mg, "mg")}]} for mg in (50, 100)]
    for dosage in (parts, parts[::-1]):
        (pattern,) = dana(statement(dosage=dosage)).patterns
        assert pattern.mg_per_session == Interval.exactly(150.0)


def test_dosages_that_may_follow_one_another_are_not_added_up():
    """HZ-IOP-01: a week of 50 mg and then 100 mg is no 150 mg a day."""
    day = {"frequency": 1, "period": 1, "periodUnit": "d"}
    steps = [day | {"boundsDuration": quantity(7, "d")}, day]
    dosage = [{"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity(50, "mg")}]} for repeat in steps]
    record = dana(statement(dosage=dosage))
    assert (record.patterns, len(record.medicines)) == ((), 1)
    assert noted(record) == {"use without an amount and a time": 1}


def test_use_as_needed_is_no_pattern():
    use = statement()
    use["dosage"][0]["asNeededBoolean"] = True
    assert dana(use).patterns == ()


def test_a_dosage_with_a_modifier_is_not_read():
    use = statement()
    use["dosage"][0]["modifierExtension"] = [{"url": "http://example.org/not"}]
    assert noted(dana(use)) == {"MedicationStatement resource": 1}


@pytest.mark.parametrize("part", ["dosage", "timing"])
def test_a_statement_without_amount_or_time_is_a_medicine(part: str):
    use = statement()
    if part == "dosage":
        del use["dosage"]
    else:
        del use["dosage"][0]["timing"]
    record = dana(use)
    assert (record.doses, record.patterns) == ((), ())
    assert [one.text for one in record.medicines] == ["ketamine"]


def test_what_is_said_not_to_be_taken_is_reported():
    record = dana(statement(status="not-taken", medicationCodeableConcept={"text": "Phenelzine"}))
    assert record.medicines == ()
    assert noted(record) == {"MedicationStatement resource": 1}


def test_a_statement_of_unknown_status_is_checked_as_if_taken():
    record = dana(statement(status="unknown", medicationCodeableConcept={"text": "Phenelzine"}))
    assert [one.status for one in record.medicines] == ["active"]
    assert noted(record) == {"status unknown": 1}


def test_a_medicine_handed_over_counts_as_taken():
    handed = {
        "resourceType": "MedicationDispense",
        "id": "md",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Phenelzine"},
        "subject": {"reference": "Patient/dana"},
        "whenHandedOver": "2026-10-01T10:00:00Z",
    }
    assert [(one.text, one.status) for one in dana(handed).medicines] == [("Phenelzine", "active")]


def test_vitals_of_a_session_stand_beside_the_dose():
    record = dana(administration(), observation("8867-4", quantity(88, "/min")))
    assert (len(record.doses), record.measurements[0].value) == (1, 88)


@pytest.mark.parametrize(
    "told",
    [
        administration(id="part", partOf=[{"reference": "MedicationAdministration/ma1"}]),
        statement(derivedFrom=[{"reference": "MedicationAdministration/ma1"}]),
    ],
    ids=["part", "statement"],
)
def test_a_dose_that_is_told_again_counts_once(told: dict[str, Any]):
    record = dana(administration(), told)
    assert len(record.doses) == 1
    assert record.patterns == ()
    assert noted(record) == {f"{told['resourceType']} resource": 1}


def test_a_part_counts_where_the_whole_tells_no_amount():
    whole, part = administration(), administration(id="part", partOf=[{"reference": "MedicationAdministration/ma1"}])
    for change in ({"status": "entered-in-error"}, {"dosage": {"text": "see parts"}}):
        known = [dose for dose in dana(whole | change, part).doses if dose.amount_mg]
        assert [dose.amount_mg for dose in known] == [Interval.exactly(35.0)]
