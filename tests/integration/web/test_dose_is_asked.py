"""HZ-DOSE-01, -02, -03, -06 and HZ-WT-02: a dose is held against its patient before it is written."""

import datetime as dt
import re
from html import unescape

import pytest

from keel import knowledge
from keel.assessment.picture import picture_of
from keel.web.clinic.actions import record_fact
from keel.web.clinic.dose_check import Decision, DoseAsked
from keel.web.clinic.models import AuditRow, Fact, FactDecision, Kind
from keel.web.clinic.queries import record_of
from support.clock import START
from support.doses import INFUSION

SPRAY = {"substance": "esketamine", "route": "nasal", "setting": "clinic", "over": "10 min", "start": INFUSION["start"]}
DOSE = {"key": "one", "start": "2026-11-10T09:30", "setting": "clinic"}
VEIN = {**DOSE, "substance": "racemic", "route": "iv", "over": "40 min"}
NOSE = {**DOSE, "substance": "esketamine", "route": "nasal", "over": "10 min"}


def _text(page):
    inline = re.sub(r"</?(?:b|strong)>", "", page.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())


@pytest.fixture
def write(people, dana):
    """A function that records a fact about Dana as Bob, the nurse."""

    def record(payload, key, kind=Kind.DOSE, by="bob", **more):
        return record_fact(by=people[by], patient=dana, kind=kind, payload=payload, key=key, at=START, **more)

    record({"weight": "70 kg"}, "person", Kind.PERSON)
    return record


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        # 56 000 mg / 70 kg = 800 mg/kg; 5523 / 70 = 78.9; each over ten times 0.5 mg/kg (Berman 2000)
        ({**INFUSION, "amount": "56000 mg"}, "A-DOSE-04"),
        ({**INFUSION, "amount": "56 g"}, "A-DOSE-04"),
        ({**INFUSION, "amount": "35 mg/kg"}, "A-DOSE-04"),
        ({**INFUSION, "amount": "5523 mg"}, "A-DOSE-04"),
        ({**SPRAY, "devices": 100}, "B-PRE-07"),
        ({**SPRAY, "devices": 100, "amount": "84 mg"}, "KEEL-DOSE-DEVICES"),
        ({**SPRAY, "amount": "840 mg"}, "B-PRE-07"),
    ],
)
def test_a_slip_of_amount_is_blocked_and_no_reason_passes_it(write, people, payload, rule):
    with pytest.raises(DoseAsked) as asked:
        write(payload, "a")
    assert rule in [one.rule for one in asked.value.meaning.blocks]
    with pytest.raises(DoseAsked, match="passed by nobody"):
        write(payload, "a", decision=Decision(people["alice"], "I know", asked.value.shown))
    assert not Fact.objects.filter(kind=Kind.DOSE).exists()


def test_without_a_weight_a_dose_that_is_too_much_for_anybody_is_blocked(people, dana):
    """5523 mg are ten times the plan of a person of the heaviest weight that a reader takes."""
    with pytest.raises(DoseAsked) as asked:
        record_fact(
            by=people["bob"],
            patient=dana,
            kind=Kind.DOSE,
            payload={**INFUSION, "amount": "5523 mg"},
            key="a",
            at=START,
        )
    assert asked.value.meaning.blocks


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ({**INFUSION, "over": "0 min"}, "KEEL-DOSE-AT-ONCE"),
        ({name: value for name, value in INFUSION.items() if name != "over"}, "KEEL-DOSE-AT-ONCE"),
        ({**INFUSION, "amount": "70 mg"}, "A-DOSE-01"),
        ({**INFUSION, "over": "4 min"}, "A-DOSE-03"),
    ],
)
def test_a_hold_is_passed_by_a_prescriber_with_a_reason_and_stays_to_be_seen(write, people, payload, rule):
    with pytest.raises(DoseAsked) as asked:
        write(payload, "a")
    assert rule in [one.rule for one in asked.value.meaning.holds]
    shown = asked.value.shown
    with pytest.raises(DoseAsked, match="prescriber"):
        write(payload, "a", decision=Decision(people["bob"], "because", shown))
    with pytest.raises(DoseAsked, match="Say why"):
        write(payload, "a", decision=Decision(people["alice"], " ", shown))
    fact = write(payload, "a", decision=Decision(people["alice"], "as in the trial", shown))
    decided = FactDecision.objects.get(fact=fact)
    assert (decided.decided_by.username, decided.reason) == ("alice", "as in the trial")
    assert rule in decided.rules
    detail = AuditRow.objects.order_by("-sequence").first().detail
    assert detail["decided_by"] == "alice"


def test_a_reason_for_one_amount_is_none_for_another(write, people):
    with pytest.raises(DoseAsked) as asked:
        write({**INFUSION, "amount": "40 mg"}, "a")
    with pytest.raises(DoseAsked):
        write({**INFUSION, "amount": "60 mg"}, "a", decision=Decision(people["alice"], "as agreed", asked.value.shown))


def test_the_same_dose_twice_in_a_minute_is_asked_with_the_first_one_shown(write):
    """HZ-DOSE-06: two nurses write the same dose; the second sees the first."""
    write(INFUSION, "bob")
    for minute in ("30", "31"):
        with pytest.raises(DoseAsked) as asked:
            write({**INFUSION, "start": f"2026-11-10T09:{minute}+00:00"}, minute, by="alice")
        (hold,) = asked.value.meaning.holds
        assert hold.rule == "KEEL-DOSE-REPEAT"
        assert "35 mg" in hold.summary
    assert Fact.objects.filter(kind=Kind.DOSE).count() == 1


def test_a_corrected_dose_is_no_second_one(write):
    first = write(INFUSION, "a")
    write({**INFUSION, "amount": "34 mg"}, "b", supersedes=first, reason="read again", by="alice")


