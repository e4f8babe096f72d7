"""The page of messages out: what did not arrive, what waits, what went; and notes of what came back."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from keel.web import clock, environment
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.outbox.actions import note_bounce, note_seen
from keel.web.outbox.models import OutMessage
from keel.web.outbox.queries import channels, lost_messages, state_now

PAGE = 50
"""Messages on one page."""


@require_safe
@staff(Permission.SEE_CONTACTS)
def messages(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Messages of the clinic, the newest first, those that did not arrive above all."""
    now = clock.now()
    rows = OutMessage.objects.filter(clinic=clinic).select_related("patient").prefetch_related("deliveries")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lost = lost_messages(clinic, now)
    shown = [*(one for one, _state in lost), *page]
    request.shown = {one.patient.number: "name" for one in shown if one.patient}
    context = {
        "clinic": clinic,
        "lost": lost,
        "page": page,
        "rows": [(one, state_now(one, now)) for one in page],
        "mail_goes_out": environment.mail_goes_out(),
        "sends_texts": "text" in channels(),
    }
    return render(request, "outbox/messages.html", context)


@require_POST
@staff(Permission.SEE_CONTACTS)
def note(request: HttpRequest, clinic: Clinic, message: int) -> HttpResponse:
    """Notes that a message came back, or that somebody has taken note of one that did not arrive."""
    found = get_object_or_404(OutMessage, clinic=clinic, pk=message)
    if request.POST.get("what") == "bounced":
        note_bounce(message=found, by=request.user, at=clock.now())
    else:
        note_seen(message=found, by=request.user, at=clock.now())
    return redirect("outbox:messages", clinic.slug)
