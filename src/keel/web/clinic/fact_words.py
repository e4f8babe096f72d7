"""A fact in words: what it is, what it says in a line of the ledger, and what it says as a whole."""

import json
from typing import Any

from keel import knowledge
from keel.web.clinic import care_words, course_words
from keel.web.clinic.entries import entry_of
from keel.web.clinic.models import Fact, Kind
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

LONGEST_LINE = 500
"""Characters of a fact in the ledger."""


def fact_kind(fact: Fact) -> str:
    """What a fact is, in a word."""
    return {
        Kind.PERSON: _("Person"),
        Kind.DOSE: _("Dose"),
        Kind.PATTERN: _("Told pattern"),
        Kind.MEASUREMENT: _("Measurement"),
        Kind.MEDICINE: _("Medicine"),
        Kind.ANSWERS: _("Answers"),
        Kind.CONDITION: _("Condition"),
        Kind.RISK_ASSESSMENT: _("Risk judged"),
        Kind.REVIEW: _("Course reviewed"),
        Kind.CONTACT: _("Contact"),
        Kind.CONSENT: _("Consent"),
        Kind.VISIT: _("Visit"),
        Kind.MERGE: _("Same person"),
        Kind.SESSION: _("Session"),
        Kind.EVENT: _("In a session"),
        Kind.COURSE: _("Course of treatment"),
        Kind.ALERT: _("Answer that alarms"),
        Kind.LETTER: _("Letter"),
        Kind.REMS: _("REMS"),
        Kind.THERAPY: _("Assisted therapy"),
        Kind.RECOVERY: _("Recovery programme"),
        Kind.VOID: _("Taken back"),
    }[Kind(fact.kind)]


def fact_text(fact: Fact) -> str:
    """What a fact says, in a line of the ledger."""
    return _shortened(whole_text(fact))


def whole_text(fact: Fact) -> str:
    """What a fact says; the amount first, with the unit that it was written with. One of another shape: as stored."""
    try:
        return _text(fact)
    except (AttributeError, KeyError, TypeError, ValueError):
        return json.dumps(fact.payload, ensure_ascii=False)


