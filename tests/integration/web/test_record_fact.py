"""A fact is recorded by people who may, once, whole, with an audit row, or not at all."""

import datetime as dt

import pytest

from keel import knowledge
from keel.web.clinic.actions import record_fact, void_fact
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.clinic.proof import verify
from keel.web.clinic.queries import record_of
from support.doses import INFUSION

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture
def record(people, dana):
    """A function that records a fact about Dana as Alice, with what a test changes."""

    def write(kind=Kind.DOSE, payload=INFUSION, key="one", by="alice", **more):
        return record_fact(by=people[by], patient=dana, kind=kind, payload=payload, key=key, at=AT, **more)

    return write


def _doses(dana):
    return record_of(dana, at=AT, knowledge=knowledge.load()).doses


def test_a_dose_becomes_part_of_the_record(record, dana):
    fact = record()
    assert fact.effective_at == dt.datetime(2026, 11, 10, 9, 30, tzinfo=dt.UTC)
    (dose,) = _doses(dana)
    assert (dose.amount_mg.mid, dose.route, dose.duration_min) == (35, "iv", 40)


def test_sending_it_twice_records_it_once(record, dana):
    assert record().pk == record().pk
    assert Fact.objects.count() == AuditRow.objects.count() == 1


def test_one_key_for_two_contents_is_refused(record):
    record()
    with pytest.raises(FactRefused, match="sent before with other content"):
        record(payload={**INFUSION, "amount": "70 mg"})


def test_facts_have_a_sequence_of_their_own(record):
    record()
    later = {**INFUSION, "start": "2026-11-01T09:30+00:00"}
    assert record(payload=later, key="two").sequence == 2  # recorded later, though it happened before


@pytest.mark.parametrize("by", ["fay", "charlie"])
def test_who_may_not_record_records_nothing(record, by):
    with pytest.raises(NotAllowed):
        record(by=by)
    assert Fact.objects.count() == AuditRow.objects.count() == 0


def test_someone_who_left_records_nothing(record, people):
    people["alice"].is_active = False
    people["alice"].save()
    with pytest.raises(NotAllowed):
        record()


@pytest.mark.parametrize(
    ("payload", "field", "said"),
    [
        ({**INFUSION, "amount": "35"}, "amount", "no unit"),
        ({**INFUSION, "route": "by post"}, "route", "not known"),
        ({**INFUSION, "substance": "aspirin"}, "substance", "not one whose doses"),
        ({**INFUSION, "over": "-5 min"}, "over", "less than zero"),
        ({**INFUSION, "start": "2027-01-01T10:00+00:00"}, "start", "future"),
        ({**INFUSION, "colour": "blue"}, "doses[0]", "not known"),
    ],
)
def test_a_fact_that_cannot_stand_is_refused_with_its_field(record, payload, field, said):
    with pytest.raises(FactRefused, match=said) as refused:
        record(payload=payload)
    assert refused.value.field == field
    assert Fact.objects.count() == AuditRow.objects.count() == 0


def test_a_correction_supersedes_and_the_old_fact_stays(record, dana):
    wrong = record(payload={**INFUSION, "amount": "34 mg"})
    record(key="two", supersedes=wrong, reason="typed 34 for 35")
    assert [dose.amount_mg.mid for dose in _doses(dana)] == [35]
    assert Fact.objects.count() == 2


def test_a_void_takes_a_fact_out_of_the_record_and_not_out_of_sight(record, dana, people):
    fact = record()
    void = void_fact(by=people["bob"], fact=fact, reason="another patient's", key="two", at=AT)
    assert _doses(dana) == ()
    assert (void.voids, void.reason, void.recorded_by.username) == (fact, "another patient's", "bob")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_void_needs_a_reason(record, people, reason):
    fact = record()
    with pytest.raises(FactRefused, match="Say why"):
        void_fact(by=people["alice"], fact=fact, reason=reason, key="two", at=AT)


def test_a_therapist_records_and_does_not_take_back(record, people):
    fact = record(by="tom")
    with pytest.raises(NotAllowed):
        void_fact(by=people["tom"], fact=fact, reason="wrong", key="two", at=AT)


def test_what_was_taken_back_is_not_taken_back_again(record, people):
    fact = record()
    void = void_fact(by=people["alice"], fact=fact, reason="wrong", key="two", at=AT)
    with pytest.raises(FactRefused, match="already"):
        void_fact(by=people["alice"], fact=fact, reason="wrong", key="three", at=AT)
    with pytest.raises(FactRefused, match="stays so"):
        void_fact(by=people["alice"], fact=void, reason="after all", key="four", at=AT)


def test_the_audit_has_who_did_what_and_nothing_clinical(record, people):
    fact = record()
    void_fact(by=people["bob"], fact=fact, reason="wrong", key="two", at=AT)
    rows = [(row.actor, row.action, row.subject) for row in AuditRow.objects.all()]
    assert rows == [("alice", "record_fact", "H-1/1"), ("bob", "void_fact", "H-1/2")]
    assert "35 mg" not in str(list(AuditRow.objects.values_list("detail", flat=True)))


def test_the_chain_of_the_audit_holds_and_shows_where_it_was_broken(record, dana):
    for number in range(3):
        record(key=str(number), kind=Kind.MEDICINE, payload={"text": f"medicine {number}"})
    assert verify(dana.clinic).holds
    rows = list(AuditRow.objects.all())
    assert rows[0].previous == ""
    assert [row.previous for row in rows[1:]] == [row.digest for row in rows[:-1]]


def test_an_audit_row_that_was_forged_is_found(dana, record):
    """The database refuses a change; a row that was forged while it was written is found by its hash."""
    record()
    first = AuditRow.objects.get()
    AuditRow.objects.create(
        clinic=dana.clinic,
        sequence=2,
        at=AT,
        actor="mallory",
        action="x",
        subject="",
        previous=first.digest,
        digest="0",
    )
    assert verify(dana.clinic).first_broken == 2
