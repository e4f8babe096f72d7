"""The words of the steps of assisted therapy and of the recovery programme: for forms, ledger and paper."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from keel import knowledge
from keel.knowledge.care import CareDocument, CareItem
from keel.web.language.rendering import plain
from keel.web.language.words import gettext

TITLES: dict[str, Any] = {
    "therapy_begun": _("Assisted therapy begins"),
    "visit_planned": _("Visit planned"),
    "visit_held": _("Visit held"),
    "visit_missed": _("Visit that did not take place"),
    "intention_said": _("Intention"),
    "setting_agreed": _("Setting"),
    "touch_agreed": _("Agreement on touch"),
    "touch_used": _("Touch used"),
    "recording_answered": _("Recording"),
    "transport_arranged": _("Way home"),
    "dosing_begun": _("Visit with a dose begins"),
    "dosing_ended": _("Visit with a dose ends"),
    "contact_made": _("Contact tried"),
    "danger_seen": _("Danger looked at"),
    "message_given": _("Text given"),
    "therapy_ended": _("Assisted therapy ends"),
    "recovery_begun": _("Recovery programme begins"),
    "intake_answered": _("Intake"),
    "day_noted": _("How a day was"),
    "meeting_held": _("Meeting"),
    "goal_set": _("Goal"),
    "goal_reviewed": _("Goal looked at"),
    "health_reviewed": _("Pain, bladder and health alongside"),
    "looked_at": _("Looked at"),
    "lapse_reviewed": _("Looking back at a lapse"),
    "aftercare_planned": _("Aftercare plan"),
    "discharged": _("Leaving the programme"),
    "outcome_noted": _("How it is months later"),
}
"""What each step is, in words."""
LABELS: dict[str, Any] = {
    "at": _("When"),
    "frame": _("Frame"),
    "manual": _("Manual that is followed, with its version"),
    "kind": _("What"),
    "planned": _("Planned for"),
    "people": _("Who is there, and as what"),
    "ended": _("Ended"),
    "done": _("What was talked about or done"),
    "note": _("Note for the record"),
    "why": _("Why"),
    "words": _("In the person’s own words"),
    "music": _("Music"),
    "eyeshade": _("Eyeshade"),
    "room": _("Room"),
    "kinds": _("Touch that is agreed on (none ticked: no touch)"),
    "stop_signal": _("Sign to stop"),
    "discussed": _("Talked about"),
    "rehearsed": _("Rehearsed"),
    "written": _("Signed"),
    "given": _("May it be recorded?"),
    "how": _("How"),
    "changed": _("What is different from what was arranged"),
    "passed": _("Why it goes on although something holds (a prescriber decides)"),
    "held": _("What held"),
    "visit": _("Visit"),
    "of": _("Belongs to"),
    "contact": _("Contact"),
    "message": _("Text"),
    "reached": _("Was the person reached?"),
    "worse": _("Is anything worse than before?"),
    "suicidal": _("Thoughts of suicide?"),
    "what": _("What was found and agreed"),
    "programme": _("Programme"),
    "aim": _("Aim of the person"),
    "days": _("Days planned"),
    "blocks": _("The day"),
    "answers": _("What was asked"),
    "day": _("Day"),
    "values": _("Diary"),
    "used": _("Was ketamine used on that day?"),
    "form": _("Form"),
    "topic": _("Topic"),
    "attended": _("Was the person there?"),
    "led_by": _("Who led it"),
    "group": _("Group"),
    "goal": _("Goal"),
    "by_day": _("By which day"),
    "stands": _("How it stands"),
    "about": _("What"),
    "next_on": _("Look again on"),
    "item": _("What"),
    "found": _("What was found"),
    "on": _("Day"),
    "led_up": _("What led up to it"),
    "helped": _("What helped"),
    "next_step": _("What comes next"),
    "first": _("First contact"),
    "first_with": _("Who makes the first contact, and how"),
    "second": _("Second contact"),
    "second_with": _("Who makes the second contact, and how"),
    "third": _("Third contact"),
    "third_with": _("Who makes the third contact, and how"),
    "warning_signs": _("Signs that it gets harder"),
    "helps": _("What helps then, and who"),
    "services": _("Services: addiction, bladder, general practice, mutual help"),
    "safety_plan": _("Is there a safety plan?"),
    "tolerance_told": _("Told that an amount of before can be too much now?"),
    "without_plan": _("Why there is no aftercare plan yet"),
    "days_used": _("Days of use in the last 28"),
    "craving": _("Craving, 0 to 10"),
    "pain": _("Pain, 0 to 10"),
    "mood": _("Low mood, 0 to 10"),
    "satisfied": _("Satisfied with the programme, 0 to 10"),
}
"""What each field of a step asks."""
WORDS: dict[str, Any] = {
    "planned": _("as planned"),
    "by_person": _("the person ended it"),
    "by_clinic": _("the clinic ended it"),
    "moved": _("moved elsewhere"),
    "stop": _("to stop"),
    "fewer": _("fewer days of use"),
    "not_decided": _("not decided yet"),
    "group": _("group"),
    "individual": _("one-to-one"),
    "there": _("was there"),
    "late": _("came late"),
    "left_early": _("left early"),
    "absent": _("was not there"),
    "reached": _("reached"),
    "on_the_way": _("on the way"),
    "changed": _("changed"),
    "let_go": _("let go"),
    "pain": _("pain"),
    "urology": _("bladder and kidneys"),
    "liver": _("liver"),
    "mood": _("mood"),
    "other": _("other"),
    "completed": _("completed"),
}
"""The words of a choice."""
_SILENT = ("step", "at", "visit", "goal", "of", "group", "frame", "programme", "blocks")
"""Fields that a line of the ledger leaves out."""


def offered(step: str, field: str, kind: str = "") -> dict[str, str]:
    """What may be chosen in a field of a step, by id: English texts of the knowledge. `kind` is the kind of visit."""
    facts = knowledge.load()
    frames, programmes = list(facts.therapies.values()), list(facts.programmes.values())
    cares: tuple[CareDocument, ...] = (*frames, *programmes)
    visits = [one for frame in frames for one in frame.visits]
    match (step, field):
        case (_, "frame"):
            return {one.id: one.title for one in frames}
        case (_, "programme"):
            return {one.id: one.title for one in programmes}
        case ("visit_planned", "kind"):
            return {one.id: one.title for one in visits}
        case ("visit_held", "kind"):
            return {one.id: one.title for one in visits if one.phase != "dosing"}
        case ("touch_used", "kind") | ("touch_agreed", "kinds"):
            return _items(item for frame in frames for item in frame.touch)
        case ("visit_held" | "dosing_ended", "done"):
            wanted = "dosing" if step == "dosing_ended" else kind
            return _items(item for one in visits if wanted in ("", one.id) for item in one.checklist)
        case ("contact_made", "contact"):
            return {one.id: one.title for care in cares for one in care.contacts}
        case ("message_given", "message"):
            return {one.id: one.title for care in cares for one in care.messages}
        case ("outcome_noted", "of"):
            return {one.id: one.title for care in programmes for one in care.outcomes}
        case ("looked_at", "item"):
            return {one.id: one.what for care in programmes for one in care.grid if not _is_recorded(one)}
        case ("day_noted", "values"):
            return {one.id: one.title for care in programmes for one in care.diary}
        case ("intake_answered", "answers"):
            return {one.id: one.label or one.id for one in facts.clinical_facts.values()}
    return {}


def _items(items: Iterator[CareItem]) -> dict[str, str]:
    return {one.id: one.text for one in items}


def _is_recorded(item: Any) -> bool:
    """Whether a measurement or a questionnaire holds it."""
    return bool(item.measures or item.names or item.instruments)


def step_title(entry: dict[str, Any]) -> str:
    """What a step is."""
    return str(TITLES[entry["step"]])


def step_said(entry: dict[str, Any]) -> str:
    """Each field of a step that was filled in, in a line."""
    said = [
        f"{LABELS[name]}: {step_value(entry['step'], name, value)}"
        for name, value in entry.items()
        if name not in _SILENT and value not in ("", None, [], {})
    ]
    return "; ".join(said)


def step_text(entry: dict[str, Any]) -> str:
    """A step in a line: what it is, and what it says."""
    said = step_said(entry)
    return f"{step_title(entry)}. {said}" if said else step_title(entry)


def step_value(step: str, field: str, value: Any) -> str:
    """The value of a field in words."""
    names = offered(step, field)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        parts = ((plain(str(names.get(one, one))), step_value(step, "", told)) for one, told in value.items())
        return ", ".join(f"{name} {told}" for name, told in parts)
    if isinstance(value, list | tuple):
        return ", ".join(step_value(step, field, one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and field in _TIMES:
        local = dt.datetime.fromisoformat(value).astimezone(get_current_timezone())
        return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"
    if isinstance(value, str) and field in _DAYS:
        return str(date_format(dt.date.fromisoformat(value), "DATE_FORMAT"))
    text = str(value)
    if (named := names.get(text)) is not None:
        return plain(named)
    return str(WORDS[text]) if field in _CHOSEN and text in WORDS else text


_TIMES = ("planned", "ended", "first", "second", "third")
_DAYS = ("day", "by_day", "next_on", "on")
_CHOSEN = ("how", "aim", "form", "attended", "stands", "about")
"""Fields of which the value is a word of a list."""
