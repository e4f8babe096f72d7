"""For people of another clinic a clinic and its patients do not exist; without a log-in there is only the log-in."""

import pytest
from django.urls import get_resolver, reverse

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from support.clock import START
from support.doses import INFUSION

GUARDED = ("patients", "patient", "screening", "record_dose", "record_medicine", "record_answers", "take_back")


def _address(name):
    arguments = {"clinic": "harbour"}
    if name != "patients":
        arguments["number"] = "H-1"
    if name == "record_answers":
        arguments["instrument"] = "phq-9"
    if name == "take_back":
        arguments["sequence"] = 1
    return reverse(f"clinic:{name}", kwargs=arguments)


@pytest.fixture
def dose(people, dana):
    return record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)


def test_every_route_of_the_clinic_is_named_here():
    """A new route must come into this list, and so under the tests below."""
    clinic = next(part for part in get_resolver().url_patterns if getattr(part, "app_name", "") == "clinic")
    assert {pattern.name for pattern in clinic.url_patterns} == {"home", *GUARDED}


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_gets_404(at_desk, dose, name, method):
    page = getattr(at_desk("charlie"), method)(_address(name), {"reason": "x", "key": "k", "text": "x"})
    assert page.status_code == (404 if (method, name) not in {("post", "patients"), ("post", "patient")} else 405)
    assert "Dana" not in page.content.decode()
    assert Fact.objects.count() == 1


@pytest.mark.parametrize("name", GUARDED)
def test_a_patient_of_another_clinic_is_not_reached_through_ones_own(at_desk, dose, name):
    address = _address(name).replace("/harbour/", "/hill/")
    page = at_desk("charlie").get(address)
    assert page.status_code == (200 if name == "patients" else 404)
    assert "Dana" not in page.content.decode()


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_log_in_there_is_only_the_log_in(client, dose, name):
    page = client.get(_address(name))
    assert page.status_code == 302
    assert page["Location"].startswith("/log-in/?next=")


@pytest.mark.parametrize(("name", "status"), [("patients", 200), *((name, 403) for name in GUARDED[1:])])
def test_the_front_desk_sees_who_and_not_what(at_desk, dose, name, status):
    page = at_desk("fay").get(_address(name))
    assert page.status_code == status
    assert "35 mg" not in page.content.decode()


def test_a_therapist_does_not_take_back(at_desk, dose):
    assert at_desk("tom").get(_address("take_back")).status_code == 403
    assert "Take back" not in at_desk("tom").get(_address("patient")).content.decode()


def test_someone_who_left_sees_nothing(at_desk, people, dose):
    browser = at_desk("alice")
    people["alice"].is_active = False
    people["alice"].save()
    assert browser.get(_address("patient")).status_code == 302


def test_a_clinic_that_does_not_exist_looks_the_same(at_desk, dose):
    browser = at_desk("charlie")
    nowhere, other = browser.get("/clinic/nowhere/"), browser.get("/clinic/harbour/")
    assert nowhere.status_code == other.status_code == 404
    assert nowhere.content == other.content
