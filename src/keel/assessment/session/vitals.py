"""The vital signs, scales and symptoms of a session: newest values, their age, and those before the dose.

A set is what was read within a few minutes. What the newest set lacks has no age: the value of an older set stays
visible and may hold, but it lets nobody start or leave.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from keel.assessment.protocols.facts import CRISIS_EVENTS, CRISIS_SYMPTOMS
from keel.assessment.session.answers import Answer
from keel.assessment.session.events import (
    DissociationScored,
    Plain,
    SedationScored,
    VitalsRecorded,
    minutes_between,
)
from keel.assessment.session.heard import Words
from keel.assessment.session.pressures import Pressure
from keel.findings import Fact
from keel.knowledge.protocols import Protocol, facts_of
from keel.quantities import significant

SIGNS = {"bp": ("sbp", "dbp"), "hr": ("hr",), "spo2": ("spo2",), "rr": ("rr",)}
"""A check of a schedule to the vital signs that answer it."""
_SIGN_NAMES = tuple(sign for signs in SIGNS.values() for sign in signs)
DISSOCIATION = ("cadss6", "cadss", "dissociation")
"""The scales of dissociation; the newest of them speaks."""
MEASURED = ("sbp", "dbp", "hr", "rr", "spo2", "on_oxygen", "moaas", "cadss6", "cadss", "dissociation", "contact")


class VitalSign(NamedTuple):
    """One value at a time: of a vital sign, a scale, a symptom or a contact."""

    at: dt.datetime
    value: Fact


class ReadingSet(NamedTuple):
    """The vital signs of one event, by name; `is_sent` by a monitor, whose cuff has times of its own."""

    at: dt.datetime
    signs: Mapping[str, Fact]
    is_sent: bool = False


class Vitals:
    """Every vital sign of some events in their order of time; those among the answers too, scales and symptoms."""

    def __init__(self, events: Iterable[Plain], answers: Iterable[Answer], words: Words) -> None:
        ticked: dict[str | None, list[tuple[str, Fact]]] = {}
        for answer in answers:
            if answer.event is not None and answer.value is not None and answer.fact in (*MEASURED, *CRISIS_SYMPTOMS):
                ticked.setdefault(answer.event, []).append((answer.fact, answer.value))
        self._by_fact: dict[str, list[VitalSign]] = {}
        self.pressures: list[Pressure] = []
        self.sets: list[ReadingSet] = []
        for event in events:
            values: dict[str, Fact] = {}
            for name, value in (*_values(event), *words[event.id].signs, *ticked.get(event.id, ())):
                # Of what one event says twice, the yes stands.
                if values.get(name) is not True:
                    values[name] = value
            for name, value in values.items():
                self._by_fact.setdefault(name, []).append(VitalSign(event.at, value))
            signs = {name: value for name, value in values.items() if name in _SIGN_NAMES}
            if signs or isinstance(event, VitalsRecorded):
                is_sent = isinstance(event, VitalsRecorded) and bool(event.device)
                self.sets.append(ReadingSet(event.at, signs, is_sent))
            sbp, dbp = _value(signs.get("sbp")), _value(signs.get("dbp"))
            if sbp is not None and dbp is not None:
                self.pressures.append(Pressure(event.at, sbp, dbp))

    def of(self, fact: str) -> Sequence[VitalSign]:
        """The values of a fact, oldest first."""
        return self._by_fact.get(fact, ())

    def newest(self, *facts: str) -> VitalSign | None:
        """The newest value of a fact, of several the newest of all."""
        found = [self._by_fact[fact][-1] for fact in facts if fact in self._by_fact]
        return max(found, key=lambda one: one.at, default=None)

    @property
    def half_pressure(self) -> dict[str, float]:
        """A systolic or diastolic value that was read alone after the newest whole pressure."""
        whole = self.pressures[-1].at if self.pressures else None
        found = {name: self.newest(name) for name in ("sbp", "dbp")}
        return {
            name: value
            for name, one in found.items()
            if one is not None and (whole is None or one.at > whole) and (value := _value(one.value)) is not None
        }

    def before(self, fact: str, moment: dt.datetime) -> VitalSign | None:
        """The newest value of a fact at or before a moment."""
        return next((one for one in reversed(self.of(fact)) if one.at <= moment), None)


def _values(event: Plain) -> Iterator[tuple[str, Fact]]:
    if isinstance(event, VitalsRecorded | SedationScored | DissociationScored):
        for name in MEASURED:
            value = getattr(event, name, None)
            if value is not None:
                yield name, value
    if isinstance(event, VitalsRecorded) and event.spo2 is not None and event.on_oxygen is None and not event.device:
        yield "on_oxygen", False  # a monitor knows nothing of it: what a person said stands


def asked_signs(protocol: Protocol) -> tuple[str, ...]:
    """The vital signs whose age the rules of a protocol ask for."""
    asked = {name for rule in protocol.rules for name in facts_of(rule)}
    return tuple(sign for sign in _SIGN_NAMES if age_of(sign) in asked)


def age_of(reading: str) -> str:
    """The name of the fact that is the age of a reading."""
    return f"{reading}_age_min"


def vital_facts(
    vitals: Vitals, *, at: dt.datetime, first_dose: dt.datetime | None, signs: Sequence[str], set_min: float
) -> dict[str, Fact]:
    """Newest values of all but pressures, their ages, and how they stand against the time before the dose.

    The age of the vital signs is that of the oldest among `signs` that were ever measured: a pulse alone, or a note
    that symptoms were asked about, makes an old blood pressure no younger. Each sign has an age of its own too, where
    the newest set has it; a set is what was read within `set_min` minutes.
    """
    facts: dict[str, Fact] = {}
    for name in (
        *("hr", "rr", "spo2", "on_oxygen", "moaas", "contact"),
        *(*DISSOCIATION, *CRISIS_SYMPTOMS, *CRISIS_EVENTS),
    ):
        newest = vitals.newest(name)
        if newest is not None:
            facts[name] = newest.value
    if facts.get("on_oxygen") is False and "spo2" in facts:
        facts["spo2_on_air"] = facts["spo2"]
    taken = [newest.at for sign in signs if (newest := vitals.newest(sign)) is not None]
    if taken:
        facts["vitals_age_min"] = significant(minutes_between(min(taken), at))
    facts |= _ages(vitals, at, signs, set_min)
    if first_dose is not None:
        facts |= _since_dose(vitals, facts, first_dose)
    return facts


def _ages(vitals: Vitals, at: dt.datetime, signs: Sequence[str], set_min: float) -> dict[str, Fact]:
    found = {sign: newest.at for sign in signs if (newest := vitals.newest(sign)) is not None}
    last = max(found.values(), default=at)
    ages = {sign: when for sign, when in found.items() if when == last or minutes_between(when, last) < set_min}
    for name, scales in {"moaas": ("moaas",), "dissociation": DISSOCIATION, "contact": ("contact",)}.items():
        if (newest := vitals.newest(*scales)) is not None:
            ages[name] = newest.at
    return {age_of(name): significant(minutes_between(when, at)) for name, when in ages.items()}


def _since_dose(vitals: Vitals, facts: dict[str, Fact], first_dose: dt.datetime) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    before, now = _number(vitals.before("spo2", first_dose)), _value(facts.get("spo2_on_air"))
    if before is not None and now is not None:
        found["spo2_below_baseline"] = now < before
    if (newest := vitals.newest("cadss6")) is not None and (score := _number(newest)) is not None:
        found["cadss6_over_baseline"] = score - (_number(vitals.before("cadss6", first_dose)) or 0.0)
    return found


def is_dissociated(
    vitals: Vitals, *, first_dose: dt.datetime | None, cadss6_rise: float, cadss_most: float
) -> dict[str, Fact]:
    """Whether the newest score of dissociation since the dose lies above the value before it; of several the worst.

    A scale without a value before the dose is held against none at all. Empty where nothing was scored since.
    """
    newest = vitals.newest(*DISSOCIATION)
    if first_dose is None or newest is None or newest.at <= first_dose:
        return {}
    now = {scale: one for scale in DISSOCIATION if (one := vitals.newest(scale)) is not None and one.at == newest.at}
    over = []
    for scale, one in now.items():
        before = vitals.before(scale, first_dose)
        if scale == "dissociation":
            over.append(_WORDS.index(str(one.value)) > (_WORDS.index(str(before.value)) if before else 0))
        else:
            rise = (_number(one) or 0.0) - (_number(before) or 0.0)
            over.append(rise > cadss6_rise if scale == "cadss6" else rise > 0 and (_number(one) or 0.0) > cadss_most)
    return {"dissociation_over_baseline": any(over)}


_WORDS = ("none", "mild", "moderate", "severe")


def _number(sign: VitalSign | None) -> float | None:
    return _value(sign.value) if sign is not None else None


def _value(value: Fact) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
