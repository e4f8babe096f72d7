"""Emergency cards, handover, replay and the papers of a session, on their pages."""

import datetime as dt
import io
import re
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from keel.knowledge import load
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from keel.web.live.actions import record_events
from keel.web.live.models import Room
from keel.web.live.sessions import read, state_of
from support.clock import START, clock_at
from support.live import PERSON, a_session, evening, play
from support.loops import some

HOME = "/clinic/harbour/sessions/a1/"
MIDWAY = START + dt.timedelta(minutes=41)
"""The dose began 16 min after the session and runs for 40."""
LATER = MIDWAY + dt.timedelta(minutes=2)


@pytest.fixture
def begun(people, dana, harbour):
    """Dana in Room 1, nothing given yet."""
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    return a_session(dana, people["bob"], room=Room.objects.create(clinic=harbour, name="Room 1"))


@pytest.fixture
def live(begun, people):
    """The dose runs; all of it was sent at once."""
    kinds = [event["type"] for event in evening()]
    events = evening()[: kinds.index("dose_stopped")]
    assert record_events(by=people["bob"], live=begun, events=events, at=MIDWAY).refused == ()
    return begun


def record(live, by, at, **event):
    told = {"at": at.isoformat(), **event}
    assert record_events(by=by, live=live, events=[told], at=at).refused == ()


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_emergency_page_calls_first_and_opens_the_card_that_fits(live, people, at_desk):
    """HZ-CARE-02: one tap from the session, the local number first; 999 is that of the directory for GB."""
    record(live, people["bob"], MIDWAY, id="v", type="adverse_event", what="vomiting")
    with clock_at(MIDWAY):
        browser = at_desk("bob")
        assert f'href="{HOME}emergency/"' in browser.get(HOME).content.decode()
        page = browser.get(f"{HOME}emergency/")
    html = page.content.decode()
    assert re.search(r'class="call-now" href="tel:(999|112)"', html)
    assert html.index("call-now") < html.index("card-links")
    assert re.findall(r'class="called"><a href="[^"]*/emergency/(\w+)/"', html) == ["vomiting"]
    said = text_of(page)
    assert "34 years" in said
    assert "70 kg" in said
    assert "untoward: vomiting" in said


def test_a_tick_is_an_event_with_its_time_and_two_taps_are_one(live, people, at_desk):
    browser, address = at_desk("tom"), f"{HOME}emergency/vomiting/"
    with clock_at(MIDWAY):
        page = browser.get(address)
        assert "Not signed by a clinician yet" in text_of(page)
        form = re.search(r'<form[^>]*data-back="side">(.*?)<button', page.content.decode(), re.DOTALL).group(1)
        hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
        for _tap in range(2):
            answer = browser.post(f"{HOME}record/", {**hidden, "step": "side"})
            assert answer["Location"] == f"{address}#side"
        assert re.search(rf"✓ {MIDWAY:%H:%M}:\d\d Tom", text_of(browser.get(address)))
        for unknown in ({"step": "nothing"}, {"step": "side", "card": "nothing"}):
            assert browser.post(f"{HOME}record/", {**hidden, "id": "x", **unknown}).status_code == 422
        assert browser.get(f"{HOME}emergency/nothing/").status_code == 404
    steps = [one for one in Fact.objects.filter(kind=Kind.EVENT) if one.payload["event"]["type"] == "emergency_step"]
    assert [one.payload["event"]["by"] for one in steps] == ["tom"]


def test_the_cards_are_in_the_page_of_a_session_itself(begun, at_desk):
    """HZ-CARE-02: they open without a network, with the number; nobody had to look them up before."""
    page = at_desk("tom").get(HOME)
    html = page.content.decode()
    here = html[html.index('id="cards-here"') :]
    assert "Call 999" in text_of(page)
    for card in some(load().emergency_cards.values()):
        assert card.title in here
        assert card.steps[-1].text in here


def test_two_names_of_the_clinic_sign_the_cards_as_they_stand(begun, people, at_desk):
    """HZ-CARE-02: two names; one alone does not do, and the page says so."""
    address, card = "/clinic/harbour/adoption/emergency-cards/", f"{HOME}emergency/vomiting/"
    for name, says in (("alice", "alone; a second clinician has not signed"), ("bob", "Signed by Alice")):
        browser = at_desk(name)
        page = browser.get(address).content.decode()
        assert "Turn the person on the side" in page  # who signs has read the steps
        digest = re.search(r'name="digest" value="(\w+)"', page).group(1)
        assert browser.post(address, {"digest": digest, "read": "yes"}).status_code == 302
        assert says in text_of(browser.get(card))
    assert "not-signed" not in browser.get(card).content.decode().split('id="cards-here"')[0]


