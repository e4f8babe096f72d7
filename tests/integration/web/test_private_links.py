"""A form on the person's own telephone: from the message to the answer, and every way in which that can go wrong."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import DatabaseError, transaction

from keel.knowledge import load
from keel.knowledge.outgoing import private_words_in
from keel.web.clinic.actions import record_fact
from keel.web.clinic.erasure import _erase
from keel.web.clinic.models import Fact, Kind
from keel.web.measures.errors import FormRefused
from keel.web.measures.models import FormLink
from keel.web.measures.queries import offered
from keel.web.measures.watch import Sending
from keel.web.outbox.actions import send_due
from support.answers import HIGH, a_link, answer, token_in
from support.clock import START, clock_at
from support.loops import some

CALM = {f"q{item}": "0" for item in HIGH}
DARK = CALM | {"q9": "1"}
PAGE = "/clinic/harbour/patients/H-1/measures/"
NOW = dt.timedelta(minutes=1)


@pytest.fixture
def bob(people):
    return people["bob"]


def answers_of(patient):
    return list(Fact.objects.filter(patient=patient, kind=Kind.ANSWERS))


def test_from_the_desk_to_the_telephone_and_back(at_desk, dana, erin):
    """HZ-MSR-03, HZ-ID-05: the message tells nothing, the form asks whether it is they, the score is marked."""
    desk = at_desk("bob")
    key = re.search(r'name="key" value="([^"]+)"', desk.get(PAGE).content.decode())[1]
    form = {"key": key, "instruments": ["phq-9", "gad-7"], "way": "email", "to": "dana@example.org", "lang": "en"}
    for _twice in range(2):
        assert desk.post(PAGE, form | {"shown_as": "D."}).status_code == 302
    assert FormLink.objects.count() == 1
    send_due(START + 365 * NOW)
    (sent,) = mail.outbox
    told = re.sub(r"https?://\S+", "", sent.body)
    assert private_words_in(f"{sent.subject} {told}", tuple(load().private_words.values())) == ()
    assert "Not watched round the clock; in danger call 999" in sent.body
    assert "Dana" not in sent.body

    token = token_in(sent.body)
    assert token not in str(list(FormLink.objects.values()))
    page = erin.get(f"/form/{token}/").content.decode()
    assert "Is this form for D.?" in page
    assert not re.search("ketamine|depress|Dana|<script", page, re.IGNORECASE)
    done = answer(erin, token, **CALM)
    assert done["Location"].endswith(f"/form/{token}/")
    assert "2 / 2" in erin.get(done["Location"]).content.decode()
    answer(erin, token, "gad-7", **{f"q{item}": "1" for item in HIGH[:7]})
    assert "Your answers have arrived" in erin.get(f"/form/{token}/").content.decode()

    assert [(one.payload["instrument"], one.recorded_by.get_full_name()) for one in answers_of(dana)] == [
        ("phq-9", "By private link"),
        ("gad-7", "By private link"),
    ]
    shown = desk.get(PAGE).content.decode()
    assert "answered" in shown
    assert re.search(r'data-label="Total">7<', shown), "seven answers of one"


def test_a_second_answer_is_refused_kindly_and_not_stored(dana, bob, erin):
    """HZ-ID-05: a used link never stores."""
    token = a_link(dana, bob)
    answer(erin, token, **CALM)
    again = answer(erin, token, **DARK)
    assert "We have this answer already" in again.content.decode()
    (stored,) = answers_of(dana)
    assert stored.payload["items"]["9"] == 0
    assert not dana.facts.filter(kind=Kind.ALERT).exists()


@pytest.mark.parametrize(
    ("days", "opened", "stores"),
    [(6.99, False, True), (7.01, False, False), (7.05, True, True), (7.2, True, False)],
)
def test_a_link_lives_seven_days_and_an_open_form_may_finish(dana, bob, erin, at_desk, days, opened, stores):
    """Care reference, section 8: 7 days by default, then a new token; an open form may finish (two hours, Keel's)."""
    with clock_at(START):
        token = a_link(dana, bob)
    if opened:
        with clock_at(START + dt.timedelta(days=6.9)):
            erin.post(f"/form/{token}/", {"is_me": "yes"})
    with clock_at(START + dt.timedelta(days=days)):
        page = answer(erin, token, **CALM)
        listed = at_desk("bob").get("/clinic/harbour/alerts/").content.decode()
    assert len(answers_of(dana)) == stores
    assert ("expired without an answer" in listed) is not stores
    if not stores:
        assert page.status_code == 410
        assert "The time for this form is over" in page.content.decode()


def test_a_link_that_reached_somebody_else_is_over_and_told(dana, bob, erin, at_desk):
    """HZ-ID-05."""
    token = a_link(dana, bob)
    erin.post(f"/form/{token}/", {"is_me": "no"})
    assert answer(erin, token, **CALM).status_code == 410
    assert answers_of(dana) == []
    for page in some((PAGE, "/clinic/harbour/alerts/")):
        assert "reached somebody else" in at_desk("bob").get(page).content.decode()


def test_staff_end_a_link(dana, bob, erin, at_desk):
    token = a_link(dana, bob)
    at_desk("bob").post(PAGE, {"end": FormLink.objects.get().pk})
    assert erin.get(f"/form/{token}/").status_code == 410


@pytest.mark.parametrize("token", ["x", "0" * 32, "a" * 500])
def test_a_link_that_is_not_known_says_so_and_tells_nothing(erin, db, token):
    page = erin.get(f"/form/{token}/")
    assert page.status_code == 404
    assert "This link is not known" in page.content.decode()


def test_a_name_that_tells_is_refused_at_the_desk(at_desk, harbour, dana):
    """HZ-MSR-03: the clinic is told to choose another name for messages, and nothing goes out."""
    harbour.name = "Harbour Ketamine Clinic"
    harbour.save()
    form = {"key": "k", "instruments": ["phq-9"], "way": "email", "to": "d@example.org", "lang": "en", "shown_as": "D."}
    page = at_desk("bob").post(PAGE, form)
    assert page.status_code == 422
    assert "tells others too much" in page.content.decode()
    assert not FormLink.objects.exists()
    wrong = at_desk("alice").post("/clinic/harbour/measures/", {"site": "Depression care"})
    assert wrong.status_code == 422
    at_desk("alice").post("/clinic/harbour/measures/", {"site": "Harbour"})
    assert at_desk("bob").post(PAGE, form).status_code == 302


def test_open_questions_are_pointed_out_once_and_may_stay_open(dana, bob, erin):
    token = a_link(dana, bob)
    erin.post(f"/form/{token}/", {"is_me": "yes"})
    some_of_them = {"instrument": "phq-9", "phq-9.1": "2"}
    page = erin.post(f"/form/{token}/", some_of_them)
    assert page.status_code == 422
    assert "Some questions are open" in page.content.decode()
    assert erin.post(f"/form/{token}/", some_of_them | {"is_seen": "1"}).status_code == 302
    (stored,) = answers_of(dana)
    assert stored.payload["items"] == {"1": 2}


def test_the_tablet_locks_the_staff_out_and_the_form_in(at_desk, dana):
    tablet = at_desk("bob")
    form = {"key": "k", "instruments": ["phq-9"], "way": "tablet", "to": "", "lang": "es", "shown_as": "D."}
    opened = tablet.post(PAGE, form)
    assert re.match(r"/form/", opened["Location"])
    assert tablet.get("/clinic/harbour/")["Location"].startswith("/account/lock/")
    token = token_in(opened["Location"])
    page = tablet.get(opened["Location"]).content.decode()
    assert '<html lang="es">' in page
    answer(tablet, token, **CALM)
    (stored,) = answers_of(dana)
    assert stored.recorded_by.get_full_name() == "On the tablet of the clinic"
    assert mail.outbox == []


def test_every_instrument_that_a_person_may_see_can_be_answered(dana, bob, erin):
    """The seven self-rated instruments whose wording is free; one page each, without a script."""
    names = [one.id for one in offered()]
    assert {"phq-9", "gad-7", "pcl-5", "audit-c", "bladder-check", "warning-signs"} <= set(names)
    token = a_link(dana, bob, instruments=names)
    erin.post(f"/form/{token}/", {"is_me": "yes"})
    for shape in some(offered()):
        page = erin.get(f"/form/{token}/").content.decode()
        fields = set(re.findall(rf'name="({shape.id}\.[^"]+)"', page))
        assert len(fields) == len(shape.items), shape.id
        first = shape.items[0]
        value = "0" if shape.choices(first) else "1" if first.kind == "number" else "a word"
        erin.post(f"/form/{token}/", {"instrument": shape.id, "is_seen": "1", f"{shape.id}.{first.id}": value})
    assert [one.payload["instrument"] for one in answers_of(dana)] == names


def test_links_are_neither_changed_nor_deleted_by_hand(dana, bob):
    a_link(dana, bob)
    for change in (lambda: FormLink.objects.update(lang="es"), FormLink.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    _erase(dana, asked_by="mia", decided_by="alice", reason="asked", at=START)
    assert not FormLink.objects.exists()


def test_a_form_is_whole_in_its_language_or_not_sent(dana, bob):
    """HZ-CHK-09: no questionnaire half in another language."""
    with pytest.raises(FormRefused, match="Not worded in this language: Crisis plan"):
        a_link(dana, bob, instruments=["phq-9", "crisis-plan"], lang="es")
    assert a_link(dana, bob, instruments=["phq-9", "crisis-plan"], lang="en")


def test_scores_over_time_with_what_changed_and_what_is_missing(people, dana, at_desk):
    """PHQ-9 from 20 to 4: response (half) and remission (below 5) by instruments.md 2.1; one GAD-7 tells no change."""
    before, after = dict.fromkeys(HIGH, 3) | {"8": 0, "9": 0, "1": 2}, dict.fromkeys(HIGH, 0) | {"1": 2, "2": 2}
    for day, items in ((60, before), (1, after)):
        record_fact(
            by=people["bob"],
            patient=dana,
            kind=Kind.ANSWERS,
            payload={"instrument": "phq-9", "items": items, "at": (START - dt.timedelta(days=day)).isoformat()},
            key=f"phq-{day}",
            at=START,
        )
    gad = {"instrument": "gad-7", "items": {"1": 1, "2": 1, "3": 1, "4": 1}, "at": START.isoformat()}
    record_fact(by=people["bob"], patient=dana, kind=Kind.ANSWERS, payload=gad, key="gad", at=START)
    page = re.sub(r"<[^>]+>", " ", at_desk("bob").get(PAGE).content.decode())
    page = re.sub(r"\s+", " ", page)
    assert "20 → 4" in page
    assert "Response: yes by 1 of 1 rules" in page
    assert "Remission: yes by 1 of 1 rules" in page
    assert "Reliable change: no rule for it was found in the sources" in page
    assert "One total or none: no change can be told." in page
    assert "5, 6, 7" in page, "what nobody answered"


@pytest.fixture
def automatic(at_desk, settings):
    """The clinic sends what is due by itself; the server knows its name."""
    settings.ALLOWED_HOSTS = ["keel.example", "testserver"]
    sent = {"schedule": "around-sessions", "automatic": "on", "site": "Harbour"}
    assert at_desk("alice").post("/clinic/harbour/measures/", sent).status_code == 302


def reach(patient, by, **told):
    payload = {"name": "Dana", "role": "person", "email": "dana@example.org", "lang": "es"} | told
    record_fact(by=by, patient=patient, kind=Kind.CONTACT, payload=payload, key="reach", at=START)


def test_what_is_due_goes_out_by_itself_to_whoever_agreed(dana, bob, automatic, erin):
    """One message a day at most, by day, in the person's language, and none while a form is out."""
    reach(dana, bob, messages=True)
    ten = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)  # in London too
    sending = Sending()
    assert sending.round(ten.replace(hour=5)) == 0, "by night"
    assert [sending.round(ten), sending.round(ten), Sending().round(ten + 60 * NOW)] == [1, 0, 0]
    send_due(ten)
    (sent,) = mail.outbox
    token = token_in(sent.body)
    with clock_at(ten + 60 * NOW):
        erin.post(f"/form/{token}/", {"is_me": "yes"})
        for name in FormLink.objects.get().instruments:
            answer(erin, token, name, q1="0")
    (link,) = FormLink.objects.all()
    assert (link.lang, link.instruments) == ("es", ["phq-9", "gad-7", "bladder-check"])
    assert Sending().round(ten + 24 * 60 * NOW) == 0, "all was answered"


@pytest.mark.parametrize("told", [{"messages": False}, {}, {"messages": True, "email": ""}])
def test_who_did_not_agree_or_has_no_address_gets_nothing(dana, bob, automatic, told):
    """Not asked is not a yes."""
    reach(dana, bob, **told)
    assert Sending().round(dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)) == 0


def test_a_server_without_a_name_sends_nothing_by_itself_and_says_so(at_desk, harbour, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    page = at_desk("alice").post("/clinic/harbour/measures/", {"automatic": "on"})
    assert page.status_code == 422
    assert "KEEL_HOSTS has to name it" in page.content.decode()
