"""The record of a session and the packet for downtime, as papers: what stands in them, and that nothing is invented."""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.knowledge import load
from keel.knowledge.catalogues import catalogue
from keel.reports.documents import (
    ExpectedPatient,
    Packet,
    RecordHead,
    downtime_packet,
    paper_pdf,
    session_record,
    signature_words,
)
from support.loops import some
from support.sessions import base_session, changed, read_session

AT = dt.datetime(2026, 11, 21, 12, 5, tzinfo=dt.UTC)
HEAD = RecordHead(person="Dana", number="H-1", clinic="Harbour", session="a1", people={"bob": "Bob"}, mark="Made up")
DRAWN = {"strength": "10 mg/mL", "lot": "K2291", "dilution": "35 mg in 50 mL", "pump": "4", "checked_by": "Alice"}
STOPPED = {"remaining": "0 mg", "wasted": "15 mg", "witness": "Alice"}
ADDED = [
    {"id": "a", "type": "adverse_event", "at": "09:36", "recorded_at": "09:58", "by": "bob", "what": "hiccups"},
    {"id": "v", "type": "vitals_recorded", "at": "09:40", "by": "bob", "sbp": 150, "dbp": 90, "device": "monitor 3"},
    {"id": "h", "type": "handed_over", "at": "10:20", "by": "bob", "to": "carol", "severity": "watcher"},
    {"id": "t", "type": "handed_over", "at": "10:21", "by": "carol", "to": "carol", "accepts": "h", "synthesis": "all"},
    {"id": "o", "type": "overridden", "at": "09:13", "by": "alice", "rule": "A-PRE-02", "name": "Dr A", "reason": "x"},
]
FIX = {"id": "e13", "type": "sedation_scored", "at": "09:35", "by": "bob", "moaas": 3}
ADDED.append(
    {"id": "c", "type": "corrected", "at": "10:30", "by": "bob", "corrects": "e13", "reason": "line", "event": FIX}
)


def record(**change):
    change = {"add": ADDED, "set": {"e09": DRAWN, "e16": STOPPED}, **change}
    session = read_session(changed(base_session("iv"), change))
    view = open_session(session, at=AT, knowledge=load())
    return session_record(view, fold_session(session, at=AT, knowledge=load()), HEAD)


def part(paper, heading):
    (found,) = (one for one in paper.parts if one.heading.startswith(heading))
    return found


def values(found):
    return {row.name: row.value for row in found.rows}


def rows(found):
    return [" | ".join(row) for row in found.table.rows]


def test_the_record_says_who_what_and_by_which_rules():
    paper = record()
    assert paper.mark == "Made up"
    assert values(part(paper, "Who"))["Weight"] == "70 kg, weighed on 2026-11-21"
    assert values(part(paper, "Who"))["Devices that sent readings"] == "monitor 3"
    rules = values(part(paper, "Rules"))
    assert rules["Facts, hash"] == load().hash[:16]
    assert rules["Jurisdiction"] == "US"


def test_the_dose_has_vial_pump_second_person_and_what_was_left():
    """Live-session reference, section 7: drug, strength, lot, dilution, pump, remaining, wasted, witness."""
    dose = part(record(), "Dose")
    assert values(dose)["Drawn up"] == (
        "strength 10 mg/mL; lot K2291; dilution 35 mg in 50 mL; pump 4; checked by Alice"
    )
    assert values(dose)["Given"] == "35 mg, 0.5 mg/kg of 70 kg"  # 35 / 70
    (stopped,) = (row for row in rows(dose) if "stopped" in row)
    assert stopped.startswith("09:55 | ")
    assert "thrown away: 15 mg; witness: Alice" in stopped


def test_a_reading_stands_with_its_source_and_a_late_entry_with_both_times():
    paper = record()
    readings = rows(part(paper, "Vital signs"))
    assert "09:40 |  | 150/90 | – | – | – | – | – | – | monitor 3 | Bob" in readings
    assert "09:35 |  | 141/86 | 72 | 98 | 14 | – | 3 | – | by hand | Bob" in readings
    assert rows(part(paper, "Events and notes")) == ["09:36 | 09:58 | untoward: hiccups | Bob"]


def test_handovers_corrections_and_leaving_are_there():
    paper = record()
    assert rows(part(paper, "Handovers"))[1] == "10:21 |  | takes the handover: all | carol"
    assert rows(part(paper, "Corrections")) == ["10:30 | MOAA/S 4 | MOAA/S 3 | line | Bob"]
    leaving = part(paper, "Leaving")
    assert values(leaving)["Observation asked for"] == "120 min after end of the dose"
    assert any("discharged, released by Dr Alice" in row for row in rows(leaving))