def test_the_drugs_of_the_clinic_stand_on_a_card_once_two_have_signed_the_same(begun, at_desk):
    """HZ-CARE-02, HZ-DOSE-03: one name puts nothing on a card, nor takes anything off; a dose has its unit."""
    address, card = "/clinic/harbour/emergency-drugs/", f"{HOME}emergency/vomiting/"
    told = {"card": "vomiting", "name-0": "Ondansetron", "dose-0": "4 mg IV", "given_by-0": "nurse", "read": "yes"}

    def sign(name, **more):
        browser = at_desk(name)
        page = browser.get(address).content.decode()
        section = page[page.index('id="c-vomiting"') :]
        told["digest"] = re.search(r'name="digest" value="(\w+)"', section).group(1)
        return browser.post(address, {**told, **more}), section

    for wrong in ({"dose-0": "4"}, {"given_by-0": ""}, {"digest": "x"}):
        assert sign("alice", **wrong)[0].status_code == 422
    assert sign("alice")[0].status_code == 302
    assert "Ondansetron" not in at_desk("tom").get(card).content.decode()
    answer, seen = sign("bob")
    assert "Not on the card yet: signed by Alice" in seen
    assert answer.status_code == 302
    page = text_of(at_desk("tom").get(card))
    assert "Ondansetron 4 mg IV Given by: nurse. Alice" in page
    assert "Ondansetron" in at_desk("tom").get(HOME).content.decode()  # also without a network
    sign("bob", **{"dose-0": "8 mg IV"})
    assert "Ondansetron 4 mg IV" in text_of(at_desk("tom").get(card))
    assert at_desk("tom").get(address).status_code == 403
    assert (
        at_desk("alice").post(address, {"card": "vomiting", "end": "yes", "reason": "out of stock"}).status_code == 302
    )
    assert "Ondansetron" not in at_desk("tom").get(card).content.decode()


def test_a_handover_moves_on_the_second_name_only(live, people, at_desk):
    """Live-session reference, section 7: both names; the receiver says it back."""
    offer = {"id": "h1", "to": "alice", "severity": "watcher", "text": "Call at 160."}
    with clock_at(MIDWAY):
        assert at_desk("bob").post(f"{HOME}handover/", {**offer, "severity": ""}).status_code == 422
        assert at_desk("bob").post(f"{HOME}handover/", offer).status_code == 302
        live.refresh_from_db()
        assert state_of(live, at=LATER).responsible == "bob"
        page = text_of(at_desk("tom").get(f"{HOME}handover/"))
        assert "It has not moved yet" in page
        assert "I take over" not in page
        alice = at_desk("alice")
        page = alice.get(f"{HOME}handover/")
        assert "I take over: Alice" in text_of(page)
        takes = dict(re.findall(r'name="(id|accepts)" value="([^"]+)"', page.content.decode()))
        assert alice.post(f"{HOME}handover/", {**takes, "said": ["who", "next"]}).status_code == 422
        assert alice.post(f"{HOME}handover/", {**takes, "words": "70 kg, 35 mg, call at 160"}).status_code == 302
        live.refresh_from_db()
        assert state_of(live, at=LATER).responsible == "alice"
        assert "Bob → Alice: 70 kg, 35 mg, call at 160" in text_of(alice.get(f"{HOME}handover/"))


def test_nobody_takes_over_what_was_offered_to_another(live, people, at_desk):
    with clock_at(MIDWAY):
        at_desk("bob").post(f"{HOME}handover/", {"id": "h1", "to": "alice", "severity": "stable"})
        at_desk("tom").post(f"{HOME}handover/", {"id": "h2", "accepts": "h1", "words": "all understood"})
        live.refresh_from_db()
        assert state_of(live, at=LATER).responsible == "bob"


def test_the_replay_shows_a_minute_as_it_was_known_and_marks_what_came_later(begun, people, at_desk):
    live = begun
    play(live, people["bob"], until="dose_stopped")
    seen = START + dt.timedelta(minutes=30)
    with clock_at(seen):
        before = state_of(live, at=seen)
    late = {"id": "late", "at": (seen - dt.timedelta(minutes=2)).isoformat(), "type": "vitals_recorded", "spo2": 85}
    record_events(by=people["bob"], live=live, events=[late], at=MIDWAY)
    with clock_at(MIDWAY):
        browser = at_desk("alice")
        now = text_of(browser.get(f"{HOME}replay/"))
        then = browser.get(f"{HOME}replay/?minute=30")
    assert "A-IN-05-low" not in {one.rule for one in before.alarms}
    assert "oxygen 85 %" in now
    assert "Not known then" not in now
    said = text_of(then)
    assert said.index("Not known then") < said.index("oxygen 85 %") < said.index("How it stood")
    assert re.search(r'type="range"[^>]*min="0"[^>]*value="30"', then.content.decode())
    assert then.context["state"].as_of > then.context["then"].as_of  # the head of the page stays that of now


