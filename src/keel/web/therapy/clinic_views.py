"""Pages of the whole clinic: what is due in therapy or the programme, a group, the day of the programme."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import ClinicError
from keel.web.clinic.models import Clinic, Kind
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.therapy.actions import change_day, write_group
from keel.web.therapy.forms import LONGEST_GROUP, BlockForms, GroupForm
from keel.web.therapy.queries import (
    day_changed,
    day_of,
    in_care,
    programme,
    recovery_of,
    shown_tasks,
    therapy_of,
)

PAGE = 25
"""Patients on a page."""
KINDS = {"therapy": Kind(Kind.THERAPY), "recovery": Kind(Kind.RECOVERY)}


@require_safe
@staff(Permission.SEE_PICTURE)
def due(request: HttpRequest, clinic: Clinic, of: str) -> HttpResponse:
    """What is due today or overdue of everybody in therapy, or in the programme."""
    now, look = local_now(clinic), therapy_of if of == "therapy" else recovery_of
    page = Paginator(in_care(clinic, KINDS[of]), PAGE).get_page(request.GET.get("page"))
    rows = []
    for person in page:
        tasks = look(person, at=now).tasks
        rows.append((person, shown_tasks([one for one in tasks if one.due_at.date() <= now.date()], person)))
    request.shown = {person.number: "care" for person in page}
    context = {
        "clinic": clinic,
        "of": of,
        "page": page,
        "rows": rows,
        "may_decide": Permission.DECIDE in request.allowed,
    }
    return render(request, "therapy/due.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def group(request: HttpRequest, clinic: Clinic, of: str) -> HttpResponse:
    """The form for a meeting of several people: each gets a fact that names nobody else."""
    now = local_now(clinic)
    look = therapy_of if of == "therapy" else recovery_of
    found = list(in_care(clinic, KINDS[of])[:LONGEST_GROUP])
    people = {one.number: one for one in found if _is_in(look(one, at=now))}
    names = {number: one.display_name for number, one in people.items()}
    form = GroupForm(request.POST or None, of_therapy=of == "therapy", people=names, initial={"at": now, "ended": now})
    request.shown = dict.fromkeys(names, "name")
    if form.is_bound and form.is_valid():
        there = [(people[number], was) for number, was in form.there().items()]
        try:
            write_group(
                by=request.user,
                kind=KINDS[of],
                told=form.cleaned_data,
                people=there,
                key=form.cleaned_data["key"],
                at=clock.now(),
            )
        except ClinicError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("therapy:due", clinic.slug, of)
    context = {"clinic": clinic, "of": of, "form": form, "people": [form[field] for field in form.people]}
    return render(request, "therapy/group.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _is_in(state: Any) -> bool:
    return state.begun is not None and (state.ended if hasattr(state, "ended") else state.discharged) is None


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.DECIDE)
def day(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The day of the programme as rows that a centre edits; stays that have begun keep theirs."""
    blocks = [{"time": one.time, "title": one.title, "kind": one.kind} for one in day_of(clinic)]
    rows, problem = BlockForms(request.POST or None, initial=blocks, prefix="block"), ""
    if rows.is_bound and rows.is_valid():
        told = [
            {name: one.cleaned_data[name] or "own" for name in ("time", "title", "kind")}
            for one in rows
            if one.cleaned_data.get("time")
        ]
        try:
            change_day(by=request.user, clinic=clinic, blocks=told, at=clock.now())
        except ClinicError as refused:
            problem = str(refused)
        else:
            return redirect("therapy:day", clinic.slug)
    context = {
        "clinic": clinic,
        "rows": rows,
        "programme": programme(),
        "problem": problem,
        "changed": day_changed(clinic),
    }
    return render(request, "therapy/day.html", context, status=UNPROCESSABLE if rows.is_bound else 200)
