"""Handing a person over: one offers, the other says back what was understood, and only then it has moved."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from keel.assessment.session.events import IllnessSeverity
from keel.assessment.session.handover import handovers
from keel.assessment.session.handover_form import handover_form
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.actions import record_events
from keel.web.live.models import LiveSession
from keel.web.live.names import receivers, staff_names
from keel.web.live.pages import page_of, view_of
from keel.web.live.sessions import is_kept, local, session_or_404

SEVERITIES = {
    IllnessSeverity.STABLE: _("Stable"),
    IllnessSeverity.WATCHER: _("To be watched: may get worse"),
    IllnessSeverity.UNSTABLE: _("Unstable"),
}
READ_BACKS = {
    "who": _("who it is, the drug and how much of it is in"),
    "next": _("what is due next, what holds and which alarms are open"),
    "then": _("what may come, and what I do then"),
}
"""What a receiver says back (live-session reference, section 7)."""


class OfferForm(forms.Form):
    """The first half: to whom, how ill, what to watch for."""

    use_required_attribute = False
    to = forms.ChoiceField(label=_("To"))
    severity = forms.ChoiceField(label=_("How ill"), choices=list(SEVERITIES.items()), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What to watch for, and what then"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Choose")), *names.items()]

    def event(self) -> dict[str, Any]:
        """What the event says."""
        return {name: self.cleaned_data[name] for name in ("to", "severity", "text") if self.cleaned_data[name]}


class TakeForm(forms.Form):
    """The second half: what was understood, ticked or in one’s own words."""

    use_required_attribute = False
    accepts = forms.CharField(widget=forms.HiddenInput, max_length=64)
    said = forms.MultipleChoiceField(
        label=_("I have said back"),
        choices=list(READ_BACKS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("In my words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """All three, or words."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if len(told.get("said", ())) < len(READ_BACKS) and not told.get("words", "").strip():
            raise forms.ValidationError(_("Say all three back, or write in your own words what you have understood."))
        return told

    def synthesis(self) -> str:
        """What is kept of it: one’s own words, and what was ticked."""
        ticked = "; ".join(str(READ_BACKS[name]) for name in self.cleaned_data["said"])
        return ". ".join(part for part in (self.cleaned_data["words"].strip(), ticked) if part)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.WRITE_IN_SESSIONS)
def handover(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The handover of a session: the form of who gives, or that of who takes."""
    live, me = session_or_404(clinic, session), request.user.get_username()
    request.shown = {live.patient.number: "session"}
    others = receivers(clinic, me)
    sent = request.POST if request.method == "POST" else None
    takes = TakeForm(sent) if sent and "accepts" in sent else TakeForm()
    offers = OfferForm(sent, names=others) if sent and "accepts" not in sent else OfferForm(names=others)
    bound: TakeForm | OfferForm = takes if takes.is_bound else offers
    if bound.is_bound and bound.is_valid():
        said = (
            {"to": me, "accepts": bound.cleaned_data["accepts"], "synthesis": bound.synthesis()}
            if isinstance(bound, TakeForm)
            else bound.event()
        )
        problem = _keep(request, live, said)
        if problem is None:
            return redirect("live:handover", clinic.slug, live.id)
        bound.add_error(None, problem)
    return render(request, "live/handover.html", _page(request, live, takes, offers), status=_status(bound))


def _status(form: forms.Form) -> int:
    return UNPROCESSABLE if form.is_bound else 200


def _keep(request: HttpRequest, live: LiveSession, said: dict[str, Any]) -> str | None:
    """Records the event; why not, where it cannot stand."""
    now = clock.now()
    if is_kept(live, request.POST.get("id", "")):
        return None
    event = {"type": "handed_over", "id": request.POST.get("id", ""), "at": local(live, now).isoformat(), **said}
    taken = record_events(by=request.user, live=live, events=[event], at=now)
    return plain(taken.refused[0][1]) if taken.refused else None


def _page(request: HttpRequest, live: LiveSession, takes: TakeForm, offers: OfferForm) -> dict[str, Any]:
    page, me = page_of(request, live), request.user.get_username()
    view = view_of(live)
    form = handover_form(view, page["state"])
    names = staff_names(live.patient.clinic)
    is_mine = form.offer is not None and form.offer.to.casefold() == me.casefold()
    if is_mine and form.offer is not None and not takes.is_bound:
        takes.initial["accepts"] = form.offer.id
    done = [one for one in handovers(view.events) if one.taken]
    return page | {
        "form": form,
        "new_id": str(uuid.uuid4()),
        "names": names,
        "responsible": names.get(page["state"].responsible, page["state"].responsible),
        "is_mine": is_mine,
        "takes": takes,
        "offers": offers,
        "offered_by": names.get(form.offer.by, form.offer.by) if form.offer else "",
        "offered_to": names.get(form.offer.to, form.offer.to) if form.offer else "",
        "severity": SEVERITIES.get(form.offer.severity) if form.offer and form.offer.severity else None,
        "done": [
            (names.get(one.offer.by, one.offer.by), names.get(one.offer.to, one.offer.to), one.taken) for one in done
        ],
    }
