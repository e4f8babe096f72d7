"""The web application in process, on SQLite, or on the PostgreSQL that DATABASE_URL names.

Alice and Bob work in Harbour Clinic, Charlie in another; Dana is a patient of Harbour Clinic, Erin is anonymous.
"""

import pytest
from django.test import Client

from support import django_ready


@pytest.fixture(scope="session", autouse=True)
def _collected_static_files():
    django_ready.collect_static()


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """The same Argon2 with the least work: a test that logs in ten times must not take ten half seconds."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    for name, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, name, least)


@pytest.fixture
def erin():
    """A browser without an account that asks for British English, with the CSRF check on as it is in earnest."""
    return Client(headers={"accept-language": "en-GB"}, enforce_csrf_checks=False)


@pytest.fixture
def harbour(db):
    """Harbour Clinic with Alice (prescriber), Bob (nurse) and a front desk."""
    from keel.web.clinic.models import Clinic

    clinic = Clinic.objects.create(slug="harbour", name="Harbour Clinic", country="GB", timezone="Europe/London")
    for name, role in (
        ("alice", "prescriber"),
        ("bob", "nurse"),
        ("fay", "front_desk"),
        ("tom", "therapist"),
        ("mia", "manager"),
        ("rex", "researcher"),
    ):
        _member(clinic, name, role)
    return clinic


@pytest.fixture
def hill(db):
    """Another clinic, where Charlie works."""
    from keel.web.clinic.models import Clinic

    clinic = Clinic.objects.create(slug="hill", name="Hill Street Practice", timezone="UTC")
    _member(clinic, "charlie", "prescriber")
    return clinic


def _member(clinic, name, role):
    from keel.web.accounts.models import User
    from keel.web.clinic.models import Membership

    user = User.objects.create(username=name, display_name=name.capitalize(), is_made_up=True)
    Membership.objects.create(clinic=clinic, user=user, role=role)
    return user


@pytest.fixture
def dana(harbour):
    """A patient of Harbour Clinic, without any fact yet."""
    from keel.web.clinic.models import Patient

    return Patient.objects.create(clinic=harbour, number="H-1", display_name="Dana")


@pytest.fixture
def people(harbour, hill):
    """The staff by name."""
    from keel.web.accounts.models import User

    return {user.username: user for user in User.objects.all()}


@pytest.fixture
def at_desk(people):
    """A function that gives the browser of a member of staff who is logged in."""

    def log_in(name):
        client = Client(headers={"accept-language": "en-GB"})
        client.force_login(people[name])
        return client

    return log_in
