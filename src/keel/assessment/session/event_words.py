"""What an event says, in words: for the log, the replay, the record and what is read out in an emergency."""

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch

from keel.assessment.session.events import (
    AdverseEvent,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmEased,
    AlarmEscalated,
    AlarmPaused,
    AlarmRaised,
    AlarmWorsened,
    AnyEvent,
    Checked,
    Corrected,
    CriteriaChecked,
    DeviceGiven,
    Discharged,
    DissociationScored,
    DoseChecked,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EmergencyStep,
    HandedOver,
    Held,
    LeftAgainstAdvice,
    Note,
    Overridden,
    Plan,
    Priority,
    RateChanged,
    RiskAssessed,
    SedationScored,
    SelfTested,
    Started,
    Transferred,
    Value,
    VitalsRecorded,
)
from keel.knowledge import Knowledge
from keel.messages import Message, Name, Numeral, Slot, joined, listed

NOT_SAID = Message("not said")
"""What nobody has written yet of somebody who left."""
PRIORITY_WORDS = {
    Priority.HIGH: Message("high priority"),
    Priority.MEDIUM: Message("medium priority"),
    Priority.LOW: Message("low priority"),
}


def event_words(event: AnyEvent, knowledge: Knowledge) -> Message:
    """The event as a line, with its free remark; who and when stand beside it."""
    words = list(_words(event, knowledge))
    if event.text:
        words.append(Message("{text}", text=event.text))
    if event.sheet:
        words.append(
            Message("from sheet {sheet}, written by {name}", sheet=event.sheet, name=event.seen_by or NOT_SAID)
        )
    return joined("; ", words)


@singledispatch
def _words(event: AnyEvent, knowledge: Knowledge) -> Iterable[Message]:
    raise TypeError(f"no words for {type(event).__name__}")


@_words.register
def _(event: Started, knowledge: Knowledge) -> Iterable[Message]:
    yield Message("the session begins")
    if event.plan:
        yield Message("ordered: {plan}", plan=joined("; ", plan_words(event.plan)))


def plan_words(plan: Plan) -> Iterator[Message]:
    """What is ordered: dose, time or devices, the weight that it is made by and why."""
    if plan.dose:
        yield Message("{dose}", dose=Numeral(plan.dose))
    if plan.over:
        yield Message("over {time}", time=Numeral(plan.over))
    if plan.devices:
        yield Message("devices: {count}", count=plan.devices)
    if plan.weight_basis:
        yield Message("by {basis} weight", basis=Name(str(plan.weight_basis)))
    if plan.reason:
        yield Message("chosen by {name}: {reason}", name=plan.chosen_by or NOT_SAID, reason=plan.reason)


@_words.register
def _(event: Checked, knowledge: Knowledge) -> Iterable[Message]:
    yield from _answers(event.facts, knowledge)
    if event.denied:
        yield Message("asked and denied: {names}", names=listed(_label(name, knowledge) for name in event.denied))
    if event.medicines:
        yield Message(
            "told of medicines: {names}", names=listed(Message("{text}", text=one) for one in event.medicines)
        )


@_words.register
def _(event: CriteriaChecked, knowledge: Knowledge) -> Iterable[Message]:
    return _answers(event.criteria, knowledge)


def _answers(answers: Mapping[str, Value], knowledge: Knowledge) -> Iterator[Message]:
    for name, value in answers.items():
        yield Message("{what}: {value}", what=_label(name, knowledge), value=value_words(value))


def _label(name: str, knowledge: Knowledge) -> Message:
    fact = knowledge.clinical_facts.get(name)
    return Name(fact.label if fact else name)


def value_words(value: object) -> Message:
    """A value as it is told: yes, no, not asked, a number, a word."""
    if value is None:
        return Message("not asked")
    if isinstance(value, bool):
        return Message("yes") if value else Message("no")
    if isinstance(value, int | float):
        return Message("{value}", value=Numeral(f"{value:g}"))
    return Name(str(value))


@_words.register
def _(event: Held, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("put on hold: {reason}", reason=event.reason),)


@_words.register
def _(event: Overridden, knowledge: Knowledge) -> Iterable[Message]:
    who = {"name": event.name, "role": Name(event.role) if event.role else NOT_SAID}
    rule = _rule(event.rule, knowledge)
    return (Message("hold {rule} passed by {name} ({role}): {reason}", rule=rule, reason=event.reason, **who),)


@_words.register
def _(event: DoseStarted, knowledge: Knowledge) -> Iterable[Message]:
    yield Message("dose begins: {amount}", amount=Numeral(event.amount))
    if event.over:
        yield Message("over {time}", time=Numeral(event.over))
    if event.rate:
        yield Message("at {rate}", rate=Numeral(event.rate))
    yield from drawn_up(event)


