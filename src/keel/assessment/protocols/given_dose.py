"""What a dose that was given, or is about to be, means for its person, and which rules speak against it.

A dose is held against the protocol of its substance and route: what was written, in milligrams, per kilogram and as a
multiple of the plan. A dose of the clinic meets the whole gate as far as its facts are known; one from elsewhere was
not the clinic's to forbid, so that of its amount alone is asked.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from keel.assessment.interactions.check import check_recorded
from keel.assessment.protocols.dose_figures import (
    DOSE_PHASE,
    DoseMeaning,
    figures_of,
    planned_facts,
    protocol_of,
    written_amount,
)
from keel.assessment.protocols.gate import gate, jurisdiction_in, limit_reason
from keel.assessment.protocols.record_facts import facts_from_record
from keel.findings import Fact, Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.protocols import Protocol
from keel.messages import FactName, Message, Numeral
from keel.quantities import convert
from keel.record import Dose, Precision, Record, Setting
from keel.record.selection import day_of, medicines_taken

_ASKS = (Severity.BLOCK, Severity.HOLD)


def meaning_of(
    dose: Dose, record: Record, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = ""
) -> DoseMeaning:
    """What a dose means beside a record that does not hold it yet."""
    jurisdiction = jurisdiction or jurisdiction_in(record.person.country, knowledge)
    known = figures_of(dose, record, knowledge, jurisdiction)
    nearest = _nearest(dose, record)
    found = [*_of_the_protocol(dose, known, record, knowledge, jurisdiction, at)]
    found += _of_the_form(dose, known, nearest, at, knowledge)
    if dose.setting is Setting.CLINIC:
        taken = check_recorded(
            medicines_taken(record, dose.start), substance=dose.substance, route=dose.route, knowledge=knowledge
        )
        found += [one for one in taken.findings if one.severity in _ASKS]
    else:
        found = [_asked(one) for one in found]
    findings = worst_first(one for one in found if one.severity is not Severity.NOTE)
    return msgspec.structs.replace(known, nearest=nearest, findings=findings)


def _of_the_protocol(
    dose: Dose, known: DoseMeaning, record: Record, knowledge: Knowledge, jurisdiction: str, at: dt.datetime
) -> Iterator[Finding]:
    protocol = protocol_of(dose.substance, dose.route, knowledge, jurisdiction)
    if protocol is None:
        return
    facts: dict[str, Fact] = {}
    phases = _phases(protocol, is_ours=dose.setting is Setting.CLINIC)
    if dose.setting is Setting.CLINIC:
        facts = dict(facts_from_record(record, at=dose.start, knowledge=knowledge).facts)
        facts.pop("hours_since_last_dose", None)  # `_repeats` shows the dose that is too near, before or after
        if known.weighed_on is not None:
            facts["days_since_weighed"] = max(0, (day_of(dose.start, at) - known.weighed_on).days)
    yield from gate(
        protocol,
        phases,
        facts | planned_facts(known, knowledge),
        at=dose.start,
        knowledge=knowledge,
        jurisdiction=jurisdiction,
        route=dose.route,
        report_missing=False,
    )


def _phases(protocol: Protocol, *, is_ours: bool) -> tuple[str, ...]:
    there = {rule.phase for rule in protocol.rules}
    return tuple(one for one in protocol.gates.start if one in there) if is_ours else (DOSE_PHASE,)


def _of_the_form(
    dose: Dose, known: DoseMeaning, nearest: Dose | None, at: dt.datetime, knowledge: Knowledge
) -> Iterator[Finding]:
    """What the figures alone say: no time, devices that do not fit, another dose too near, more than anybody takes."""
    if known.plan_minutes is not None and dose.amount_mg and known.minutes == 0 and dose.setting is Setting.CLINIC:
        yield _finding(
            Severity.HOLD,
            "KEEL-DOSE-AT-ONCE",
            Message(
                "No time is written for this dose, which the protocol gives over {minutes} minutes.",
                minutes=known.plan_minutes,
            ),
            (Reason(FactName("planned_min"), 0, "min"), limit_reason(">=", "planned_min", known.plan_minutes, "min")),
            Message("Write over how long it was given."),
        )
    yield from _devices(dose, known, knowledge)
    if nearest is not None:
        yield from _repeats(dose, known, nearest, at, knowledge)
    most = knowledge.reading_limits.most_a_day
    if known.mg is not None and known.mg > convert(most.value, "g", "mg"):
        yield _finding(
            Severity.HOLD,
            "KEEL-DOSE-OF-A-DAY",
            Message("{dose} at once is more than is known of a whole day.", dose=written_amount(known)),
            (Reason(FactName("planned_mg"), known.mg, "mg"), limit_reason(">", "planned_mg", most.value, "g")),
            Message("Check amount and unit for a slip."),
        )


def _devices(dose: Dose, known: DoseMeaning, knowledge: Knowledge) -> Iterator[Finding]:
    protocol = knowledge.protocols.get(known.protocol)
    if dose.devices is None or protocol is None or not protocol.dosing.device_mg or dose.amount_mg is None:
        return
    each = protocol.number(protocol.dosing.device_mg)
    if abs(dose.devices * each - dose.amount_mg.mid) > 1e-6:
        yield _finding(
            Severity.BLOCK,
            "KEEL-DOSE-DEVICES",
            Message(
                "{devices} devices of {each} mg are {sum} mg, and {mg} mg are written.",
                devices=dose.devices,
                each=each,
                sum=dose.devices * each,
                mg=dose.amount_mg.mid,
            ),
            (Reason(FactName("planned_mg"), dose.amount_mg.mid, "mg"),),
            Message("Count the devices again, and write the amount that they make."),
        )


def _repeats(dose: Dose, known: DoseMeaning, nearest: Dose, at: dt.datetime, knowledge: Knowledge) -> Iterator[Finding]:
    """Another dose on record nearer than the protocol allows, or, without a protocol, within the same hour."""
    if dose.precision is not Precision.MINUTE:
        return
    protocol = knowledge.protocols.get(known.protocol)
    is_ours = dose.setting is Setting.CLINIC
    gap = protocol.cuts.get("min_gap_h") if protocol and is_ours else None
    least = gap.value if gap else knowledge.reading_limits.repeat_within.value / 60
    hours = abs((dose.start - nearest.start).total_seconds()) / 3600
    if hours >= least:
        return
    yield _finding(
        Severity.HOLD,
        "KEEL-DOSE-REPEAT",
        Message(
            "Another dose is on record {minutes} minutes from this one: {dose}, {day}.",
            minutes=round(hours * 60),
            dose=_amount(nearest),
            day=f"{nearest.start.astimezone(at.tzinfo):%Y-%m-%d %H:%M}",
        )
        if hours < 2
        else Message(
            "Another dose is on record {hours} hours from this one: {dose}, {day}.",
            hours=Numeral(f"{hours:.0f}"),
            dose=_amount(nearest),
            day=f"{nearest.start.astimezone(at.tzinfo):%Y-%m-%d %H:%M}",
        ),
        (
            Reason(Message("time between the two"), round(hours, 2), "h"),
            Reason(Message("least time between"), least, "h"),
        ),
        Message("See whether it is the same dose written twice. Record this one only if both were given."),
    )


def _amount(dose: Dose) -> Message:
    if dose.amount_mg is not None:
        return Message("{mg} mg", mg=dose.amount_mg.mid)
    if dose.per_kg is not None:
        return Message("{per_kg} mg/kg", per_kg=dose.per_kg.mid)
    return Message("amount not known")


def _nearest(dose: Dose, record: Record) -> Dose | None:
    """The dose on record whose start is nearest; of several the newest."""
    exact = [one for one in record.doses if one.precision is Precision.MINUTE]
    return min(exact, key=lambda one: (abs(one.start - dose.start), one.start < dose.start), default=None)


def _finding(severity: Severity, rule: str, summary: Message, why: tuple[Reason, ...], next_step: Message) -> Finding:
    return Finding(
        rule=rule,
        subject="dose",
        severity=severity,
        summary=summary,
        why=why,
        confidence=Certainty.DEFAULT,
        next_step=next_step,
    )


def _asked(finding: Finding) -> Finding:
    """A block as a question: what somebody took elsewhere is a report, and not an act that could be forbidden."""
    if finding.severity is Severity.BLOCK:
        return msgspec.structs.replace(finding, severity=Severity.HOLD)
    return finding
