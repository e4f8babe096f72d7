"""Every write about forms and alerts: a link is made, answers come in, an alert goes from hand to hand and is closed.

Answers and the alert that they open are one transaction: there is no moment at which one is stored without the other.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from keel import knowledge
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.measures import AlertState, AlertStep
from keel.assessment.recovery.steps import OutcomeNoted
from keel.assessment.tasks import ContactMade, DangerSeen
from keel.web.clinic import audit
from keel.web.clinic.actions import append_in_turn, note, record_fact
from keel.web.clinic.entries import entry_of
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.models import Clinic, Fact, Kind, Membership, Patient
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import ROLES, Permission
from keel.web.clinic.summaries import mark_stale
from keel.web.language.words import gettext as _
from keel.web.live.actions import watcher_user
from keel.web.measures.errors import FormOver, FormRefused, Over
from keel.web.measures.models import ClinicMeasures, FormLink, LinkStep, Way
from keel.web.measures.queries import (
    alarms_in,
    alerts_for,
    answer_key,
    answer_rules,
    clinic_says,
    digest_of,
    lasts,
    link_state,
    offered,
    staff_address,
)
from keel.web.outbox.actions import queue_message, written
from keel.web.outbox.errors import MessageRefused

FORM_USERS = {
    Way.EMAIL: ("keel:link", "By private link"),
    Way.TEXT: ("keel:link", "By private link"),
    Way.TABLET: ("keel:tablet", "On the tablet of the clinic"),
}
"""By whom answers are recorded that no member of staff wrote: nobody has shown who they are."""
TOKEN_BYTES = 24
"""192 bits; the care reference, section 8, asks for 128 at least."""


def choose(*, by: AbstractUser, clinic: Clinic, chosen: dict[str, Any], at: dt.datetime) -> ClinicMeasures:
    """Keeps what a clinic says and asks from now on. FormRefused where no message could be sent with it."""
    _require(by, clinic, Permission.DECIDE)
    slots = {"site": chosen["site"] or clinic.name, "link": "", "until": "", "local": chosen["danger"]}
    try:
        for lang, _name in settings.LANGUAGES:
            written("form-ready", lang, slots)
    except MessageRefused as refused:
        raise FormRefused(str(refused), "site") from None
    if chosen["automatic"] and staff_address("/").startswith("/"):
        raise FormRefused(_("The server does not know its own address: KEEL_HOSTS has to name it."), "automatic")
    with transaction.atomic():
        row: ClinicMeasures = ClinicMeasures.objects.create(clinic=clinic, by=by, at=at, **chosen)
        note(clinic, at=at, actor=by.get_username(), action="choose_measures", detail=chosen)
    return row


def make_link(
    *,
    by: AbstractUser,
    patient: Patient,
    instruments: Sequence[str],
    lang: str,
    way: Way,
    to: str,
    shown_as: str,
    key: str,
    at: dt.datetime,
    address: Callable[[str], str],
) -> str:
    """Makes a link and sends it, or gives the token for the tablet; twice with one key sends once, and gives no token.

    `address` makes the address of a page from its path. FormRefused says what to change.
    """
    _require(by, patient.clinic, Permission.RECORD_FACTS)
    return link_made(by, patient, instruments, Asking(lang, way, to, shown_as), key, at, address)


class Asking(NamedTuple):
    """How somebody is asked: in which language and way, at which address, under which name."""

    lang: str
    way: Way
    to: str
    shown_as: str


def link_made(
    by: AbstractUser,
    patient: Patient,
    instruments: Sequence[str],
    how: Asking,
    key: str,
    at: dt.datetime,
    address: Callable[[str], str],
) -> str:
    """As `make_link`, for whoever needs no permission: the clinic itself, by its schedule."""
    if not instruments:
        raise FormRefused(_("Choose at least one questionnaire."), "instruments")
    without = set(instruments) - {one.id for one in offered(how.lang)}
    if without:
        names = ", ".join(knowledge.load().instruments[name].name for name in sorted(without))
        raise FormRefused(_("Not worded in this language: %(names)s") % {"names": names}, "instruments")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
        if FormLink.objects.filter(clinic=clinic, key=key).exists():
            return ""
        link = FormLink.objects.create(
            clinic=clinic,
            patient=patient,
            key=key,
            digest=digest_of(token),
            instruments=list(instruments),
            lang=how.lang,
            shown_as=how.shown_as,
            way=how.way,
            made_by=by,
            made_at=at,
            expires_at=at + lasts(),
        )
        if how.way != Way.TABLET:
            _send(link, how.to, address(reverse("measures:form", args=[token])), at)
        detail = {"way": str(how.way), "instruments": list(instruments)}
        audit.append(clinic, at=at, actor=by.get_username(), action="send_form", subject=patient.number, detail=detail)
    return token


def _send(link: FormLink, to: str, address: str, at: dt.datetime) -> None:
    with translation.override(link.lang):
        says = clinic_says(link.clinic, link.lang)
        until = date_format(link.expires_at.astimezone(ZoneInfo(link.clinic.timezone)))
    slots = {"site": says.site, "link": address, "until": until, "local": says.danger}
    try:
        queue_message(
            clinic=link.clinic,
            patient=link.patient,
            channel=link.way,
            to=to,
            template="form-ready",
            lang=link.lang,
            slots=slots,
            about=about_link(link),
            key=f"form-{link.pk}",
            at=at,
        )
    except MessageRefused as refused:
        raise FormRefused(str(refused), "to") from None


def about_link(link: FormLink) -> str:
    """What the messages of a link are about."""
    return f"form:{link.pk}"


def note_step(*, link: FormLink, what: str, at: dt.datetime, by: AbstractUser | None = None) -> None:
    """Notes that the person opened a link, that it reached somebody else, or that staff ended it; twice is as once."""
    LinkStep.objects.get_or_create(link=link, what=what, defaults={"patient": link.patient, "at": at, "by": by})


def end_link(*, by: AbstractUser, link: FormLink, at: dt.datetime) -> None:
    """Ends a link before its time."""
    _require(by, link.clinic, Permission.RECORD_FACTS)
    with transaction.atomic():
        note_step(link=link, what=LinkStep.What.ENDED, at=at, by=by)
        note(link.clinic, at=at, actor=by.get_username(), action="end_form", subject=link.patient.number)


def store_answers(
    *, link: FormLink, instrument: str, items: dict[str, int | str], shown: Literal["clinic", "keel"], at: dt.datetime
) -> tuple[str, ...]:
    """Stores the answers of one instrument once, and gives the rules that alarm; an alert of them is stored with it.

    `shown` is whose crisis words the person is shown where they alarm. FormOver where the link takes none of these.
    """
    rules = alarms_in(instrument, items)
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=link.clinic_id)
        state = link_state(link, at)
        if instrument in state.answered:
            raise FormOver(Over.ANSWERED)
        if state.over is not None or instrument not in state.left or link.patient.erased_at is not None:
            raise FormOver(state.over or Over.UNKNOWN)
        payload = {
            "instrument": instrument,
            "version": knowledge.load().instruments[instrument].version,
            "items": items,
            "at": at.isoformat(),
        }
        user = _form_user(Way(link.way))
        answers = _append(
            link.patient, Kind(Kind.ANSWERS), payload, answer_key(link, instrument), user, clinic, at, "answer_form"
        )
        if rules:
            opened = AlertStep(
                alert=f"{link.pk}-{instrument}",
                step="opened",
                instrument=instrument,
                rules=rules,
                answers=_of_safety(instrument, items),
                came_by="tablet" if link.way == Way.TABLET else "link",
                fact=answers.sequence,
                shown=shown,
                lang=link.lang,
            )
            _open(link.patient, opened, user, clinic, at)
        mark_stale(link.patient)
    return rules


def _of_safety(instrument: str, items: dict[str, int | str]) -> dict[str, int | str]:
    return {name: items[name] for name in knowledge.load().instruments[instrument].safety_items if name in items}


def _open(patient: Patient, opened: AlertStep, by: AbstractUser, clinic: Clinic, at: dt.datetime) -> None:
    _append_step(patient, opened, f"alert-{opened.alert}", by, clinic, at)
    _tell(patient, opened.alert, 0, clinic, at)


def open_where_it_alarms(fact: Fact, clinic: Clinic) -> None:
    """Opens an alert of what staff wrote that alarms, in the transaction of the fact; one answer opens one alert.

    A correction opens another only where it tells of more. What a prescriber saw at a contact closes its alert.
    """
    opened, step = None, entry_of(fact) if fact.kind in (Kind.THERAPY, Kind.RECOVERY) else None
    if fact.kind == Kind.ANSWERS:
        opened = _of_answers(fact)
    elif isinstance(step, ContactMade | OutcomeNoted) and step.suicidal:
        opened = AlertStep(
            alert=f"fact-{fact.sequence}",
            step="opened",
            came_by="contact",
            fact=fact.sequence,
            told_in="therapy" if fact.kind == Kind.THERAPY else "recovery",
        )
    elif isinstance(step, DangerSeen) and Permission.DECIDE in permissions_in(fact.recorded_by, clinic):
        _close_contacts(fact, step.what, clinic)
    if opened is not None and not _is_opened(fact, opened):
        _open(fact.patient, opened, fact.recorded_by, clinic, fact.recorded_at)


def _of_answers(fact: Fact) -> AlertStep | None:
    """The alert that answers at the desk open; None where they do not alarm, or no such questionnaire is known."""
    instrument, items = fact.payload["instrument"], fact.payload.get("items", {})
    rules = _rules_of(instrument, items) if instrument in knowledge.load().instruments else ()
    if not rules:
        return None
    return AlertStep(
        alert=f"fact-{fact.sequence}",
        step="opened",
        instrument=instrument,
        rules=rules,
        answers=_of_safety(instrument, items),
        came_by="desk",
        fact=fact.sequence,
    )


def _rules_of(instrument: str, items: dict[str, int | str]) -> tuple[str, ...]:
    """The rules by which answers alarm; where they cannot be read as a whole, those of their safety items."""
    for told in (items, _of_safety(instrument, items)):
        try:
            return alarms_in(instrument, told)
        except AnswersRefused:  # the record says so on its page, and counts none of them
            continue
    return ()


def _is_opened(fact: Fact, opened: AlertStep) -> bool:
    """Whether an alert was opened for all of it by this fact, or by those that it corrects."""
    chain, one = [fact.sequence], fact.supersedes
    while one is not None:
        chain.append(one.sequence)
        one = one.supersedes
    before = fact.patient.facts.filter(kind=Kind.ALERT, payload__step="opened", payload__fact__in=chain)
    rules = {rule for alert in before for rule in alert.payload.get("rules", ())}
    return before.exists() and rules >= set(opened.rules)


def _close_contacts(fact: Fact, reason: str, clinic: Clinic) -> None:
    for state in alerts_for(fact.patient, fact.recorded_at):
        if state.is_open and state.opened.step.told_in == fact.kind:
            step = AlertStep(alert=state.id, step="closed", reason=reason)
            key = f"alert-{state.id}-seen"
            _append_step(fact.patient, step, key, fact.recorded_by, clinic, fact.recorded_at)


def _form_user(way: Way) -> AbstractUser:
    name, shown = FORM_USERS[way]
    user: AbstractUser
    user, _made = get_user_model().objects.get_or_create(
        username=name, defaults={"display_name": shown, "is_active": False, "password": "!"}
    )
    return user


def _append(
    patient: Patient,
    kind: Kind,
    payload: dict[str, Any],
    key: str,
    by: AbstractUser,
    clinic: Clinic,
    at: dt.datetime,
    action: str,
) -> Fact:
    fact = Fact(
        patient=patient, kind=kind, payload=payload, effective_at=at, recorded_at=at, recorded_by=by, key=key[:64]
    )
    return append_in_turn(fact, clinic, action)


def _append_step(
    patient: Patient, step: AlertStep, key: str, by: AbstractUser, clinic: Clinic, at: dt.datetime
) -> Fact:
    return _append(patient, Kind(Kind.ALERT), msgspec.to_builtins(step), key, by, clinic, at, f"alert_{step.step}")


# What is done about an alert


def note_alert(*, by: AbstractUser, patient: Patient, step: AlertStep, key: str, at: dt.datetime) -> Fact:
    """Notes a step of an alert. To close one takes a decision, and somebody who was spoken to or a reason why not.

    NotAllowed; FormRefused where the alert is closed, or does not exist.
    """
    _require(by, patient.clinic, Permission.DECIDE if step.step == "closed" else Permission.RECORD_FACTS)
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
        same: Fact | None = patient.facts.filter(key=key).first()
        if same is not None:
            return same
        alerts = alerts_for(patient, at)
        state = next((one for one in alerts if one.id == step.alert), None)
        if state is None or not state.is_open:
            raise FormRefused(_("This alert is closed already. Load the page again."))
        fact = _append_step(patient, step, key, by, clinic, at)
        told_in = state.opened.step.told_in if step.step == "closed" else ""
        if told_in and not any(one.is_open and one != state and one.opened.step.told_in == told_in for one in alerts):
            seen = {"step": "danger_seen", "at": at.isoformat(), "what": step.reason}
            record_fact(by=by, patient=patient, kind=Kind(told_in), payload=seen, key=f"seen-{fact.sequence}", at=at)
        mark_stale(patient)
    return fact


def tell_more(patient: Patient, state: AlertState, at: dt.datetime) -> bool:
    """Tells the next people of an alert that waits; False where it was told or closed meanwhile."""
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
        now = next((one for one in alerts_for(patient, at) if one.id == state.id), None)
        if now is None or not now.is_open or now.next_level != state.next_level:
            return False
        _tell(patient, state.id, state.next_level, clinic, at)
    return True


def _tell(patient: Patient, alert: str, level: int, clinic: Clinic, at: dt.datetime) -> None:
    """Queues a message to everybody of a level who has an address, and notes whom it goes to: nobody is noted too."""
    allowed = set(answer_rules().told[: level + 1])
    roles = [role.id for role in ROLES.values() if allowed & {str(one) for one in role.permissions}]
    members = Membership.objects.filter(clinic=clinic, role__in=roles, user__is_active=True).select_related("user")
    people = sorted({one.user for one in members}, key=lambda user: str(user.get_username()))
    address = staff_address(reverse("measures:alerts", args=[clinic.slug]))
    told = []
    for user in people:
        try:
            queue_message(
                clinic=clinic,
                patient=patient,
                channel="email",
                to=user.email,
                template="staff-attention",
                lang="en",
                slots={"site": "Keel", "link": address},
                about=about_alert(alert),
                key=f"alert-{alert}-{level}-{user.pk}",
                at=at,
            )
        except MessageRefused:  # no address: the alert names who was told, and stands on every page of the staff
            continue
        told.append(user.get_full_name())
    step = AlertStep(alert=alert, step="told", level=level, told=tuple(told))
    _append_step(patient, step, f"alert-{alert}-told-{level}", watcher_user(), clinic, at)


def about_alert(alert: str) -> str:
    """What the messages of an alert are about."""
    return f"alert:{alert}"


def _require(user: AbstractUser, clinic: Clinic, permission: Permission) -> None:
    if permission not in permissions_in(user, clinic):
        raise NotAllowed(_("Your role does not allow this."))
