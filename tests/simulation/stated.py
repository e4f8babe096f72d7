"""What the reference says of an infusion, stated a second time, slowly and from the events alone.

Numbers and rules are those of the protocols reference, pathway A, written from its tables and not from the code:
A4 (before the dose), A5 (the dose), A9 (leaving). Ages of readings before the dose are the defaults of Keel that the
protocol marks as such. It may be milder than Keel, never stricter: what it closes must be closed.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Told = dict[str, Any]
"""An event as it was sent, with its time under `at`."""
MINUTE = dt.timedelta(minutes=1)
CRISIS = ("chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion")
SELECTION = {  # A1: the answer that is wanted, the verb where it is another
    "depressive_episode_confirmed": (True, "A-SEL-02", "hold"),
    "capacity_to_consent": (True, "A-SEL-05", "block"),
    "off_label_consent_written": (True, "A-SEL-05", "block"),
    "continuing_care_named": (True, "A-SEL-06", "hold"),
}
CONTRAINDICATIONS = {  # A2
    "hypersensitivity": ("A-CI-01", "block"),
    "bp_rise_hazard": ("A-CI-02", "block"),
    "aneurysmal_disease": ("A-CI-03", "block"),
    "intracerebral_haemorrhage": ("A-CI-03", "block"),
    "raised_intracranial_pressure": ("A-CI-05", "hold"),
    "hypertension_uncontrolled": ("A-CI-06", "hold"),
    "psychosis_current": ("A-CI-07", "block"),
    "mania_current": ("A-CI-08", "hold"),
    "ketamine_use_disorder_current": ("A-CI-09-ketamine", "block"),
    "breastfeeding": ("A-CI-10", "block"),
    "bladder_symptoms": ("A-CI-11", "hold"),
    "severe_hepatic_impairment": ("A-CI-12", "hold"),
    "cardiac_or_respiratory_unstable": ("A-CI-14", "hold"),
}
BEFORE = {  # A4, answers that hold or block with a yes
    "intoxicated": ("A-PRE-07", "block"),
    "non_prescribed_drugs_24h": ("A-PRE-07", "block"),
    "new_psychotic_manic_delirious_state": ("A-PRE-08", "block"),
    "acutely_unwell": ("A-PRE-11", "hold"),
    "new_urinary_symptoms": ("A-PRE-13", "hold"),
    "exceeds_course_plan": ("A-PRE-14", "hold"),
}


class Closed(NamedTuple):
    """Why a gate is closed: the rule, its verb, and how bad it is (a number or a set; more is worse)."""

    rule: str
    verb: str
    badness: Any = 0


class Story:
    """The events that count up to a time, in their order; a correction puts another in the place of one."""

    def __init__(self, events: Iterable[Told], at: dt.datetime, screening: Told | None = None) -> None:
        self.at = at
        self._all = [one for one in events if one["at"] <= at]
        instead: dict[str, Told | None] = {}
        for one in sorted((one for one in self._all if one["type"] == "corrected"), key=lambda one: one["at"]):
            instead[one["corrects"]] = one["event"]
        standing = [instead.get(one["id"], one) for one in self._all if one["type"] != "corrected"]
        self.events = sorted((one for one in standing if one is not None), key=lambda one: one["at"])
        self._screening = screening or {}

    def until(self, at: dt.datetime) -> "Story":
        return Story(self._all, at, self._screening)

    def of(self, *types: str) -> list[Told]:
        return [one for one in self.events if one["type"] in types]

    def answers(self) -> dict[str, Any]:
        """The newest answer to each question; one that is left open takes back no earlier one."""
        found = dict(self._screening)
        for one in self.of("checked", "criteria_checked"):
            said = one.get("facts", one.get("criteria", {}))
            found |= {name: value for name, value in said.items() if value is not None}
        return found

    def readings(self, name: str) -> list[tuple[dt.datetime, Any]]:
        return [
            (one["at"], one[name])
            for one in self.of("vitals_recorded", "sedation_scored", "dissociation_scored")
            if one.get(name) is not None
        ]

    def newest(self, name: str) -> Any:
        found = self.readings(name)
        return found[-1][1] if found else None

    def age(self, name: str) -> float:
        """Minutes since the newest reading; without one, for ever."""
        found = self.readings(name)
        return (self.at - found[-1][0]) / MINUTE if found else float("inf")

    # ------------------------------------------------------------------------------------------------ the dose

    @property
    def begun(self) -> dt.datetime | None:
        found = self.of("dose_started")
        return found[0]["at"] if found else None

    @property
    def stopped(self) -> dt.datetime | None:
        found = self.of("dose_stopped")
        return found[-1]["at"] if found else None

    @property
    def has_left(self) -> bool:
        return bool(self.of("discharged", "left_against_advice", "transferred"))

    def given_mg(self) -> float:
        """What went in, second by second; what the pump says at the end counts as it says."""
        amount = rate = given = 0.0
        is_paused, moment = False, None
        for one in [*self.of("dose_started", "dose_paused", "dose_resumed", "rate_changed", "dose_stopped"), None]:
            until = self.at if one is None else one["at"]
            if moment is not None and not is_paused:
                given = min(amount, given + rate * int((until - moment).total_seconds()))
            moment = until
            if one is None:
                break
            if one["type"] == "dose_started":
                amount = number(one["amount"])
                rate = amount / (number(one.get("over", "40 min")) * 60)
            elif one["type"] == "rate_changed":
                rate = number(one["rate"]) / 3600
                is_paused = rate == 0
            elif one["type"] == "dose_stopped":
                given = number(one["given"]) if one.get("given") else given
                amount = rate = 0.0
                return given
            else:
                is_paused = one["type"] == "dose_paused"
        return given


def number(text: str) -> float:
    """The number at the beginning of an amount, a rate or a time."""
    return float(text.split()[0])


def may_start(story: Story, prescribers: Iterable[str], order_mg_per_kg: float = 0.5) -> list[Closed]:
    """Why no dose may start; empty where it may."""
    if story.begun or story.has_left or not story.of("started"):
        return [Closed("phase", "block")]
    return _not_passed(story, prescribers, lambda then: _before(then, order_mg_per_kg))


def may_leave(story: Story, prescribers: Iterable[str]) -> list[Closed]:
    """Why nobody may be discharged; empty where they may."""
    if not story.begun or not story.stopped or story.has_left:
        return [Closed("phase", "block")]
    return _not_passed(story, prescribers, _leaving)


def _not_passed(story: Story, prescribers: Iterable[str], ask: Callable[[Story], list[Closed]]) -> list[Closed]:
    """What is closed and was not passed: a hold, by a prescriber, while it was at least as bad as it is."""
    left = []
    for one in ask(story):
        passes = [told for told in story.of("overridden") if told["rule"] == one.rule and told["by"] in prescribers]
        worst = [then for told in passes for then in ask(story.until(told["at"])) if then.rule == one.rule]
        if one.verb == "block" or not any(one.badness <= then.badness for then in worst):
            left.append(one)
    held = story.of("held")
    passed = {told["rule"] for told in story.of("overridden") if told["by"] in prescribers}
    return left + [Closed(told["id"], "hold") for told in held if told["id"] not in passed]


def _before(story: Story, order_mg_per_kg: float) -> list[Closed]:
    a, found = story.answers(), []

    def closed(rule: str, verb: str, is_so: bool, badness: Any = 0) -> None:
        if is_so:
            found.append(Closed(rule, verb, badness))

    for name, (wanted, rule, verb) in SELECTION.items():
        closed(rule, verb, a.get(name, wanted) != wanted)
    for name, (rule, verb) in (CONTRAINDICATIONS | BEFORE).items():
        closed(rule, verb, a.get(name) is True)
    closed("A-PRE-01", "block", a.get("time_out_done") is not True or a.get("time_out_people", 0) < 2)
    closed("A-PRE-07", "block", a.get("breath_alcohol") == "positive")
    closed("A-PRE-10", "hold", a.get("hours_since_solids", 99) < 6, 6 - a.get("hours_since_solids", 99))
    closed("A-PRE-10", "hold", a.get("hours_since_clear_fluids", 99) < 2, 2 - a.get("hours_since_clear_fluids", 99))
    is_unsafe = any(a.get(name) is True for name in ("cssrs_q4", "cssrs_q5", "cssrs_q6_3_months"))
    closed("A-PRE-09", "hold", is_unsafe and not story.of("risk_assessed"))
    no_escort, no_transport = a.get("escort_confirmed") is False, a.get("safe_transport") is False
    closed("A-PRE-12", "block", no_escort and no_transport)
    symptoms = {name for name in CRISIS if a.get(name) is True}
    symptoms |= {told for one in story.of("vitals_recorded") for told in one.get("symptoms") or () if told in CRISIS}
    closed("A-PRE-04", "block", bool(symptoms))
    sbp, dbp, hr = story.newest("sbp"), story.newest("dbp"), story.newest("hr")
    rr, spo2 = story.newest("rr"), story.newest("spo2")
    if sbp is not None and dbp is not None:
        over = max(sbp - 140, dbp - 90)
        closed("A-PRE-04", "block", sbp >= 180 or dbp >= 110)
        closed("A-PRE-03", "hold", (sbp >= 160 or dbp >= 100) and not (sbp >= 180 or dbp >= 110), over)
        closed("A-PRE-02", "hold", (sbp > 140 or dbp > 90) and not (sbp >= 160 or dbp >= 100), over)
        closed("A-PRE-05", "hold", sbp < 90, 90 - sbp)
    closed("A-PRE-05", "hold", hr is not None and not 50 <= hr <= 110, abs((hr or 80) - 80))
    closed("A-PRE-05", "hold", rr is not None and not 10 <= rr <= 24, abs((rr or 17) - 17))
    closed("A-PRE-06-low", "block", spo2 is not None and spo2 < 92)
    closed("A-PRE-06", "hold", spo2 is not None and 92 <= spo2 < 95, 95 - (spo2 or 0))
    # A4, A-PRE-15: a gate value that is missing holds.
    wanted = {*BEFORE, *CRISIS, "hours_since_solids", "hours_since_clear_fluids", "breath_alcohol", "cssrs_q1"}
    missing = {name for name in wanted - {"exceeds_course_plan"} if name not in a}
    missing |= {name for name in ("sbp", "dbp", "hr", "rr", "spo2") if not story.readings(name)}
    if "escort_confirmed" not in a:
        closed("A-PRE-12", "block", True)
    closed("A-PRE-15", "hold", bool(missing), frozenset(missing))
    # Keel's default: signs older than 15 minutes start nothing (invariant 6).
    age = max(story.age(name) for name in ("sbp", "dbp", "hr", "rr", "spo2"))
    closed("A-PRE-17", "hold", 15 < age < float("inf"), age)
    closed("A-DOSE-01", "hold", order_mg_per_kg > 0.5, order_mg_per_kg)
    return found


def _leaving(story: Story) -> list[Closed]:
    a, found = story.answers(), []

    def closed(rule: str, verb: str, is_so: bool, badness: Any = 0) -> None:
        if is_so:
            found.append(Closed(rule, verb, badness))

    begun, stopped = story.begun, story.stopped
    assert begun is not None
    assert stopped is not None
    left = 120 - (story.at - stopped) / MINUTE
    closed("A-DC-01", "hold", left > 0, left)
    pressures = [one for one in story.of("vitals_recorded") if one.get("sbp") and one.get("dbp")]
    before = [one for one in pressures if one["at"] < begun]
    if before and len(pressures) > len(before):
        base, last = before[-1], pressures[-1]
        near = all(abs(last[name] - base[name]) <= 0.2 * base[name] for name in ("sbp", "dbp"))
        closed("A-DC-02", "hold", not near and (last["sbp"] >= 140 or last["dbp"] >= 90), last["sbp"])
    spo2, rr, moaas = story.newest("spo2"), story.newest("rr"), story.newest("moaas")
    at_first = [value for at, value in story.readings("spo2") if at < begun]
    is_low = spo2 is not None and spo2 <= 92 and not (at_first and spo2 >= at_first[-1])
    closed("A-DC-03", "hold", is_low, -(spo2 or 0))
    closed("A-DC-03", "hold", rr is not None and not 10 <= rr <= 24, abs((rr or 17) - 17))
    closed("A-DC-04", "hold", moaas is not None and moaas < 5, -(moaas or 0))
    closed("A-DC-04", "hold", a.get("oriented") is False)
    closed("A-DC-05", "hold", a.get("aldrete", 10) < 9, -a.get("aldrete", 10))
    closed("A-DC-05", "hold", a.get("gait_steady") is False)
    closed("A-DC-06", "hold", a.get("nausea_pain_distress") is True)
    closed("A-DC-07", "hold", a.get("suicide_risk_reasked") is False)
    closed("A-DC-08", "block", a.get("escort_present") is not True)
    closed("A-DC-08-told", "hold", a.get("told_not_to_drive") is False)
    closed("A-DC-10", "hold", a.get("release_signed") is False)
    age = max(story.age(name) for name in ("sbp", "dbp", "hr", "rr", "spo2", "moaas"))
    closed("A-DC-09", "hold", age > 10, age)
    asked = ("oriented", "aldrete", "gait_steady", "nausea_pain_distress", "suicide_risk_reasked")
    missing = {name for name in (*asked, "escort_present", "told_not_to_drive", "release_signed") if name not in a}
    closed("A-DC-MISSING", "hold", bool(missing), frozenset(missing))
    return found
