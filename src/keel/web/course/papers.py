"""The papers of a course: a letter to another service, and the summary of the course."""

import datetime as dt
from collections.abc import Iterator

from django.utils.formats import date_format

from keel import knowledge
from keel.assessment.course.letters import Letter
from keel.assessment.course.state import Course
from keel.assessment.surveillance.dose_response import DoseResponse, dose_response
from keel.exposure.totals import route_text, substance_text
from keel.messages import number_text
from keel.reports.documents import Paper, PaperPart, Row, Table
from keel.web.clinic.course_words import step_text
from keel.web.clinic.exports import NOTICE, has_substance_use
from keel.web.clinic.models import Patient
from keel.web.clinic.papers import mark_of
from keel.web.clinic.patient_page import PatientPage
from keel.web.language import texts
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

_LETTER_PT, _SUMMARY_PT = 11.0, 10.5


def day(on: dt.date) -> str:
    """A day as the language of the page writes it."""
    return str(date_format(on, "DATE_FORMAT"))


def letter_paper(person: Patient, letter: Letter, shown: PatientPage) -> Paper:
    """A letter in the language of the page: what is asked on top, then why, then what the record said that day."""
    written, clinic = letter.written, person.clinic
    template = knowledge.load().letters.get(written.template)
    parts = written.parts.get(texts.language()) or next(iter(written.parts.values()), ())
    asked = tuple(map(plain, template.asks)) if template else ()
    agreed = _("The person agrees to this letter.") if written.is_agreed else _("The person has not been asked.")
    rows = (
        Row(_("To"), "\n".join(filter(None, (written.to, written.address)))),
        Row(_("About"), _about(person, shown)),
        Row(_("From"), f"{written.by}, {clinic.name}"),
        Row(_("Written on"), day(written.on)),
        *([Row(_("Urgent"), _("yes"))] if written.is_urgent else []),
        Row(_("Agreement"), agreed),
    )
    why = (PaperPart(heading=_("Why we write"), remark="", items=(plain(template.why),)),) if template else ()
    notice = clinic.country == "US" and has_substance_use(shown.record)
    return Paper(
        language=texts.language(),
        title=plain(template.title) if template else _("Letter"),
        lead=clinic.name,
        parts=(
            PaperPart(heading=_("Letter"), rows=rows),
            PaperPart(
                heading=_("What we ask"),
                items=(*([written.question] if written.question else []), *asked),
                is_boxed=True,
            ),
            *why,
            *(PaperPart(heading=one.heading, items=one.lines) for one in parts),
            *([PaperPart(heading=_("Notice"), items=(NOTICE,))] if notice else []),
        ),
        mark=mark_of(clinic),
        footer=_("%(number)s. What the record said on %(day)s; “not asked” is not “no”.")
        % {"number": person.number, "day": day(written.on)},
        page=_("Page"),
        size_pt=_LETTER_PT,
    )


def _about(person: Patient, shown: PatientPage) -> str:
    born = shown.record.person.birth_date
    parts = (person.display_name, person.number, _("born %(day)s") % {"day": day(born)} if born else "")
    return ", ".join(filter(None, parts))


def summary_paper(person: Patient, course: Course, shown: PatientPage, at: dt.datetime) -> Paper:
    """The summary of a course: how it began, each dose with the scores around it, reviews, its end, what is due."""
    found = dose_response(shown.record, at=at, knowledge=knowledge.load())
    return Paper(
        language=texts.language(),
        title=_("Summary of a course of treatment"),
        lead=plain(course.protocol.title),
        parts=tuple(_summary(person, course, shown, found, at)),
        mark=mark_of(person.clinic),
        footer=_("%(number)s. As of %(day)s. Facts %(hash)s.")
        % {"number": person.number, "day": day(at.date()), "hash": knowledge.load().hash[:12]},
        page=_("Page"),
        size_pt=_SUMMARY_PT,
    )


def _summary(
    person: Patient, course: Course, shown: PatientPage, found: DoseResponse, at: dt.datetime
) -> Iterator[PaperPart]:
    started, stopped = course.started, course.stopped
    schedule = plain(course.schedule.title) if course.schedule else ""
    rows = [
        Row(_("Person"), _about(person, shown)),
        Row(_("Clinic"), person.clinic.name),
        Row(_("Screened"), f"{day(course.screened.at.date())}, {course.screened.jurisdiction}".strip(", ")),
    ]
    if started:
        rows += [Row(_("Begun"), f"{day(started.first)}, {started.by}"), Row(_("Schedule"), schedule)]
    rows.append(Row(_("Sessions given"), str(len(course.given))))
    rows.append(Row(_("Ended"), day(stopped.on) if stopped else _("goes on")))
    yield PaperPart(heading=_("The course"), rows=tuple(rows))
    if started and started.reason:
        yield PaperPart(heading=_("Begun though something held or was not known"), items=(started.reason,))
    table = _doses(course, found)
    yield PaperPart(
        heading=_("Doses, and %(scale)s around them") % {"scale": knowledge.load().instruments[found.instrument].name},
        table=table,
        remark=" ".join(map(plain, (*found.unknown, *found.does_not_show[:1]))) if table else _("No dose was given."),
    )
    decided = [*map(step_text, course.reviews), *([step_text(course.spacing)] if course.spacing else [])]
    yield PaperPart(heading=_("Reviews and decisions"), items=tuple(decided), remark="" if decided else _("None."))
    if stopped:
        yield PaperPart(heading=_("How it ended, and what comes instead"), items=(step_text(stopped),))
    due = tuple(
        f"{plain(one.what)}: {day(one.due_on) if one.due_on else _('at the next session')}" for one in shown.due
    )
    yield PaperPart(heading=_("What is due"), items=due, remark="" if due else _("Nothing."))


def _doses(course: Course, found: DoseResponse) -> Table | None:
    facts = knowledge.load()
    rows = tuple(
        (
            day(one.day),
            f"{_number(one.mg)} mg" if one.mg is not None else _("not known"),
            f"{plain(substance_text(one.substance))}, {plain(route_text(one.route, facts))}",
            _number(one.score_before),
            _number(one.score_after),
        )
        for one in found.sessions
        if one.day in course.given
    )
    columns = (_("Day"), _("Dose"), _("What"), _("Score before"), _("Score after"))
    return Table(columns=columns, rows=rows, widths=(2.2, 1.2, 3, 1.2, 1.2)) if rows else None


def _number(value: float | None) -> str:
    return "–" if value is None else number_text(value)
