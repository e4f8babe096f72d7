"""The vital signs, scales and symptoms of a session: newest values, their age, and those before the dose."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
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
from keel.knowledge.protocols import Protocol
from keel.quantities import significant

SIGNS = {"bp": ("sbp", "dbp"), "hr": ("hr",), "spo2": ("spo2",), "rr": ("rr",)}
"""A check of a schedule to the vital signs that answer it."""
MEASURED = ("sbp", "dbp", "hr", "rr", "spo2", "on_oxygen", "moaas", "cadss6", "cadss", "dissociation", "contact")


class VitalSign(NamedTuple):
    """One value at a time: of a vital sign, a scale, a symptom or a contact."""

    at: dt.datetime
    value: Fact


class Vitals:
    """Every vital sign of some events in their order of time; a scale or a contact among the answers is one too."""

    def __init__(self, events: Iterable[Plain], answers: Iterable[Answer], words: Words) -> None:
        ticked: dict[str | None, list[tuple[str, Fact]]] = {}
        for answer in answers:
            if answer.fact in MEASURED or answer.fact in CRISIS_SYMPTOMS:
                ticked.setdefault(answer.event, []).append((answer.fact, answer.value))
        self._by_fact: dict[str, list[VitalSign]] = {}
        self.pressures: list[Pressure] = []
        self.sets: list[VitalsRecorded] = []
        for event in events:
            for name, value in (*_values(event), *words[event.id].signs, *ticked.get(event.id, ())):
                self._by_fact.setdefault(name, []).append(VitalSign(event.at, value))
            if isinstance(event, VitalsRecorded):
                self.sets.append(event)
                if event.sbp is not None and event.dbp is not None:
                    self.pressures.append(Pressure(event.at, event.sbp, event.dbp))

    def of(self, fact: str) -> Sequence[VitalSign]:
        """The values of a fact, oldest first."""
        return self._by_fact.get(fact, ())

    def newest(self, fact: str) -> VitalSign | None:
        """The newest value of a fact."""
        return self._by_fact[fact][-1] if fact in self._by_fact else None

    def before(self, fact: str, moment: dt.datetime) -> VitalSign | None:
        """The newest value of a fact at or before a moment."""
        return next((one for one in reversed(self.of(fact)) if one.at <= moment), None)


def _values(event: Plain) -> Iterator[tuple[str, Fact]]:
    if isinstance(event, VitalsRecorded | SedationScored | DissociationScored):
        for name in MEASURED:
            value = getattr(event, name, None)
            if value is not None:
                yield name, value
    if isinstance(event, VitalsRecorded) and event.spo2 is not None and event.on_oxygen is None:
        yield "on_oxygen", False


def asked_signs(protocol: Protocol) -> tuple[str, ...]:
    """The vital signs that the schedule of a protocol asks for; all of them where it asks for none by name."""
    checks = {check for timed in protocol.slots for check in timed.checks}
    asked = tuple(sign for check, signs in SIGNS.items() if check in checks for sign in signs)
    return asked or tuple(sign for signs in SIGNS.values() for sign in signs)


def vital_facts(
    vitals: Vitals, *, at: dt.datetime, first_dose: dt.datetime | None, signs: Sequence[str]
) -> dict[str, Fact]:
    """Newest values of all but pressures, their age, and how they stand against the time before the dose.

    The age of the vital signs is that of the oldest among `signs` that were ever measured: a pulse alone, or a note
    that symptoms were asked about, makes an old blood pressure no younger.
    """
    facts: dict[str, Fact] = {}
    for name in (
        "hr",
        "rr",
        "spo2",
        "on_oxygen",
        "moaas",
        "cadss6",
        "cadss",
        "dissociation",
        *CRISIS_SYMPTOMS,
        *CRISIS_EVENTS,
    ):
        newest = vitals.newest(name)
        if newest is not None:
            facts[name] = newest.value
    if facts.get("on_oxygen") is False and "spo2" in facts:
        facts["spo2_on_air"] = facts["spo2"]
    taken = [newest.at for sign in signs if (newest := vitals.newest(sign)) is not None]
    if taken:
        facts["vitals_age_min"] = significant(minutes_between(min(taken), at))
    if first_dose is not None:
        facts |= _since_dose(vitals, facts, first_dose)
    return facts


def _since_dose(vitals: Vitals, facts: dict[str, Fact], first_dose: dt.datetime) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    before, now = _number(vitals.before("spo2", first_dose)), _value(facts.get("spo2_on_air"))
    if before is not None and now is not None:
        found["spo2_below_baseline"] = now < before
    before, now = _number(vitals.before("cadss6", first_dose)), _number(vitals.newest("cadss6"))
    if before is not None and now is not None:
        found["cadss6_over_baseline"] = now - before
    return found


def _number(sign: VitalSign | None) -> float | None:
    return _value(sign.value) if sign is not None else None


def _value(value: Fact) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
