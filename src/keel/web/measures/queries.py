"""What the pages read of forms and alerts: a link and how it stands, alerts that are open, what a clinic says."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from django.conf import settings

from keel import knowledge
from keel.assessment.instruments import score_answers
from keel.assessment.measures import (
    AlertState,
    AlertStep,
    MeasureDue,
    NotedStep,
    alarming,
    alerts_of,
    measures_due,
)
from keel.knowledge.catalogues import ENGLISH
from keel.knowledge.instruments import Instrument
from keel.knowledge.measuring import AnswerRules
from keel.messages import Message
from keel.messages.json import BUILDS_SHAPES
from keel.quantities import convert
from keel.record import Record
from keel.web.clinic.entries import ContactEntry, ContactRole, entries_of
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import standing_facts
from keel.web.directory.queries import listing_for
from keel.web.language.rendering import page_catalogue
from keel.web.measures.errors import Over
from keel.web.measures.models import ClinicMeasures, FormLink, LinkStep

GRACE = dt.timedelta(hours=2)
"""How long a form that was opened in its time may still be sent; a default of Keel's."""
LOOK_BACK = dt.timedelta(days=14)
"""How long a link that nobody answered stands on the page of the clinic; a default of Keel's."""
INITIALS = 3
"""Letters by which a link greets its person where nothing else was chosen."""


def answer_rules() -> AnswerRules:
    """What holds for answers that come from a person alone."""
    return knowledge.load().answer_rules["usual"]


def offered(lang: str = ENGLISH) -> list[Instrument]:
    """The instruments that a person can answer alone in a language: rated by the person, with wording of all of it."""
    facts = knowledge.load()
    worded = [one for one in facts.instruments.values() if one.items and all(item.text for item in one.items)]
    said = [one for one in worded if lang == ENGLISH or f"{lang}/{one.id}" in facts.instrument_words]
    return [one for one in said if one.rater == "self"]


