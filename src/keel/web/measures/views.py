"""Pages of the staff: the questionnaires of a patient, answers that alarm, and what the clinic says in messages."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.web import clock
from keel.web.accounts.access import lock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.models import Clinic, Patient
from keel.web.clinic.queries import patient_or_404, record_of
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.measures.actions import about_alert, about_link, choose, end_link, make_link, note_alert
from keel.web.measures.errors import FormRefused
from keel.web.measures.forms import STEP_FORMS, ChoicesForm, SendForm, StepForm
from keel.web.measures.models import FormLink, Way
from keel.web.measures.queries import (
    alerts_for,
    choices_of,
    due_for,
    emergency_number,
    initials,
    link_state,
    lost_links,
    open_alerts,
    reach_of,
)
from keel.web.measures.trends import trends_of
from keel.web.outbox.queries import messages_about

LINKS = 10
"""Links of a patient that the page shows."""
UNPROCESSABLE = 422
PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@staff(Permission.SEE_PICTURE)
def patient(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The questionnaires of a patient: what is due, what was sent, how the scores went; and the form that sends."""
    person, now, facts = patient_or_404(request.user, clinic, number), local_now(clinic), knowledge.load()
    may_send = Permission.RECORD_FACTS in request.allowed
    record = record_of(person, at=now, knowledge=facts)
    due = due_for(record, clinic, now)
    form = SendForm(
        request.POST or None, initial=_suggested(person, [one.instrument for one in due if one.is_due(now.date())])
    )
    if request.method == "POST" and not may_send:
        raise PermissionDenied
    if "end" in request.POST:
        end_link(by=request.user, link=get_object_or_404(FormLink, patient=person, pk=request.POST["end"]), at=now)
        return redirect("measures:patient", clinic.slug, number)
    if form.is_bound and form.is_valid():
        sent = _send(request, person, form)
        if sent is not None:
            return sent
    links = [
        (one, link_state(one, now), messages_about(clinic, about_link(one), now)[:1])
        for one in FormLink.objects.filter(patient=person).prefetch_related("steps")[:LINKS]
    ]
    context = {
        "clinic": clinic,
        "patient": person,
        "may_send": may_send,
        "form": form,
        "due": [(one, one.is_due(now.date()), facts.instruments[one.instrument].name) for one in due],
        "has_schedule": bool(choices_of(clinic).schedule),
        "links": links,
        "alerts": alerts_for(person, now),
        "trends": list(trends_of(record, now, facts)),
        "reach": reach_of(person),
    }
    return render(request, "measures/patient.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _suggested(person: Patient, due: list[str]) -> dict[str, object]:
    reach = reach_of(person)
    return {
        "instruments": due,
        "way": Way.EMAIL if reach and reach.email else Way.TABLET,
        "to": (reach.email or reach.phone) if reach else "",
        "lang": (reach.lang if reach else "") or "en",
        "shown_as": initials(person.display_name),
    }


def _send(request: HttpRequest, person: Patient, form: SendForm) -> HttpResponse | None:
    """Sends the form, or hands the tablet over: locked for the staff, open for the form. None where it was refused."""
    given = form.cleaned_data
    try:
        token = make_link(
            by=request.user,
            patient=person,
            at=clock.now(),
            address=request.build_absolute_uri,
            **given | {"way": Way(given["way"])},
        )
    except FormRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None
    if token and given["way"] == Way.TABLET:
        lock(request)
        return redirect("measures:form", token)
    return redirect("measures:patient", person.clinic.slug, person.number)


@require_safe
@staff(Permission.SEE_PICTURE)
def alerts(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Every answer that alarms and that nobody has closed, and forms that nobody answered."""
    rows, lost = open_alerts(clinic, clock.now()), lost_links(clinic, clock.now())
    request.shown = {one.patient.number: "name" for one, _state in lost}
    request.shown |= {person.number: "picture" for person, _state in rows}
    return render(request, "measures/alerts.html", {"clinic": clinic, "rows": rows, "lost": lost})


@PAGE
@staff(Permission.SEE_PICTURE)
def alert(request: HttpRequest, clinic: Clinic, number: str, alert: str) -> HttpResponse:
    """One answer that alarms: what was answered and shown, what was done, and the forms for what is done next."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    state = next((one for one in alerts_for(person, now) if one.id == alert), None)
    if state is None:
        raise Http404
    step, problem = request.POST.get("step", ""), ""
    forms: dict[str, StepForm] = {
        name: form(request.POST if name == step else None, prefix=None) for name, form in STEP_FORMS.items()
    }
    if step in forms and forms[step].is_valid():
        try:
            note_alert(
                by=request.user,
                patient=person,
                step=forms[step].as_step(alert),
                key=forms[step].cleaned_data["key"],
                at=clock.now(),
            )
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except FormRefused as refused:
            problem = str(refused)
        else:
            return redirect("measures:alert", clinic.slug, number, alert)
    shape = knowledge.load().instruments.get(state.opened.step.instrument)
    context = {
        "clinic": clinic,
        "patient": person,
        "state": state,
        "shape": shape,
        "answers": [
            (item, next((c for c in shape.choices(item) if c.value == told), None))
            for item in (shape.items if shape else ())
            if shape and (told := state.opened.step.answers.get(item.id)) is not None
        ],
        "said": [
            rule
            for rule in (shape.rules if shape else ())
            if f"{state.opened.step.instrument}/{rule.id}" in state.opened.step.rules
        ],
        "forms": forms,
        "sent": step,
        "problem": problem,
        "messages_out": messages_about(clinic, about_alert(alert), now),
        "may_close": Permission.DECIDE in request.allowed,
        "may_note": Permission.RECORD_FACTS in request.allowed,
    }
    return render(request, "measures/alert.html", context, status=UNPROCESSABLE if step else 200)


@PAGE
@staff(Permission.DECIDE)
def choices(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """What the clinic says in its messages and on the crisis card, and by which schedule it asks."""
    chosen = choices_of(clinic)
    words = {f"words_{code}": text for code, text in chosen.words.items()}
    initial = {"site": chosen.site, "danger": chosen.danger, "schedule": chosen.schedule, "automatic": chosen.automatic}
    form = ChoicesForm(request.POST or None, initial=initial | words)
    if form.is_bound and form.is_valid():
        try:
            choose(by=request.user, clinic=clinic, chosen=form.chosen(), at=clock.now())
        except FormRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            return redirect(f"{reverse('measures:choices', args=[clinic.slug])}?kept=1")
    context = {
        "clinic": clinic,
        "form": form,
        "chosen": chosen,
        "kept": "kept" in request.GET,
        "number": emergency_number(clinic),
    }
    return render(request, "measures/choices.html", context, status=UNPROCESSABLE if form.is_bound else 200)
