"""HZ-AVL-01: every form that there is, found by walking, takes texts of a stated length and reads them soon."""

import re
import time
from contextlib import suppress
from html import unescape

import pytest
from django import forms
from django.urls import URLPattern, get_resolver
from django.utils.datastructures import MultiValueDict

from keel.web.capacity import ACCOUNTS, CLINIC, COSTLY, HEALTH, LIVE, MONITORS, PUBLIC, ROOMS, WRITES
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Kind
from keel.web.routes import ACCOUNT_APPS, LARGEST_FORM, LARGEST_RECORD, PUBLIC_APPS, route_of
from support.clock import START
from support.doses import INFUSION
from support.loops import some

FIELD_S = 0.05
BODY_S = 1.0
"""Processor time of a whole form with every field at its longest: what the queues are measured for."""
TEXTS = ("1", " ", "e\u0301\u0323", "a", "to and - ", "qwzxkv plmokn ", "1 mg ")
"""What is repeated until a field is full."""


def _leaves(resolver, apps=()):
    for part in resolver.url_patterns:
        if isinstance(part, URLPattern):
            yield apps, part
        else:
            yield from _leaves(part, (*apps, part.app_name) if part.app_name else apps)


def _own_forms():
    get_resolver().url_patterns  # noqa: B018 - imports every view, and so every form
    waiting, found = [forms.Form], []
    while waiting:
        for form in waiting.pop().__subclasses__():
            waiting.append(form)
            if form.__module__.startswith("keel."):
                found.append(form)
    return found


def _is_inherited(form, name):
    """Whether a field is of a library's form; a body of 100 kB bounds it."""
    theirs = [base for base in form.__mro__ if not base.__module__.startswith("keel.")]
    return any(name in getattr(base, "base_fields", ()) for base in theirs)


FORMS = sorted(
    (form for form in _own_forms() if form.base_fields), key=lambda form: f"{form.__module__}.{form.__qualname__}"
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__qualname__)
def test_every_text_field_says_how_long_a_text_may_be(form):
    for name, field in some(form.base_fields.items()):
        if isinstance(field, forms.CharField) and not _is_inherited(form, name):
            assert field.max_length, f"{name} takes a text of any length"
            assert field.max_length <= LARGEST_RECORD


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__qualname__)
@pytest.mark.parametrize("piece", TEXTS)
def test_every_field_is_read_within_its_time(form, piece):
    for name, field in some(form.base_fields.items()):
        length = min(getattr(field, "max_length", None) or 5_000, 5_000)
        text = (piece * length)[:length]
        values = MultiValueDict({name: [text] * (20 if isinstance(field, forms.MultipleChoiceField) else 1)})
        began = time.process_time()
        with suppress(forms.ValidationError):
            field.clean(field.widget.value_from_datadict(values, MultiValueDict(), name))
        assert time.process_time() - began < FIELD_S, name


def test_a_longer_text_is_refused_before_anything_reads_it(erin):
    page = erin.post("/check/", {"pattern": "1" * 5_001, "medicines": "a" * 5_001})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"pattern", "medicines"}


# ------------------------------------------------------------------------------------------------ routes

LEAVES = list(_leaves(get_resolver()))


def test_every_app_is_public_an_account_or_a_clinic():
    """A new app runs with the clinic's work unless it is named: nothing public takes a clinic's places."""
    apps = {([""] + [one for one in apps if one])[-1] for apps, _ in LEAVES}
    assert apps - PUBLIC_APPS - ACCOUNT_APPS == {"clinic", "course", "live", "measures", "outbox", "rems", "therapy"}


def _path_of(leaf_route):
    fill = {
        "part_of_session": "during",
        "care": "therapy",
        "int": "1",
        "slug": "x",
        "str": "x",
        "path": "x",
        "uuid": "00000000-0000-0000-0000-000000000000",
    }
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: fill[found.group(1) or "str"], leaf_route)


def _routes(resolver=None, before=""):
    for part in (resolver or get_resolver()).url_patterns:
        here = before + str(part.pattern)
        if isinstance(part, URLPattern):
            yield here
        else:
            yield from _routes(part, here)