def digest_of(token: str) -> str:
    """The digest of the token of a link; a token has 192 bits of chance, so nothing more is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(token: str) -> FormLink | None:
    """The link of a token."""
    found: FormLink | None = (
        FormLink.objects.select_related("clinic", "patient").filter(digest=digest_of(token)).first()
    )
    return found


def answer_key(link: FormLink, instrument: str) -> str:
    """The key of the fact that the answers at a link become."""
    return f"form-{link.pk}-{instrument}"[:64]


class LinkState(NamedTuple):
    """A link at a time: what was answered and what is left; `over` says why it takes no answers."""

    answered: tuple[str, ...]
    left: tuple[str, ...]
    is_opened: bool
    is_refused: bool
    over: Over | None


def link_state(link: FormLink, at: dt.datetime) -> LinkState:
    """How a link stands at a time."""
    keys = {answer_key(link, name): name for name in link.instruments}
    stored = set(link.patient.facts.filter(key__in=keys).values_list("key", flat=True))
    steps = {step.what: step.at for step in link.steps.all()}
    answered = tuple(name for key, name in keys.items() if key in stored)
    left = tuple(name for key, name in keys.items() if key not in stored)
    opened = steps.get(LinkStep.What.OPENED)
    last = link.expires_at + (GRACE if opened and opened < link.expires_at else dt.timedelta())
    over = None
    if not left:
        over = Over.ANSWERED
    elif LinkStep.What.ENDED in steps or LinkStep.What.NOT_ME in steps:
        over = Over.ENDED
    elif at >= last:
        over = Over.EXPIRED
    return LinkState(answered, left, opened is not None, LinkStep.What.NOT_ME in steps, over)


def lost_links(clinic: Clinic, at: dt.datetime) -> list[tuple[FormLink, LinkState]]:
    """Links of the last two weeks that ended without an answer, or reached somebody else; the newest first."""
    recent = FormLink.objects.filter(clinic=clinic, patient__erased_at__isnull=True, expires_at__gt=at - LOOK_BACK)
    rows = [(one, link_state(one, at)) for one in recent.select_related("patient").prefetch_related("steps")]
    return [(one, state) for one, state in rows if state.is_refused or state.over is Over.EXPIRED]


def lasts() -> dt.timedelta:
    """How long a private link lives."""
    number = answer_rules().link_lasts
    return dt.timedelta(days=convert(number.value, number.unit, "d"))


class ClinicSays(NamedTuple):
    """What a clinic says in its messages and on the crisis card; `is_own` whether the crisis words are its own."""

    site: str
    danger: str
    crisis: str
    is_own: bool
    not_watched: str


def choices_of(clinic: Clinic) -> ClinicMeasures:
    """What a clinic chose last; empty where it chose nothing."""
    return ClinicMeasures.objects.filter(clinic=clinic).first() or ClinicMeasures(clinic=clinic)


def clinic_says(clinic: Clinic, lang: str) -> ClinicSays:
    """What a clinic says in a language, which is the language of the page."""
    chosen, rules = choices_of(clinic), answer_rules()
    own = str(chosen.words.get(lang, "")).strip()
    held = page_catalogue()
    return ClinicSays(
        site=chosen.site or clinic.name,
        danger=chosen.danger or emergency_number(clinic),
        crisis=own or Message(rules.crisis_words).in_language(held),
        is_own=bool(own),
        not_watched=Message(rules.not_watched).in_language(held),
    )


def emergency_number(clinic: Clinic) -> str:
    """The emergency number where a clinic is; in words where none was confirmed."""
    phones = [row.service.phone for row in listing_for(clinic.country).emergency if row.service.phone]
    return phones[0] if phones else Message("the emergency number").in_language(page_catalogue())


def reach_of(patient: Patient) -> ContactEntry | None:
    """How the person is reached, as was recorded last."""
    facts = standing_facts(patient).filter(kind=Kind.CONTACT).order_by("-sequence")
    return next((one for one in entries_of(facts, ContactEntry) if one.role is ContactRole.PERSON), None)


def initials(name: str) -> str:
    """The first letters of a name, as a link greets its person."""
    return " ".join(f"{word[0]}." for word in name.split()[:INITIALS])


# Alerts


def alarms_in(instrument: str, items: dict[str, int | str]) -> tuple[str, ...]:
    """The rules by which some answers alarm."""
    shape = knowledge.load().instruments[instrument]
    return tuple(one.rule for one in alarming(shape, score_answers(shape, items)))


def noted_steps(facts: Iterable[Fact]) -> Iterator[NotedStep]:
    """The steps of alerts among some facts."""
    for fact in facts:
        with BUILDS_SHAPES:
            step = msgspec.convert(fact.payload, AlertStep)
        yield NotedStep(fact.recorded_at, fact.recorded_by.get_full_name(), step)


def alerts_for(patient: Patient, at: dt.datetime) -> tuple[AlertState, ...]:
    """The alerts of a patient, open ones first."""
    facts = patient.facts.filter(kind=Kind.ALERT).select_related("recorded_by").order_by("sequence")
    return alerts_of(noted_steps(facts), answer_rules(), at)


def open_alerts(clinic: Clinic | None, at: dt.datetime) -> list[tuple[Patient, AlertState]]:
    """The alerts that nobody has closed, of a clinic or of all, the oldest first."""
    steps = Fact.objects.filter(kind=Kind.ALERT)
    if clinic is not None:
        steps = steps.filter(patient__clinic=clinic)
    opened: set[tuple[int, str]] = set()
    closed: set[tuple[int, str]] = set()
    for patient, step, alert in steps.values_list("patient_id", "payload__step", "payload__alert"):
        if step in ("opened", "closed"):
            (opened if step == "opened" else closed).add((patient, alert))
    waiting = {patient for patient, _alert in opened - closed}
    people = Patient.objects.filter(pk__in=waiting).select_related("clinic")
    found = [(one, state) for one in people for state in alerts_for(one, at) if state.is_open]
    return sorted(found, key=lambda row: row[1].opened.at)


def due_for(record: Record, clinic: Clinic, at: dt.datetime) -> tuple[MeasureDue, ...]:
    """What the schedule of a clinic asks of a person; nothing where it chose none."""
    schedule = knowledge.load().measure_schedules.get(choices_of(clinic).schedule)
    return measures_due(record, schedule, at) if schedule else ()


def staff_address(path: str) -> str:
    """An address of a page of the staff for a message, where the server knows its own name; else the path alone."""
    host = next((one for one in settings.ALLOWED_HOSTS if "." in one and one[0].isalpha()), "")
    return f"{'https' if settings.SECURE_SSL_REDIRECT else 'http'}://{host}{path}" if host else path