def test_the_curve_is_marked_as_a_model_and_has_words():
    drawn = part(record(), "Predicted concentration")
    assert drawn.heading == "Predicted concentration: a model, not a measurement"
    assert "no measurement" in drawn.remark
    assert "ng/mL" in drawn.drawing.words


def test_without_a_weight_there_is_no_curve_and_the_record_says_why():
    paper = record(person={"weight": "null"})
    assert part(paper, "Predicted concentration").drawing is None
    assert "weight is not known" in part(paper, "Predicted concentration").remark
    assert values(part(paper, "Who"))["Weight"] == "not on record"


def test_what_did_not_happen_is_said_and_not_left_out():
    paper = record(add=[], set={})
    said = [part(paper, name).remark for name in ("Corrections", "Handovers", "Events and notes", "Holds")]
    assert said == ["None was made.", "None was recorded.", "None was recorded.", "None was passed."]
    assert values(part(paper, "Dose"))["Drawn up"] == "not on record"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", ["iv", "esketamine", "home"])
def test_a_session_of_every_form_has_its_record_at_any_minute_and_in_any_language(name, language):
    session = read_session(base_session(name))
    for minute in (-30, 5, 20, 240):
        at = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
        view, state = (one(session, at=at, knowledge=load()) for one in (open_session, fold_session))
        paper = session_record(view, state, HEAD, catalogue=catalogue(language))
        assert all(part.heading for part in paper.parts)
        assert "{" not in str(paper)


@pytest.mark.slow
def test_what_somebody_typed_stays_text_on_paper():
    note = {"id": "n", "type": "note", "at": "10:00", "by": "bob", "text": "#panic() $x$ *b* <i>"}
    assert paper_pdf(record(add=[note]), at=AT).startswith(b"%PDF")


def packet(*patients, sheets=2):
    cards = tuple(load().emergency_cards.values())
    stem = "HARBOUR-20261121-0900"
    made = Packet(
        clinic="Harbour", stem=stem, patients=patients, sheets=sheets, cards=cards, call="999", printed_by="Bob"
    )
    return downtime_packet(made, at=AT)


def test_the_packet_says_what_is_not_on_record():
    """Live-session reference, section 7: identity, allergies, weight with date, plan, last dose, holds, contacts."""
    (person, *_rest) = packet(ExpectedPatient(name="Dana", number="H-1", when="10:30", weight_kg=70.0)).parts
    assert person.heading == "10:30 · Dana · H-1"
    told = values(person)
    assert told["Weight"] == "70 kg, day not on record"
    unknown = {name for name, value in told.items() if value == "not on record"}
    assert unknown >= {"Conditions and allergies", "Last dose", "Contacts"}
    assert "the gate of the day was not asked" in person.items[0]


def test_each_sheet_has_its_own_number_the_columns_of_the_record_and_a_key():
    sheets = [one for one in packet(sheets=3).parts if one.heading.startswith("Session sheet")]
    assert [one.heading[-2:] for one in sheets] == ["01", "02", "03"]
    readings = part(record(), "Vital signs").table.columns
    for sheet in some(sheets):
        assert sheet.table.blank > 10
        assert set(readings) - {"Entered at", "Source", "By"} <= set(sheet.table.columns)
        assert "never a guess" in sheet.remark


def test_each_card_is_a_page_with_the_number_first_and_whether_it_is_signed():
    """HZ-CARE-02."""
    cards = [one for one in packet().parts if one.heading.startswith("Emergency: ")]
    assert len(cards) == len(load().emergency_cards)
    for card in some(cards):
        assert card.starts_sheet
        assert card.rows[0].value == "999"
        assert "Not signed by a clinician yet." in card.remark


def test_a_card_with_one_signature_says_that_the_second_is_missing():
    import msgspec

    from keel.knowledge.emergency_cards import CardReview

    card = load().emergency_cards["vomiting"]
    one = CardReview(by="Dr Alice", on=dt.date(2026, 11, 1), version=card.version)
    half = msgspec.structs.replace(card, reviews=(one,))
    whole = msgspec.structs.replace(card, reviews=(one, msgspec.structs.replace(one, by="Dr Bob")))
    assert "Dr Alice (2026-11-01) alone" in signature_words(half)
    assert "Signed by Dr Alice (2026-11-01), Dr Bob (2026-11-01)." in signature_words(whole)
