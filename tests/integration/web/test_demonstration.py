"""The demonstration loads once, is whole, and never beside real clinics."""

import datetime as dt

import pytest
from django.db import transaction

from keel import knowledge
from keel.assessment.picture import picture_of
from keel.web.clinic.demonstration import load
from keel.web.clinic.models import Clinic, Fact, Patient
from keel.web.clinic.proof import verify
from keel.web.clinic.queries import record_of
from keel.web.errors import DemoRefused

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def staff(django_db_setup, django_db_blocker):
    """The staff of the demonstration, which is loaded for all of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(NOW)
        transaction.set_rollback(True)


@pytest.fixture
def pictures(staff, db):
    """The picture of each patient of the demonstration by name."""
    facts = knowledge.load()
    return {
        patient.display_name: picture_of(record_of(patient, at=NOW, knowledge=facts), at=NOW, knowledge=facts)
        for patient in Patient.objects.all()
    }


@pytest.mark.slow
def test_loading_twice_changes_nothing(staff, db):
    before = Fact.objects.count()
    assert load(NOW + dt.timedelta(days=1)) == staff
    assert Fact.objects.count() == before
    assert [(one.name, one.clinic) for one in staff] == [
        ("alice", "harbour"),
        ("bob", "harbour"),
        ("fay", "harbour"),
        ("tom", "harbour"),
        ("charlie", "hill"),
    ]


@pytest.mark.slow
def test_it_has_a_dozen_patients_whose_facts_can_all_be_read(pictures):
    assert len(pictures) == 14
    assert Patient.objects.filter(clinic__slug="harbour").count() == 12
    assert all(verify(clinic).holds for clinic in Clinic.objects.all())


@pytest.mark.slow
def test_its_histories_differ_as_the_file_says(pictures):
    dana = pictures["Dana"].exposure
    assert dana.sessions_per_year == 18  # 1 + 7 + 4 + 6
    assert dana.mg_per_year.mid == 56 + 17 * 84
    assert pictures["Dana"].curve.model == "m-in"
    assert pictures["Femi"].exposure.band.lane == "non_medical"
    assert any("item 9" in finding.summary for finding in pictures["Greta"].findings)
    assert any("weight" in line.lower() for line in pictures["Hugo"].unknown)
    assert pictures["Ines"].interactions.stacking
    assert pictures["Jonas"].exposure.band.id == "M1"
    assert pictures["Kira"].exposure.band is None
    assert pictures["Noor"].exposure.cumulative_mg.mid == 36  # the wrong 30 mg was taken back
    assert "grumbleflux" in pictures["Otto"].interactions.not_recognised


def test_it_is_refused_beside_a_real_clinic(db):
    Clinic.objects.create(slug="quay", name="Quay Clinic")
    before = Clinic.objects.count()
    with pytest.raises(DemoRefused, match="another --folder"):
        load(NOW)
    assert Clinic.objects.count() == before