@pytest.mark.parametrize("route", sorted(route for route in set(_routes()) if not route.startswith("^")))
def test_every_route_has_a_queue_and_a_largest_body(route):
    path = _path_of(route)
    asked, sent = route_of("GET", path), route_of("POST", path)
    assert sent.largest_body in (LARGEST_FORM, LARGEST_RECORD)
    if re.match(r"/(log-in|account|invitation|first-start)/|/clinic/x/staff/", path):
        assert (asked.queue, sent.queue, sent.largest_body) == (ACCOUNTS, ACCOUNTS, LARGEST_FORM)
    elif path.startswith("/clinic/"):
        assert asked.queue in (CLINIC, COSTLY, ROOMS, MONITORS, *([PUBLIC] if "<str:token>" in route else []))
        assert sent.queue in ((WRITES, LIVE) if asked.queue is CLINIC else (asked.queue,))
        assert sent.largest_body == (LARGEST_RECORD if route.endswith("/ledger/read-in/") else LARGEST_FORM)
    else:
        assert asked.queue in (PUBLIC, COSTLY, HEALTH)
    assert route_of("POST", f"/es{path}") == sent._replace(name=route_of("POST", f"/es{path}").name)


@pytest.mark.parametrize("path", ["/log-in/", "/log-in/second-factor/", "/log-in/recover/", "/invitation/x/"])
def test_who_is_not_signed_in_takes_no_place_of_a_clinics_writes(path):
    """A check of a password takes a core for a while; a flood of them holds up nobody who is in."""
    assert route_of("POST", path).queue is ACCOUNTS


def test_what_a_room_records_waits_for_no_form_and_for_nobody_without_a_session():
    """HZ-AVL-01: what a room records comes first, and a flood from outside reaches no write."""
    of_room, of_clinic = (
        route_of("POST", f"/clinic/x/{path}/") for path in ("sessions/x/events", "patients/x/medicine")
    )
    assert (of_room.queue, of_clinic.queue) == (LIVE, WRITES)
    assert {one.queue_of(100, is_signed_in=False) for one in (of_room, of_clinic)} == {ACCOUNTS}


def test_only_the_check_and_the_ledger_take_a_record():
    takes = {route for route in some(_routes()) if route_of("POST", _path_of(route)).largest_body == LARGEST_RECORD}
    ledger = "clinic/<slug:clinic>/patients/<str:number>/ledger/read-in/"
    assert takes == {"check/", "check/embed/", "check/kiosk/", "check/one-page/", ledger}


# ------------------------------------------------------------------------------------------------ whole forms


def _fields(html):
    """Text fields of every form of a page, and the other fields as they stand."""
    texts, kept = {}, {}
    for tag in re.findall(r"<(?:input|textarea)\b[^>]*>", html):
        found = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        if "name" not in found:
            continue
        if found.get("type", "text") in ("text", "search", "number", "email", "password", "datetime-local"):
            texts[found["name"]] = int(found.get("maxlength", 5_000))
        elif found["type"] == "hidden":
            kept[found["name"]] = found.get("value", "")
    return texts, kept


@pytest.fixture
def fact(people, dana):
    return record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["1", "to and - ", "qwzxkv plmokn "])
def test_every_page_with_a_form_answers_full_fields_within_its_budget(at_desk, fact, piece):
    alice, looked_at = at_desk("alice"), 0
    fill = {"clinic": "harbour", "number": "H-1", "instrument": "phq-9", "sequence": "1"}
    for route in some(_routes()):
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: fill.get(found.group(1), "x"), route)
        page = alice.get(path)
        if page.status_code != 200 or "text/html" not in page["Content-Type"]:
            continue
        texts, kept = _fields(page.content.decode())
        full = {name: (piece * most)[: min(most, 5_000)] for name, most in texts.items()}
        if not full:
            continue
        looked_at += 1
        alice.post(path, kept)  # once, so that what is loaded on first use is there
        began = time.process_time()
        answer = alice.post(path, kept | full)
        took = time.process_time() - began
        assert answer.status_code < 500, path
        assert took < BODY_S, f"{path}: {took:.2f} s"
    assert looked_at >= 6
