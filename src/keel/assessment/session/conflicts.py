"""Where two people wrote the same deed, or other values of one reading, within a moment: both are shown.

Nothing is chosen between them. The conflict is gone once somebody has corrected one of the two.
"""

from collections.abc import Iterator, Sequence

from keel.assessment.session.events import (
    Checked,
    DeviceGiven,
    DosePaused,
    DoseStarted,
    DoseStopped,
    Plain,
    VitalsRecorded,
)
from keel.assessment.session.notices import Notice
from keel.assessment.session.vitals import SIGNS
from keel.knowledge import Knowledge
from keel.messages import Message, Numeral, listed

_DEEDS = {
    DoseStarted: Message("the start of a dose"),
    DeviceGiven: Message("a spray device"),
    DosePaused: Message("a pause"),
    DoseStopped: Message("the end of a dose"),
}


def conflicts(events: Sequence[Plain], knowledge: Knowledge) -> Iterator[Notice]:
    """A notice for each two entries of two people within `conflict_s` that say one thing twice, or differ.

    What a monitor sent stands beside what people read, and is no conflict with it. Rules without `conflict_s`, of a
    session that began before there was one, name no conflict.
    """
    within = knowledge.session_rules["session"].cuts.get("conflict_s")
    if within is None:
        return
    people = [one for one in events if isinstance(one, (*_DEEDS, Checked, VitalsRecorded)) and not _device(one)]
    for number, first in enumerate(people):
        for second in people[number + 1 :]:
            if (second.at - first.at).total_seconds() > within.value:
                break
            if type(first) is type(second) and first.by != second.by:
                yield from _between(first, second, knowledge)


def _between(first: Plain, second: Plain, knowledge: Knowledge) -> Iterator[Notice]:
    seconds = (second.at - first.at).total_seconds()
    told = {"one": first.by, "other": second.by, "first": first.id, "second": second.id, "seconds": f"{seconds:.0f}"}
    if isinstance(first, VitalsRecorded) and isinstance(second, VitalsRecorded):
        if readings := list(_readings(first, second, knowledge)):
            yield Notice("KEEL-TWO-READINGS", what=listed(readings), **told)
    elif isinstance(first, Checked) and isinstance(second, Checked):
        if answers := list(_answers(first, second, knowledge)):
            yield Notice("KEEL-CONFLICT", what=listed(answers), **told)
    else:
        yield Notice("KEEL-CONFLICT", what=_DEEDS[type(first)], **told)


def _device(event: Plain) -> str:
    return event.device if isinstance(event, VitalsRecorded) else ""


def _readings(first: VitalsRecorded, second: VitalsRecorded, knowledge: Knowledge) -> Iterator[Message]:
    for sign in (name for names in SIGNS.values() for name in names):
        one, other = getattr(first, sign), getattr(second, sign)
        if one is not None and other is not None and one != other:
            label = Message(knowledge.clinical_facts[sign].label)
            values = {"one": Numeral(f"{one:g}"), "other": Numeral(f"{other:g}")}
            yield Message("{what} {one} and {other}", what=label, **values)


def _answers(first: Checked, second: Checked, knowledge: Knowledge) -> Iterator[Message]:
    one, other = ({**event.facts, **dict.fromkeys(event.denied, False)} for event in (first, second))
    for name in one.keys() & other.keys():
        if one[name] != other[name] and name in knowledge.clinical_facts:
            yield Message(knowledge.clinical_facts[name].label)
