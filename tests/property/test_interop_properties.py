"""Whatever bytes come in, a reader answers with a reading whose counts add up or with a ReadError."""

import datetime as dt
import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keel.interop import ReadError, Reading, fhir_bundle, write_record
from keel.knowledge import load
from keel.quantities import Form, Interval
from keel.record import (
    Answers,
    Condition,
    Dose,
    DoseCertainty,
    Measurement,
    Medicine,
    Person,
    Precision,
    Pregnancy,
    Record,
    Setting,
    Sex,
)
from support.fhir import (
    administration,
    bundle,
    condition,
    patient,
    phq9_observations,
    phq9_response,
    request,
    statement,
    weight,
)
from support.reading import AT, fixture, read, the_record
from support.samples import examples

pytestmark = pytest.mark.slow

FACTS = load()
SETTINGS = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALID = [
    json.loads(fixture("keel-dana.json")),
    json.loads(fixture("journal-dana.json")),
    {"people": [json.loads(fixture("keel-dana.json"))]},
    bundle(patient(), weight(70), administration(), statement(), request(), condition(), phq9_response([1] * 9)),
    bundle(
        patient(fullUrl="https://one.example/Patient/dana"),
        patient(fullUrl="https://other.example/Patient/dana"),
        *phq9_observations([1] * 9, derivedFrom=[{"reference": "QuestionnaireResponse/qr1"}]),
        phq9_response([1] * 9, questionnaire="https://example.org/Questionnaire/phq-9"),
        {"resourceType": "Questionnaire", "id": "q", "url": "https://example.org/Questionnaire/phq-9", "item": []},
    ),
]


def answered(data: bytes) -> Reading | None:
    """The reading, None for a ReadError on one line; anything else escapes and fails the test."""
    try:
        reading = read(data)
    except ReadError as error:
        assert "\n" not in str(error)
        assert str(error)
        return None
    assert reading.totals.read == reading.totals.understood + reading.totals.reported
    assert min(reading.totals.read, reading.totals.understood, reading.totals.reported) >= 0
    return reading


@SETTINGS
@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_read(data: bytes):
    answered(data)


@SETTINGS
@given(
    st.from_regex(r"[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](Z|[+-][01][0-9]:00)?)?)?)?", fullmatch=True),
    st.sampled_from([None, "Europe/London", "Asia/Tokyo", "America/St_Johns", "Africa/Monrovia", "Pacific/Apia"]),
)
def test_a_time_that_is_read_is_written_back_as_the_same_moment(start: str, zone: str | None):
    tree = {"timezone": zone, "doses": [{"substance": "ketamine", "start": start}]}
    reading = answered(json.dumps(tree).encode())
    if reading is not None:
        assert the_record(write_record(reading.records[0])).doses == reading.records[0].doses


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(
    [
        *("person", "doses", "patterns", "measurements", "medicines", "answers", "people", "timezone"),
        *("experiences", "customUnits", "resourceType", "entry", "resource", "subject", "status", "code"),
    ]
)