def _shortened(text: str) -> str:
    """At most `LONGEST_LINE` characters of a line of the ledger."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _text(fact: Fact) -> str:
    entry: dict[str, Any] = fact.payload
    match fact.kind:
        case Kind.DOSE:
            return _dose(entry)
        case Kind.PERSON:
            return ", ".join(f"{name} {value}".replace("_", " ") for name, value in sorted(entry.items()))
        case Kind.ANSWERS:
            title = knowledge.load().instruments[entry["instrument"]].name
            total = entry.get("total")
            answered = _("%(count)d answers") % {"count": len(entry.get("items", {}))}
            return f"{title}: {answered if total is None else total}"
        case Kind.MEASUREMENT:
            value = entry.get("value", entry.get("text", ""))
            name = entry.get("what") or entry.get("name") or entry.get("code")
            return f"{name}: {value} {entry.get('unit') or ''}".strip()
        case Kind.REVIEW:
            subject = _("total exposure") if entry["of"] == "exposure" else _("response")
            responded = entry.get("responded")
            outcome = "" if responded is None else _("responded") if responded else _("no response")
            return ", ".join(filter(None, (subject, entry["on"], entry["by"], outcome)))
        case Kind.RISK_ASSESSMENT:
            return f"{entry.get('risk', 'suicide')}: {entry['level']}, {entry.get('by', '')}: {entry.get('reason', '')}"
        case Kind.CONTACT:
            return f"{entry['name']}, {contact_words(entry['role'])}, {entry.get('phone', '')}".strip(", ")
        case Kind.CONSENT:
            given = _("given") if entry["given"] else _("refused or withdrawn")
            return f"{consent_words(entry['to'])}: {given}, {entry['on']}, {entry['version']}"
        case Kind.VISIT:
            return f"{entry['at'][:16].replace('T', ' ')} {entry.get('what', '')}".strip()
        case Kind.MERGE:
            return str(entry["number"])
        case Kind.SESSION:
            return str(entry["session"]["protocol"])
        case Kind.EVENT:
            said = {name: value for name, value in entry["event"].items() if name not in ("id", "at", "by", "type")}
            kind = entry["event"]["type"].replace("_", " ")
            return f"{kind} {json.dumps(said, ensure_ascii=False, sort_keys=True) if said else ''}".strip()
        case Kind.COURSE | Kind.LETTER:
            return course_words.step_text(entry_of(fact))
        case Kind.ALERT:
            return _alert(entry)
        case Kind.REMS:
            return _rems(entry)
        case Kind.THERAPY | Kind.RECOVERY:
            return care_words.step_text(entry)
        case Kind.VOID:
            return _("Fact %(number)d no longer counts.") % {"number": fact.voids.sequence}
        case _:
            return str(entry.get("text", ""))


def _dose(entry: dict[str, Any]) -> str:
    facts, amount = knowledge.load(), entry.get("amount")
    if isinstance(amount, dict):
        amount = _("%(low)s to %(high)s") % {"low": amount["low"], "high": amount["high"]}
    substance, route = entry["substance"], entry.get("route", "unknown")
    names = [
        facts.substances[substance].title if substance in facts.substances else substance,
        facts.routes[route].title.lower() if route in facts.routes else _("route not known"),
        _("over %(time)s") % {"time": entry["over"]} if entry.get("over") else "",
    ]
    return ", ".join([amount or _("amount not known"), *(name for name in names if name)])


def alert_words(step: str) -> str:
    """What happened to an alert."""
    return {
        "opened": _("An answer alarms"),
        "told": _("Staff were told"),
        "taken": _("Taken"),
        "tried": _("Tried to reach"),
        "agreed": _("Spoken and agreed"),
        "closed": _("Closed"),
    }.get(str(step), str(step))


def _alert(entry: dict[str, Any]) -> str:
    reached = {True: _("reached"), False: _("not reached"), None: ""}[entry.get("reached")]
    said = [", ".join(entry.get("rules", ())), ", ".join(entry.get("told", ())), reached]
    names = ("who", "how", "result", "ideation", "plan", "intent", "means", "protective", "agreed", "informed")
    said += [entry.get(name, "") for name in (*names, "reference", "next_contact", "reason")]
    return ", ".join(filter(None, [alert_words(entry["step"]), *said]))


def _rems(entry: dict[str, Any]) -> str:
    """A step of the programme: what happened, and what was written with it."""
    step = {
        "enrolment_signed": _("form of enrolment signed by patient and prescriber"),
        "enrolment_confirmed": _("enrolment confirmed by the programme"),
        "enrolment_verified": _("programme asked about the enrolment"),
        "enrolment_ended": _("enrolment ended"),
        "form_filled": _("written into the monitoring form"),
        "form_signed": _("monitoring form signed"),
        "form_sent": _("monitoring form sent"),
        "form_receipted": _("monitoring form confirmed by the programme"),
        "report_filled": _("written into the report of an adverse event"),
        "report_sent": _("report of an adverse event sent"),
    }[entry["step"]]
    facts = knowledge.load()
    fields = [
        *(field for form in facts.rems.values() for field in form.fields),
        *(field for report in facts.event_reports.values() for field in report.fields),
    ]
    labels = {field.id: plain(field.label) for field in fields}
    answers = (f"{labels.get(name, name)}: {_said(value)}" for name, value in entry.get("answers", {}).items())
    said = (f"{name.replace('_', ' ')} {_said(one)}" for name, one in entry.items() if name not in _REMS_APART)
    return "; ".join((step, *said, *answers))


_REMS_APART = ("step", "answers", "session", "report", "open")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("not answered") if value is None else str(value)


def contact_words(role: str) -> str:
    """What somebody is called for."""
    return {
        "person": _("the person themself"),
        "escort": _("takes the person home"),
        "emergency": _("in an emergency"),
        "family": _("family or friend"),
        "professional": _("doctor, therapist or service"),
    }.get(str(role), str(role))


def consent_words(to: str) -> str:
    """What is consented to."""
    return {
        "treatment": _("Treatment"),
        "sharing": _("Sharing the record, substance use in it (42 CFR Part 2)"),
        "research": _("Research"),
    }.get(str(to), str(to))