def drawn_up(event: DoseStarted) -> Iterator[Message]:
    """What was drawn up, in which pump, and who looked at it."""
    if event.strength:
        yield Message("strength {strength}", strength=Numeral(event.strength))
    if event.lot:
        yield Message("lot {lot}", lot=event.lot)
    if event.dilution:
        yield Message("dilution {dilution}", dilution=Numeral(event.dilution))
    if event.pump:
        yield Message("pump {pump}", pump=event.pump)
    if event.checked_by:
        yield Message("checked by {name}", name=event.checked_by)


@_words.register
def _(event: RateChanged, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("rate set to {rate}", rate=Numeral(event.rate)),)


@_words.register
def _(event: DosePaused, knowledge: Knowledge) -> Iterable[Message]:
    return Message("dose paused"), *_given(event.given), *_because(event.reason)


@_words.register
def _(event: DoseResumed, knowledge: Knowledge) -> Iterable[Message]:
    yield Message("dose goes on")
    if event.rate:
        yield Message("at {rate}", rate=Numeral(event.rate))


@_words.register
def _(event: DoseStopped, knowledge: Knowledge) -> Iterable[Message]:
    yield from (Message("dose stopped"), *_given(event.given), *_because(event.reason))
    if event.remaining:
        yield Message("left over: {amount}", amount=Numeral(event.remaining))
    if event.wasted:
        yield Message("thrown away: {amount}", amount=Numeral(event.wasted))
    if event.witness:
        yield Message("witness: {name}", name=event.witness)


def _given(amount: str | None) -> Iterator[Message]:
    if amount:
        yield Message("given by the pump: {amount}", amount=Numeral(amount))


def _because(reason: str) -> Iterator[Message]:
    if reason:
        yield Message("because: {reason}", reason=reason)


@_words.register
def _(event: DeviceGiven, knowledge: Knowledge) -> Iterable[Message]:
    yield Message("one device, {amount}", amount=Numeral(event.amount)) if event.amount else Message("one device")
    if event.observed is not None:
        yield Message("watched") if event.observed else Message("not watched")
    if event.lot:
        yield Message("lot {lot}", lot=event.lot)
    if event.checked_by:
        yield Message("checked by {name}", name=event.checked_by)


@_words.register
def _(event: VitalsRecorded, knowledge: Knowledge) -> Iterable[Message]:
    signs = {name: getattr(event, name) for name in ("sbp", "dbp", "hr", "rr", "spo2")}
    yield from sign_words({name: value for name, value in signs.items() if value is not None})
    if event.on_oxygen is not None:
        yield Message("on oxygen") if event.on_oxygen else Message("on air")
    if event.symptoms is not None:
        yield Message("symptoms: {names}", names=listed(map(Name, event.symptoms)) or Message("none"))
    yield Message("sent by {device}", device=event.device) if event.device else Message("read by hand")


def sign_words(signs: Mapping[str, float]) -> Iterator[Message]:
    """Vital signs by name, each with its unit; a half of a pressure that was not read is a dash."""
    if "sbp" in signs or "dbp" in signs:
        halves = (f"{signs[name]:g}" if name in signs else "–" for name in ("sbp", "dbp"))
        yield Message("pressure {pressure} mmHg", pressure="/".join(halves))
    if "hr" in signs:
        yield Message("pulse {value}/min", value=signs["hr"])
    if "rr" in signs:
        yield Message("breathing {value}/min", value=signs["rr"])
    if "spo2" in signs:
        yield Message("oxygen {value} %", value=signs["spo2"])


def scored(scale: str, score: float) -> Message:
    """A score with the name of its scale."""
    return Message("{scale} {score}", scale=scale, score=score)


@_words.register
def _(event: SedationScored, knowledge: Knowledge) -> Iterable[Message]:
    return (scored("MOAA/S", event.moaas),)


@_words.register
def _(event: DissociationScored, knowledge: Knowledge) -> Iterable[Message]:
    if event.cadss6 is not None:
        yield scored("CADSS-6", event.cadss6)
    if event.cadss is not None:
        yield scored("CADSS", event.cadss)
    if event.dissociation is not None:
        yield Message("dissociation: {word}", word=Name(event.dissociation))


@_words.register
def _(event: AdverseEvent, knowledge: Knowledge) -> Iterable[Message]:
    what = _label(event.what, knowledge)
    yield Message("over: {what}", what=what) if event.resolved else Message("untoward: {what}", what=what)
    if event.serious:
        yield Message("serious")