@SETTINGS
@given(st.dictionaries(KEYS, JSON, min_size=1, max_size=4))
def test_random_json_under_known_keys_is_refused_or_read(tree: dict[str, Any]):
    answered(json.dumps(tree).encode())


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a tree."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, part in pairs for place in places(part, (*path, key)))]


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the tree with another value at the path."""
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = changed(tree[path[0]], path[1:], value)
    return copy


ODD = st.sampled_from(
    [
        *(None, True, 0, -1, 1e308, 2**70, [], {}, [[]], {"a": {}}),
        *("", " ", "35", "35 mg", "-1 g", "9" * 400, "1/0 mg", "NaN", "\x00", "⅓ mg", "１２ mg", "null"),
        *("2026-13-45", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
    ]
)


@settings(SETTINGS, max_examples=examples(500))
@given(st.data())
def test_a_valid_file_with_one_odd_value_is_refused_or_read(data: st.DataObject):
    tree = data.draw(st.sampled_from(VALID))
    path = data.draw(st.sampled_from(places(tree)[1:]))
    answered(json.dumps(changed(tree, path, data.draw(ODD | JSON))).encode())


@settings(SETTINGS, max_examples=examples(300))
@given(st.data())
def test_a_valid_file_with_damaged_bytes_is_refused_or_read(data: st.DataObject):
    content = json.dumps(data.draw(st.sampled_from(VALID))).encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 20)))
    answered(content[:start] + data.draw(st.binary(max_size=5)) + content[end:])


@SETTINGS
@given(st.text(max_size=80))
def test_random_amounts_and_times_are_refused_or_read(text: str):
    dose = {"substance": "ketamine", "start": "2026-11-01", "amount": text}
    answered(json.dumps({"doses": [dose]}).encode())
    answered(json.dumps({"doses": [dose | {"amount": "35 mg", "start": text}]}).encode())
    answered(json.dumps({"patterns": [text], "timezone": text[:20] or None}).encode())
    answered(json.dumps({"measurements": [{"what": "systolic", "value": text}]}).encode())


@SETTINGS
@given(st.lists(st.sampled_from([patient(), weight(70), administration(), condition(), {"id": "x"}]), max_size=6))
def test_order_of_resources_does_not_matter(resources: list[dict[str, Any]]):
    there = answered(json.dumps(bundle(*resources)).encode())
    back = answered(json.dumps(bundle(*reversed(resources))).encode())
    assert there is not None
    assert back is not None
    assert there.totals == back.totals

    def facts(reading: Reading) -> list[tuple[Any, ...]]:
        return [(one.person, one.measurements, one.conditions, len(one.doses)) for one in reading.records]

    assert facts(there) == facts(back)


amounts = st.floats(0, 1e5, allow_nan=False).map(lambda value: round(value, 6))
intervals = st.tuples(amounts, amounts, amounts).map(sorted).map(lambda three: Interval(*three))
moments = st.datetimes(
    dt.datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    dt.datetime(2026, 11, 1),  # noqa: DTZ001
    timezones=st.just(dt.timezone(dt.timedelta(hours=2))),
)
names = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() == text)
days = st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2026, 1, 1))

doses = st.builds(
    Dose,
    substance=st.sampled_from(["racemic", "esketamine", "arketamine", "unknown"]),
    route=st.sampled_from(["iv", "im", "nasal", "insufflated", "oral", "buccal", "unknown"]),
    start=moments,
    amount_mg=st.none() | intervals | amounts.map(Interval.exactly),
    form=st.sampled_from(Form),
    certainty=st.sampled_from(DoseCertainty),
    setting=st.sampled_from(Setting),
    precision=st.sampled_from(Precision),
    devices=st.none() | st.integers(1, 3),
    origin=st.text(max_size=10),
)
measurements = st.builds(
    Measurement,
    code=st.sampled_from(["20405-7", "1975-2", "x"]),
    system=st.sampled_from(["http://loinc.org", "urn:local"]),
    name=names,
    # Most measures cannot be less than zero: such a file is refused, so that it can never read back.
    value=st.one_of(st.floats(0, 1e6), st.text(min_size=1, max_size=10), st.booleans()),
    unit=st.just(""),
    at=st.none() | moments,
)
records = st.builds(
    Record,
    person=st.builds(
        Person,
        id=st.text(max_size=8),
        age_years=st.none() | st.integers(0, 120).map(float),
        birth_date=days,
        sex=st.sampled_from(Sex),
        weight_kg=st.none() | st.floats(1, 400),
        height_cm=st.none() | st.floats(30, 250),
        pregnancy=st.sampled_from(Pregnancy),
        country=st.sampled_from(["", "GB"]),
    ),
    doses=st.lists(doses, max_size=4).map(tuple),
    measurements=st.lists(measurements, max_size=3).map(tuple),
    medicines=st.lists(
        st.builds(
            Medicine,
            text=names.map("pill {}".format),
            status=st.sampled_from(["active", "stopped", "taken"]),
            started=days,
            stopped=days,
        ),
        max_size=3,
    ).map(tuple),
    answers=st.lists(
        st.builds(
            Answers,
            instrument=st.just("phq-9"),
            items=st.dictionaries(st.sampled_from("123456789"), st.integers(0, 3) | st.just("declined")),
            total=st.none() | st.integers(0, 27).map(float),
            at=st.none() | moments,
        ),
        max_size=2,
    ).map(tuple),
    conditions=st.lists(
        st.builds(Condition, text=names.map("state {}".format), present=st.booleans(), onset=days),
        max_size=3,
    ).map(tuple),
)


@settings(SETTINGS, max_examples=examples(200))
@given(records)
def test_a_record_that_is_written_reads_back_the_same(record: Record):
    again = the_record(write_record(record))
    for name in ("person", "doses", "measurements", "medicines", "answers", "conditions"):
        assert getattr(again, name) == getattr(record, name), name


@settings(SETTINGS, max_examples=examples(200))
@given(records)
def test_a_record_that_is_written_as_fhir_reads_back_the_same(record: Record):
    """What FHIR cannot say is left aside: the offset of a bare date, two sittings of one moment, a wrong total."""
    assume(len({answers.at for answers in record.answers}) == len(record.answers))
    assume(all(bool(answers.items) != (answers.total is not None) for answers in record.answers))
    assume(all(not (one.started and one.stopped) or one.started <= one.stopped for one in record.medicines))
    again = the_record(fhir_bundle(record, at=AT, knowledge=FACTS))

    def dose(one: Dose) -> Dose:
        day = one.start.replace(tzinfo=dt.UTC, hour=0, minute=0, second=0, microsecond=0, fold=0)
        start = one.start.astimezone(dt.UTC) if one.precision is Precision.MINUTE else day
        month = {Precision.MONTH: {"day": 1}, Precision.YEAR: {"day": 1, "month": 1}}.get(one.precision, {})
        return msgspec.structs.replace(one, origin="", start=start.replace(**month))

    assert again.person == msgspec.structs.replace(record.person, id=record.person.id or again.person.id)
    assert {str(dose(one)) for one in again.doses} == {str(dose(one)) for one in record.doses}
    for name in ("measurements", "medicines", "answers", "conditions"):
        assert sorted(getattr(again, name), key=str) == sorted(getattr(record, name), key=str), name


@SETTINGS
@given(st.floats(0, 1e4), st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 1e2))
def test_a_custom_unit_scales_an_amount_and_never_below_zero(
    count: float, spread: float, size: float, deviation: float
):
    line = {"substanceName": "Ketamine", "time": 0, "administrationRoute": "ORAL", "dose": count, "customUnitId": 1}
    unit = {"id": 1, "dose": size, "originalUnit": "mg", "estimatedDoseStandardDeviation": deviation}
    ingestion = line | {"estimatedDoseStandardDeviation": spread}
    record = the_record({"experiences": [{"ingestions": [ingestion]}], "customUnits": [unit]})
    amount = record.doses[0].amount_mg
    assert amount is not None
    assert amount.mid == pytest.approx(count * size, rel=1e-9)
    assert 0 <= amount.low <= amount.mid <= amount.high
    assert amount.high - amount.mid >= max(deviation * count, spread * size) * (1 - 1e-9) - 1e-9
    assert math.isfinite(amount.high)
