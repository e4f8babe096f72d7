"""Rules about rows hold in the database too: each constraint fires on a row that breaks it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from keel.web.clinic.models import EmergencyAccess, Fact, Kind, Membership, Patient

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture
def row(people, dana):
    """A function that writes a row past the actions, whole but for what a test changes."""

    def write(**changed):
        values = {
            "patient": dana,
            "sequence": 1,
            "kind": Kind.MEDICINE,
            "payload": {"text": "sertraline"},
            "recorded_at": NOW,
            "recorded_by": people["alice"],
            "key": "one",
        }
        with transaction.atomic():
            return Fact.objects.create(**(values | changed))

    return write


def test_a_whole_row_is_taken(row):
    assert row().pk


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"sequence": 0}, "fact_sequence_from_one"),
        ({"kind": "rumour"}, "fact_kind_known"),
        ({"key": ""}, "fact_has_key"),
        ({"kind": Kind.VOID}, "fact_void_names_what"),
        ({"effective_at": NOW + dt.timedelta(minutes=1)}, "fact_has_happened"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(row, changed, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        row(**changed)


def test_a_change_needs_a_reason(row):
    first = row()
    with pytest.raises(IntegrityError, match="fact_change_has_reason"):
        row(sequence=2, key="two", supersedes=first)
    with pytest.raises(IntegrityError, match="fact_change_has_reason"):
        row(sequence=2, key="two", kind=Kind.VOID, voids=first)


def test_only_a_void_voids(row):
    first = row()
    with pytest.raises(IntegrityError, match="fact_void_names_what"):
        row(sequence=2, key="two", voids=first, reason="wrong")


@pytest.mark.parametrize("changed", [{"key": "two"}, {"sequence": 2}])
def test_sequence_and_key_are_given_once_a_patient(row, changed):
    row()
    with pytest.raises(IntegrityError):
        row(**changed)


def test_a_fact_is_voided_once(row):
    first = row()
    row(sequence=2, key="two", kind=Kind.VOID, voids=first, reason="wrong")
    with pytest.raises(IntegrityError):
        row(sequence=3, key="three", kind=Kind.VOID, voids=first, reason="wrong again")


def test_a_patients_number_is_given_once_a_clinic(dana, hill):
    Patient.objects.create(clinic=hill, number=dana.number, display_name="Dana elsewhere")
    with pytest.raises(IntegrityError), transaction.atomic():
        Patient.objects.create(clinic=dana.clinic, number=dana.number, display_name="Dana again")


def test_a_role_is_one_that_exists(people, hill):
    with pytest.raises(IntegrityError, match="membership_role_known"), transaction.atomic():
        Membership.objects.create(clinic=hill, user=people["alice"], role="owner")


def test_a_role_is_held_once(people, harbour):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(clinic=harbour, user=people["alice"], role="prescriber")
    Membership.objects.create(clinic=harbour, user=people["alice"], role="manager")


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [({"reason": ""}, "emergency_has_reason"), ({"ends_at": NOW}, "emergency_ends")],
)
def test_an_emergency_has_a_reason_and_an_end(people, dana, changed, constraint):
    values = {"reason": "x", "opened_at": NOW, "ends_at": NOW + dt.timedelta(minutes=60)}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        EmergencyAccess.objects.create(patient=dana, user=people["fay"], **(values | changed))


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"expires_at": NOW}, "invitation_expires"),
        ({"accepted_at": NOW, "withdrawn_at": NOW}, "invitation_ends_one_way"),
    ],
)
def test_an_invitation_expires_and_ends_one_way(people, harbour, changed, constraint):
    from keel.web.staff.models import Invitation

    values = {
        "email": "n@h.example",
        "name": "N",
        "digest": "d",
        "invited_at": NOW,
        "expires_at": NOW + dt.timedelta(1),
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Invitation.objects.create(clinic=harbour, invited_by=people["mia"], **(values | changed))
