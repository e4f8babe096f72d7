"""The page on which a patient is erased: what the law says, who asks, who decides, and what is left afterwards."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from keel import knowledge
from keel.web import clock
from keel.web.clinic import erasure
from keel.web.clinic.access import staff
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic, Patient
from keel.web.clinic.queries import patient_or_404, same_person
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now


class ErasureForm(forms.Form):
    """Why a patient is to be erased."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why"), max_length=500, help_text=_("It stays, beside the number. Write it without the name.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.ERASE)
def erase(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Shows what stands against it, takes what a manager asks, and carries out what a prescriber decides."""
    person = patient_or_404(request.user, clinic, number)
    if request.method == "POST":
        return _decide(request, clinic, person) if "decide" in request.POST else _ask(request, clinic, person)
    return _page(request, clinic, person, ErasureForm())


def _ask(request: HttpRequest, clinic: Clinic, person: Patient) -> HttpResponse:
    form = ErasureForm(request.POST)
    if form.is_valid():
        reason, now = form.cleaned_data["reason"], local_now(clinic)
        try:
            erasure.ask(by=request.user, patient=person, reason=reason, at=now, knowledge=knowledge.load())
        except FactRefused as refused:
            form.add_error(refused.field or None, str(refused))
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("clinic:erase", clinic.slug, person.number)
    return _page(request, clinic, person, form)


@reauthentication_required
def _decide(request: HttpRequest, clinic: Clinic, person: Patient) -> HttpResponse:
    form = ErasureForm(request.POST)
    try:
        done = erasure.erase(by=request.user, patient=person, at=local_now(clinic), knowledge=knowledge.load())
    except (FactRefused, NotAllowed) as refused:
        form.errors.clear()
        form.add_error(None, str(refused))
        return _page(request, clinic, person, form)
    is_swept = erasure.sweep(at=clock.now())
    return render(request, "clinic/erased.html", {"clinic": clinic, "erasure": done, "is_swept": is_swept})


def _page(request: HttpRequest, clinic: Clinic, person: Patient, form: ErasureForm) -> HttpResponse:
    now = local_now(clinic)
    law = erasure.law_for(person, at=now, knowledge=knowledge.load())
    asked = erasure.asked_for(person, at=now)
    context: dict[str, Any] = {
        "clinic": clinic,
        "patient": person,
        "others": same_person(person)[1:],
        "form": form,
        "law": law,
        "is_allowed": law.allows(now.date()),
        "asked": asked,
        "is_out": erasure.is_out(person),
        "may_ask": Permission.MANAGE_STAFF in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed and asked and asked.by != request.user.get_username(),
    }
    return render(request, "clinic/erase.html", context, status=UNPROCESSABLE if form.is_bound else 200)