@_words.register
def _(event: Note, knowledge: Knowledge) -> Iterable[Message]:
    return () if event.text else (Message("a note without words"),)


@_words.register
def _(event: RiskAssessed, knowledge: Knowledge) -> Iterable[Message]:
    slots = {"level": Name(event.level), "name": event.name, "role": Name(event.role), "reason": event.reason}
    return (Message("suicide risk assessed as {level} by {name} ({role}): {reason}", **slots),)


@_words.register
def _(event: Discharged, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("discharged, released by {name}", name=event.name),)


@_words.register
def _(event: LeftAgainstAdvice, knowledge: Knowledge) -> Iterable[Message]:
    told, tried = event.told or NOT_SAID, event.contact_tried or NOT_SAID
    yield Message("left against advice; told: {told}; tried: {contact}", told=told, contact=tried)
    yield from _because(event.reason)


@_words.register
def _(event: Transferred, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("taken to {to}: {reason}", to=event.to, reason=event.reason),)


@_words.register
def _(event: HandedOver, knowledge: Knowledge) -> Iterable[Message]:
    if event.accepts:
        yield Message("takes the handover: {synthesis}", synthesis=event.synthesis or NOT_SAID)
    elif event.synthesis:
        yield Message("handed over to {to}, who said it back: {synthesis}", to=event.to, synthesis=event.synthesis)
    else:
        yield Message("handed over to {to}; not said back yet", to=event.to)
    if event.severity:
        yield Name(str(event.severity))


@_words.register
def _(event: EmergencyStep, knowledge: Knowledge) -> Iterable[Message]:
    card = knowledge.emergency_cards.get(event.card)
    step = card.step(event.step) if card else None
    names: dict[str, Slot] = {"card": Message(card.title) if card else event.card}
    names["step"] = Message(step.text) if step else event.step
    return (Message("emergency card {card}: {step}", **names),)


@_words.register
def _(event: DoseChecked, knowledge: Knowledge) -> Iterable[Message]:
    said = (event.amount, event.strength, event.pump, event.lot)
    return (Message("dose checked: {what}", what=", ".join(filter(None, said))),)


@_words.register
def _(event: AlarmAcknowledged, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("alarm {rule} seen", rule=_rule(event.rule, knowledge)),)


@_words.register
def _(event: AlarmPaused, knowledge: Knowledge) -> Iterable[Message]:
    rule = _rule(event.rule, knowledge)
    return (Message("sound of alarm {rule} paused for {over}", rule=rule, over=Numeral(event.over)),)


@_words.register
def _(event: SelfTested, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("alarms are running") if event.is_running else Message("alarms are not running"),)


@_words.register
def _(event: AlarmRaised, knowledge: Knowledge) -> Iterable[Message]:
    rule, priority = _rule(event.rule, knowledge), PRIORITY_WORDS[event.priority]
    return (Message("alarm {rule} raised: {priority}", rule=rule, priority=priority),)


@_words.register
def _(event: AlarmWorsened, knowledge: Knowledge) -> Iterable[Message]:
    rule, priority = _rule(event.rule, knowledge), PRIORITY_WORDS[event.priority]
    return (Message("alarm {rule} worsened: {priority}", rule=rule, priority=priority),)


@_words.register
def _(event: AlarmEased, knowledge: Knowledge) -> Iterable[Message]:
    rule, priority = _rule(event.rule, knowledge), PRIORITY_WORDS[event.priority]
    return (Message("alarm {rule} eased: {priority}", rule=rule, priority=priority),)


@_words.register
def _(event: AlarmEscalated, knowledge: Knowledge) -> Iterable[Message]:
    rule = _rule(event.rule, knowledge)
    return (Message("alarm {rule} not acknowledged in time, now also for: {role}", rule=rule, role=Message(event.to)),)


@_words.register
def _(event: AlarmCleared, knowledge: Knowledge) -> Iterable[Message]:
    return (Message("alarm {rule} over", rule=_rule(event.rule, knowledge)),)


def _rule(name: str, knowledge: Knowledge) -> Slot:
    """The title of a rule with its id; a rule of the session itself has no other name than that."""
    rules = (rule for protocol in knowledge.protocols.values() for rule in protocol.rules if rule.id == name)
    found = next(rules, None)
    return Message("“{title}” ({rule})", title=Name(found.title), rule=name) if found else name


@_words.register
def _(event: Corrected, knowledge: Knowledge) -> Iterable[Message]:
    yield Message("{event} was wrong: {reason}", event=event.corrects, reason=event.reason)
    if event.event is None:
        yield Message("taken away")
    else:
        yield Message("instead: {words}", words=event_words(event.event, knowledge))