def test_esketamine_beside_phenelzine_is_held_by_both(write):
    write({"text": "Nardil 15 mg"}, "m", Kind.MEDICINE)  # phenelzine by its trade name
    with pytest.raises(DoseAsked) as asked:
        write({**SPRAY, "amount": "84 mg", "devices": 3}, "a")
    assert "interaction.phenelzine.irreversible-maoi" in [one.rule for one in asked.value.meaning.holds]


@pytest.mark.parametrize(("days", "is_held"), [(0, False), (30, False), (31, True), (400, True)])
def test_the_age_of_the_weight_changes_the_verb_once_at_its_limit(write, days, is_held):
    """HZ-WT-02: 30 days, a default of the protocol."""
    at = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    weighed = (at - dt.timedelta(days=days)).isoformat()
    write({"what": "weight", "value": "70 kg", "at": weighed}, "w", Kind.MEASUREMENT)
    dose = {**INFUSION, "start": at.isoformat()}
    if is_held:
        with pytest.raises(DoseAsked) as asked:
            write(dose, "a")
        assert [one.rule for one in asked.value.meaning.holds] == ["A-PRE-16"]
    else:
        write(dose, "a")


def test_what_was_taken_elsewhere_is_asked_and_never_forbidden(write, people):
    told = {**INFUSION, "amount": "5523 mg", "setting": "non_medical"}
    with pytest.raises(DoseAsked) as asked:
        write(told, "a")
    assert not asked.value.meaning.blocks
    write(told, "a", decision=Decision(people["alice"], "seen in the letter", asked.value.shown))


def test_snorted_grams_outside_a_clinic_are_no_slip(write):
    write(
        {
            "substance": "racemic",
            "route": "insufflated",
            "amount": "2 g",
            "start": "2026-11-01",
            "setting": "non_medical",
        },
        "a",
    )


def test_a_blocked_dose_that_was_given_is_recorded_as_a_mistake_and_stands_in_the_picture(write, people, dana):
    payload = {**INFUSION, "amount": "350 mg"}
    with pytest.raises(DoseAsked) as asked:
        write(payload, "a")
    shown = asked.value.shown
    with pytest.raises(DoseAsked, match="not the amount above"):
        write(payload, "a", decision=Decision(people["bob"], "wrong vial", shown, True, "35 mg"))
    write(payload, "a", decision=Decision(people["bob"], "wrong vial", shown, True, "350 mg"))
    assert FactDecision.objects.get().was_given
    facts = knowledge.load()
    picture = picture_of(record_of(dana, at=START, knowledge=facts), at=START, knowledge=facts)
    (finding,) = [one for one in picture.findings if one.subject == "dose"]
    assert (finding.rule, str(finding.severity)) == ("KEEL-DOSE-IMPLAUSIBLE", "hold")
    assert "5 mg/kg" in finding.summary


def test_a_dose_beyond_twice_the_plan_that_was_insisted_on_is_a_finding(write, people, dana):
    payload = {**INFUSION, "amount": "90 mg"}  # 1.29 mg/kg, 2.6 times the plan
    with pytest.raises(DoseAsked) as asked:
        write(payload, "a")
    write(payload, "a", decision=Decision(people["alice"], "pain protocol", asked.value.shown))
    facts = knowledge.load()
    picture = picture_of(record_of(dana, at=START, knowledge=facts), at=START, knowledge=facts)
    assert [str(one.severity) for one in picture.findings if one.rule == "KEEL-DOSE-IMPLAUSIBLE"] == ["warn"]


def test_the_page_knows_the_patient_and_asks_with_both_figures(at_desk, write):
    desk = at_desk("bob")
    text = _text(desk.get("/clinic/harbour/patients/H-1/dose/"))
    assert "70 kg" in text
    assert "0.5 mg/kg over 40 minutes: 35 mg" in text
    page = desk.post("/clinic/harbour/patients/H-1/dose/", {**VEIN, "amount": "35 mg/kg"})
    text = _text(page)
    assert page.status_code == 422
    assert "Not recorded: this is blocked" in text
    assert "2,450 mg = 35 mg/kg (70 kg) = 70 times the plan" in text  # 35 x 70; 35 / 0.5
    assert 'value="35 mg/kg"' in page.content.decode()
    assert Fact.objects.filter(kind=Kind.DOSE).count() == 0


def test_the_page_takes_the_decision_of_a_prescriber(at_desk, write):
    desk = at_desk("bob")
    form = {**VEIN, "amount": "50 mg"}
    asked = desk.post("/clinic/harbour/patients/H-1/dose/", form).content.decode()
    shown = re.search(r'name="decision-shown" value="(\w{64})"', asked).group(1)
    answer = {"decision-shown": shown, "decision-decided_by": "alice", "decision-reason": "seen together"}
    assert desk.post("/clinic/harbour/patients/H-1/dose/", form | answer).status_code == 302
    text = _text(desk.get("/clinic/harbour/patients/H-1/"))
    assert "held, decided by Alice" in text
    assert "seen together" in text


def test_a_nurse_cannot_decide_for_herself(at_desk, write):
    desk = at_desk("bob")
    form = {**VEIN, "amount": "50 mg"}
    asked = desk.post("/clinic/harbour/patients/H-1/dose/", form).content.decode()
    shown = re.search(r'name="decision-shown" value="(\w{64})"', asked).group(1)
    for who in ("", "bob"):
        page = desk.post(
            "/clinic/harbour/patients/H-1/dose/",
            form | {"decision-shown": shown, "decision-decided_by": who, "decision-reason": "x"},
        )
        assert page.status_code == 422
    assert not Fact.objects.filter(kind=Kind.DOSE).exists()
