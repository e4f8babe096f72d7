"""A patient's whole record as a paper: what needs a decision today, then every fact, those that no longer count too."""

import datetime as dt
import json
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone

from keel import knowledge
from keel.reports.documents import FactTable, Part, RecordDocument
from keel.web.clinic.fact_words import fact_kind, whole_text
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.patient_page import PatientPage, shown_or_not
from keel.web.clinic.queries import same_person
from keel.web.language import texts
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

_SHOWN_AS_TIME = ("at", "start")
"""Fields of an entry that stand in the column of times."""


def paper_of(patient: Patient, *, notice: str, recipient: str, at: dt.datetime) -> RecordDocument:
    """The paper of a patient and of the other numbers whose facts count here."""
    people = same_person(patient)
    facts = [fact for one in people for fact in _ledger(one)]
    made = _("%(clinic)s, made on %(time)s for %(whom)s.") % {
        "clinic": patient.clinic.name,
        "time": _time(at),
        "whom": recipient or _("the patient"),
    }
    tables = (_table(Kind(kind), facts, several=len(people) > 1) for kind in Kind.values)
    return RecordDocument(
        language=texts.language(),
        title=_("Record of %(name)s, %(number)s") % {"name": patient.display_name, "number": patient.number},
        lead=made,
        notice=notice,
        parts=tuple(part for part in _first(patient, at) if part.items),
        tables=tuple(table for table in tables if table.rows),
        footer=_("%(number)s. Facts as they were recorded; what was replaced or taken back is marked. Rules %(hash)s.")
        % {"number": patient.number, "hash": knowledge.load().hash[:12]},
        page=_("Page"),
    )


def _first(patient: Patient, at: dt.datetime) -> Iterable[Part]:
    shown = shown_or_not(patient, at)
    if not isinstance(shown, PatientPage):
        yield Part(heading=_("Could not be read"), items=(_("No rule was checked. All facts stand below."),))
        return
    unread = [f"{_('fact %(number)s') % {'number': number}}: {plain(why)}" for number, why in shown.unread.items()]
    yield Part(heading=_("Could not be read"), items=tuple(unread), is_urgent=True)
    urgent = tuple(plain(finding.summary) for finding in shown.urgent)
    yield Part(heading=_("Needs attention first"), items=urgent, is_urgent=True)
    due = tuple(_due(plain(one.what), one.due_on) for one in shown.due)
    yield Part(heading=_("What is due"), items=due)


def _due(what: str, on: dt.date | None) -> str:
    return f"{what}: {date_format(on, 'DATE_FORMAT')}" if on else what


def _ledger(patient: Patient) -> Iterable[Fact]:
    rows: Iterable[Fact] = patient.facts.select_related(
        "patient", "recorded_by", "superseded_by", "voided_by", "voids", "supersedes", "decision__decided_by"
    ).order_by("sequence")
    return rows


def _table(kind: Kind, facts: Iterable[Fact], *, several: bool) -> FactTable:
    chosen = [fact for fact in facts if fact.kind == kind]
    return FactTable(
        heading=fact_kind(chosen[0]) if chosen else "",
        columns=(_("Number"), _("When"), _("What"), _("Recorded"), _("Note")),
        rows=tuple(
            (
                f"{fact.patient.number}/{fact.sequence}" if several else str(fact.sequence),
                _time(fact.effective_at) if fact.effective_at else "",
                _whole(fact),
                f"{fact.recorded_by.get_full_name()}, {_time(fact.recorded_at)}",
                "; ".join(_remarks(fact)),
            )
            for fact in chosen
        ),
    )


def _whole(fact: Fact) -> str:
    """The words of the ledger, then each field of the entry that they leave out."""
    words = whole_text(fact)
    entry = fact.payload if isinstance(fact.payload, dict) else {}
    if fact.kind == Kind.ANSWERS:
        return "; ".join([words, *_answers(entry)])
    rest = [
        f"{name.replace('_', ' ')}: {_value(value)}"
        for name, value in sorted(entry.items())
        if name not in _SHOWN_AS_TIME and value not in ("", None) and _is_missing(value, words)
    ]
    return "; ".join([words, *rest])


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_missing(value: object, words: str) -> bool:
    return str(value).replace("_", " ").casefold() not in words.casefold()


def _answers(entry: dict[str, object]) -> Iterable[str]:
    """Each answer beside its question, in the words of the instrument where Keel may print them."""
    items = entry.get("items")
    if not isinstance(items, dict):
        return
    name = str(entry.get("instrument"))
    known = name in knowledge.load().instruments
    asked = {item.id: item.text for item in texts.instrument(name).items} if known else {}
    for item in dict.fromkeys((*asked, *sorted(items))):  # a database may give them in another order
        if item in items:
            yield f"{asked.get(item) or item}: {items[item]}"


def _remarks(fact: Fact) -> Iterable[str]:
    if hasattr(fact, "superseded_by"):
        yield _("replaced by %(number)s") % {"number": fact.superseded_by.sequence}
    if hasattr(fact, "voided_by"):
        yield _("taken back by %(number)s") % {"number": fact.voided_by.sequence}
    if fact.supersedes:
        yield _("replaces %(number)s") % {"number": fact.supersedes.sequence}
    if fact.reason:
        yield f"{_('because')} {fact.reason}"
    if hasattr(fact, "decision"):
        given, name = fact.decision.was_given, fact.decision.decided_by.get_full_name()
        yield _("blocked, and given") if given else _("held, decided by %(name)s") % {"name": name}
        yield fact.decision.reason


def _time(at: dt.datetime) -> str:
    local = at.astimezone(get_current_timezone())
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"
