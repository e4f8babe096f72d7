"""A report of a serious adverse event, filled from the session in which it happened; the rest is written in."""

from collections.abc import Iterator, Mapping

from keel.assessment.session.events import AdverseEvent
from keel.assessment.session.form_fields import Answer, FieldAnswer, filled, treatment_answers
from keel.assessment.session.view import SessionView
from keel.knowledge.sessions import EventReport


def report_fields(
    document: EventReport,
    view: SessionView | None,
    carried: Mapping[str, Answer],
    written: Mapping[str, Answer],
) -> tuple[FieldAnswer, ...]:
    """The fields of a report; `view` is the session as it stands, None where it happened in none."""
    known = dict(carried) if view is None else {**carried, **dict(_of_session(view))}
    return filled(document.fields, known, written)


def elements(document: EventReport, fields: tuple[FieldAnswer, ...]) -> dict[str, Answer]:
    """What is answered, by the names of E2B(R3); a field of several elements stands under their names together."""
    names = {one.id: " ".join(one.e2b) for one in document.fields if one.e2b}
    return {names[one.id]: one.value for one in fields if one.id in names and one.value is not None}


def _of_session(view: SessionView) -> Iterator[tuple[str, Answer]]:
    yield from (pair for pair in treatment_answers(view) if pair[1] is not None)
    yield "substance", view.protocol.substance
    yield "route", view.route
    person = view.person
    yield from (("weight_kg", person.weight_kg), ("height_cm", person.height_cm))
    grave = [one for one in view.events if isinstance(one, AdverseEvent) and one.serious and not one.resolved]
    if grave:
        yield "event_words", "; ".join(dict.fromkeys(one.what.replace("_", " ") for one in grave))
        yield "event_on", grave[0].at.astimezone(view.at.tzinfo).date().isoformat()
