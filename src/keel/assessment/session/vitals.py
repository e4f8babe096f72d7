"""Readings of a session: newest values, the baseline before the dose, and what two readings say together.

Two readings are two when they lie far enough apart. A high pressure stands until a reading that is far enough after it
is lower; a second look a minute later does not undo it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from keel.assessment.protocols.facts import CRISIS_SYMPTOMS, significant
from keel.assessment.session.dose import minutes_between
from keel.assessment.session.events import (
    AdverseEvent,
    DissociationScored,
    Plain,
    SedationScored,
    VitalsRecorded,
)
from keel.findings import Fact
from keel.knowledge.protocols import Protocol

SIGNS = {"bp": ("sbp", "dbp"), "hr": ("hr",), "spo2": ("spo2",), "rr": ("rr",)}
"""A check of a schedule to the vital signs that answer it."""
MEASURED = ("sbp", "dbp", "hr", "rr", "spo2", "on_oxygen", "moaas", "cadss6", "cadss", "dissociation", "contact")


class Reading(NamedTuple):
    """One value at a time."""

    at: dt.datetime
    value: Fact
    event: str


class Pressure(NamedTuple):
    """One set of blood pressure."""

    at: dt.datetime
    sbp: float
    dbp: float


class Readings:
    """Every reading of some events in their order of time.

    `answers` are the answers of an event that were understood, by its id: a scale or a contact that was ticked among
    them is a reading too.
    """

    def __init__(self, events: Iterable[Plain], answers: Mapping[str, Sequence[tuple[str, Fact]]]) -> None:
        self._by_fact: dict[str, list[Reading]] = {}
        self.pressures: list[Pressure] = []
        self.sets: list[VitalsRecorded] = []
        for event in events:
            ticked = [one for one in answers.get(event.id, ()) if one[0] in MEASURED]
            for name, value in (*_values(event), *ticked):
                self._by_fact.setdefault(name, []).append(Reading(event.at, value, event.id))
            if isinstance(event, VitalsRecorded):
                self.sets.append(event)
                if event.sbp is not None and event.dbp is not None:
                    self.pressures.append(Pressure(event.at, event.sbp, event.dbp))

    def of(self, fact: str) -> Sequence[Reading]:
        """The readings of a fact, oldest first."""
        return self._by_fact.get(fact, ())

    def newest(self, fact: str) -> Reading | None:
        """The newest reading of a fact."""
        return self._by_fact[fact][-1] if fact in self._by_fact else None

    def before(self, fact: str, moment: dt.datetime) -> Reading | None:
        """The newest reading of a fact at or before a moment."""
        return next((one for one in reversed(self.of(fact)) if one.at <= moment), None)


def _values(event: Plain) -> Iterator[tuple[str, Fact]]:
    if isinstance(event, VitalsRecorded | SedationScored | DissociationScored):
        for name in MEASURED:
            value = getattr(event, name, None)
            if value is not None:
                yield name, value
    if isinstance(event, VitalsRecorded):
        if event.spo2 is not None and event.on_oxygen is None:
            yield "on_oxygen", False
        if event.symptoms is not None:
            yield from ((name, name in event.symptoms) for name in CRISIS_SYMPTOMS)
    elif isinstance(event, AdverseEvent):
        yield event.what, not event.resolved
        if event.serious:
            yield "serious_adverse_event", True


def pressure_facts(
    readings: Readings,
    *,
    first_dose: dt.datetime | None,
    dose_end: dt.datetime | None,
    repeat_min: float,
    apart_min: float,
) -> dict[str, Fact]:
    """What the blood pressures say: standing, rise, distance from baseline, the sets before, rising or declining."""
    sets = readings.pressures
    if not sets:
        return {}
    newest = sets[-1]
    facts: dict[str, Fact] = {"sbp": newest.sbp, "dbp": newest.dbp, **_standing(sets, repeat_min)}
    previous = _earlier(sets, newest, repeat_min)
    if previous is not None and first_dose is not None and previous.at > first_dose:
        facts |= {"earlier_sbp_5min": previous.sbp, "earlier_dbp_5min": previous.dbp}
    baseline = baseline_pressure(sets, first_dose)
    after = [one for one in sets if dose_end is not None and one.at >= dose_end]
    if baseline is not None and first_dose is not None and newest.at > first_dose:
        facts |= _against(baseline, newest, "")
        facts |= {"sbp_rise": newest.sbp - baseline.sbp, "dbp_rise": newest.dbp - baseline.dbp}
        facts["bp_declining"] = _is_declining([one for one in sets if one.at > first_dose], baseline)
    earlier = _earlier(after, newest, apart_min) if after else None
    if earlier is not None:
        facts |= {"earlier_sbp": earlier.sbp, "earlier_dbp": earlier.dbp}
        facts["bp_is_rising"] = newest.sbp > earlier.sbp or newest.dbp > earlier.dbp
        facts |= _against(baseline, earlier, "earlier_") if baseline is not None else {}
    return facts


def baseline_pressure(sets: Sequence[Pressure], first_dose: dt.datetime | None) -> Pressure | None:
    """The last set before the first dose; before any dose, the newest set."""
    before = [one for one in sets if first_dose is None or one.at <= first_dose]
    return before[-1] if before else None


def _standing(sets: Sequence[Pressure], repeat_min: float) -> dict[str, Fact]:
    recent = [*(one for one in sets[:-1] if minutes_between(one.at, sets[-1].at) < repeat_min), sets[-1]]
    return {"sbp_standing": max(one.sbp for one in recent), "dbp_standing": max(one.dbp for one in recent)}


def _earlier(sets: Sequence[Pressure], newest: Pressure, apart_min: float) -> Pressure | None:
    return next((one for one in reversed(sets) if minutes_between(one.at, newest.at) >= apart_min), None)


def _against(baseline: Pressure, one: Pressure, prefix: str) -> dict[str, Fact]:
    return {
        f"{prefix}sbp_off_baseline_percent": significant(abs(one.sbp - baseline.sbp) / baseline.sbp * 100),
        f"{prefix}dbp_off_baseline_percent": significant(abs(one.dbp - baseline.dbp) / baseline.dbp * 100),
    }


def _is_declining(after: Sequence[Pressure], baseline: Pressure) -> bool:
    """Whether the newest set is at or below baseline, or below the highest set since the dose."""
    newest = after[-1]
    if newest.sbp <= baseline.sbp and newest.dbp <= baseline.dbp:
        return True
    return newest.sbp < max(one.sbp for one in after) and newest.dbp <= max(one.dbp for one in after)


def asked_signs(protocol: Protocol) -> tuple[str, ...]:
    """The vital signs that the schedule of a protocol asks for; all of them where it asks for none by name."""
    checks = {check for slot in protocol.slots for check in slot.checks}
    asked = tuple(sign for check, signs in SIGNS.items() if check in checks for sign in signs)
    return asked or tuple(sign for signs in SIGNS.values() for sign in signs)


def reading_facts(
    readings: Readings, *, at: dt.datetime, first_dose: dt.datetime | None, signs: Sequence[str]
) -> dict[str, Fact]:
    """Newest values of the other readings, their age, and how they stand against the time before the dose.

    The age of the vital signs is that of the oldest among `signs` that were ever measured: a pulse alone, or a note
    that symptoms were asked about, makes an old blood pressure no younger.
    """
    facts: dict[str, Fact] = {}
    for name in ("hr", "rr", "spo2", "on_oxygen", "moaas", "cadss6", "cadss", "dissociation", *CRISIS_SYMPTOMS):
        newest = readings.newest(name)
        if newest is not None:
            facts[name] = newest.value
    if facts.get("on_oxygen") is False and "spo2" in facts:
        facts["spo2_on_air"] = facts["spo2"]
    taken = [newest.at for sign in signs if (newest := readings.newest(sign)) is not None]
    if taken:
        facts["vitals_age_min"] = significant(minutes_between(min(taken), at))
    if first_dose is not None:
        facts |= _since_dose(readings, facts, first_dose)
    return facts


def _since_dose(readings: Readings, facts: dict[str, Fact], first_dose: dt.datetime) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    before, now = _number(readings.before("spo2", first_dose)), _value(facts.get("spo2_on_air"))
    if before is not None and now is not None:
        found["spo2_below_baseline"] = now < before
    before, now = _number(readings.before("cadss6", first_dose)), _number(readings.newest("cadss6"))
    if before is not None and now is not None:
        found["cadss6_over_baseline"] = now - before
    return found


def _number(reading: Reading | None) -> float | None:
    return _value(reading.value) if reading is not None else None


def _value(value: Fact) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