def test_a_minute_that_is_none_is_the_end(begun, at_desk):
    browser = at_desk("alice")
    with clock_at(MIDWAY):
        pages = [browser.get(f"{HOME}replay/", {"minute": one}) for one in ("-1", "99999999", "x", "12.5")]
    assert ["Minute 41 of 41" in text_of(page) for page in pages] == [True] * 4


def opened(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    document = pikepdf.open(io.BytesIO(answer.content))
    with document.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
    assert "/StructTreeRoot" in document.Root
    return document


@pytest.mark.slow
@pytest.mark.parametrize(("language", "before"), [("en", ""), ("es", "/es")])
def test_the_papers_of_a_session_are_accessible(live, at_desk, language, before):
    with clock_at(MIDWAY):
        browser = at_desk("bob")
        record = opened(browser.get(f"{before}{HOME}record.pdf"))
        instructions = opened(browser.get(f"{before}{HOME}instructions.pdf"))
        packet = opened(browser.get(f"{before}/clinic/harbour/downtime/packet.pdf?sheets=3"))
    assert {str(one.Root.Lang) for one in (record, instructions, packet)} == {language}
    assert len(instructions.pages) == 1
    assert len(packet.pages) == 1 + 3 + 7  # who is here, blank sheets, a card a page


def test_who_may_not_take_a_record_out_gets_no_paper(begun, at_desk):
    assert at_desk("fay").get(f"{HOME}record.pdf").status_code == 403


LINE = {"key": "k1", "sheet": "HARBOUR-1-02", "seen_by": "Bob"}


def test_a_sheet_is_entered_afterwards_with_both_times(live, people, at_desk):
    """HZ-AVL-03: what was written on paper joins the session at its own time, marked late, with sheet and hand."""
    happened, entered = START + dt.timedelta(minutes=33), START + dt.timedelta(minutes=90)
    there = happened.astimezone(ZoneInfo("Europe/London"))
    line = {**LINE, "at": f"{there:%Y-%m-%dT%H:%M}", "bp": "150/90", "hr": "80", "moaas": "4"}
    with clock_at(entered):
        browser = at_desk("bob")
        for _tap in range(2):
            answer = browser.post(f"{HOME}sheet/", line)
            assert answer.status_code == 302
        assert "sheet=HARBOUR-1-02" in answer["Location"]
        page = text_of(browser.get(answer["Location"]))
    assert "from sheet HARBOUR-1-02, written by Bob" in page
    live.refresh_from_db()
    events = [one for one in read(live).events if one.sheet]
    assert [one.kind for one in events] == ["vitals_recorded", "sedation_scored"]
    assert {(one.at, one.recorded_at.replace(second=0, microsecond=0)) for one in events} == {(happened, entered)}
    assert "KEEL-LATE-ENTRY" in {one.rule for one in state_of(live, at=entered).alarms}


WRONG_LINES = (
    ({"bp": "150"}, "Write it as 128/78."),
    ({}, "Nothing is written on this line yet."),
    ({"kind": "dose_started", "amount": "35 mg", "over": "40 min"}, "A second person checks a dose"),
    ({"kind": "dose_started", "amount": "35 mg", "checked_by": "bob"}, "A second person checks a dose"),
    ({"kind": "adverse_event"}, "Write what it was."),
    ({"bp": "128/78", "at": "2099-01-01T10:00"}, "The time lies in the future."),
    ({"kind": "rate_changed", "amount": "fast"}, "fast"),
    ({"bp": "128/78", "spo2": "980"}, "980"),
)


def test_a_line_that_cannot_stand_is_not_kept(begun, at_desk):
    browser = at_desk("bob")
    with clock_at(START + dt.timedelta(minutes=90)):
        for line, why in WRONG_LINES:
            page = browser.post(f"{HOME}sheet/", {**LINE, "at": f"{START:%Y-%m-%dT%H:%M}", **line})
            assert (page.status_code, why in text_of(page)) == (422, True), line
    assert [one for one in Fact.objects.filter(kind=Kind.EVENT) if "sheet" in one.payload["event"]] == []


def test_the_downtime_page_shows_who_is_here_and_who_is_expected(begun, people, at_desk, harbour):
    from keel.web.clinic.models import Patient

    elif_ = Patient.objects.create(clinic=harbour, number="H-2", display_name="Elif")
    visit = {"at": (START + dt.timedelta(hours=2)).isoformat(), "what": "second infusion"}
    record_fact(by=people["fay"], patient=elif_, kind=Kind.VISIT, payload=visit, key="visit", at=START)
    with clock_at(START + dt.timedelta(minutes=41)):
        page = text_of(at_desk("bob").get("/clinic/harbour/downtime/"))
    assert page.index("Dana · H-1") < page.index("Elif · H-2 · second infusion")
