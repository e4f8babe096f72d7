"""The pages of the book of controlled drugs: balances, lines, counts by two, discrepancies, the book itself."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel import knowledge
from keel.assessment.stock import moves
from keel.assessment.stock.book import Book, Line, book
from keel.reports.documents import Paper, PaperPart, Table, paper_pdf
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.errors import ClinicError, FactRefused
from keel.web.clinic.models import Clinic
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.language import texts
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.live.names import staff_names
from keel.web.rems.stock import book_of, lines_of, session_doses, witnesses, write_move
from keel.web.rems.stock_forms import SETTLING, WRITTEN, MoveForm, Offered, label_of, offered
from keel.web.routes import in_queue

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff(Permission.SEE_STOCK)
def stock(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """What is in the cupboard by lot, what is not accounted for, and what is to be done."""
    now = clock.now()
    lines = lines_of(clinic)
    found = book_of(clinic, at=now)
    doses = session_doses(clinic, lines, at=now) if lines else []
    request.shown = {one.number: "name" for one in doses}
    context = {
        "clinic": clinic,
        "found": found,
        "products": knowledge.load().stock_products,
        "openings": [one for one in found.openings.values() if one.left > 0],
        "doses": doses,
        "duties": [one for one in knowledge.load().stock_duties.values() if one.jurisdiction == clinic.country],
        "names": staff_names(clinic),
        "me": request.user.get_username(),
        "may_keep": Permission.KEEP_STOCK in request.allowed,
        "written": {name: one for name, one in WRITTEN.items() if name != "count"},
        "today": local_now(clinic).date(),
    }
    return render(request, "rems/stock.html", context)


@PAGE
@staff(Permission.KEEP_STOCK)
def write(request: HttpRequest, clinic: Clinic, kind: str) -> HttpResponse:
    """The form for one line."""
    if kind not in WRITTEN or kind == "count":
        raise Http404
    found, now = book_of(clinic, at=clock.now()), local_now(clinic)
    doses = session_doses(clinic, lines_of(clinic), at=clock.now()) if kind == "give" else []
    request.shown = {one.number: "name" for one in doses}
    sessions = [(one.session, f"{one.name}, {one.number}, {date_format(one.began, 'H:i')}") for one in doses]
    form = _form(request, kind, offered(found, witnesses(clinic, request.user), sessions), now)
    if form.is_bound and form.is_valid() and _written(request, clinic, form):
        return redirect("rems:stock", clinic.slug)
    context = {"clinic": clinic, "form": form, "writing": WRITTEN[kind]}
    return render(request, "rems/move.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@PAGE
@staff(Permission.KEEP_STOCK)
def count(request: HttpRequest, clinic: Clinic, lot: int) -> HttpResponse:
    """The form in which one of two people counts a lot, without what the book says."""
    found = book_of(clinic, at=clock.now())
    if lot not in found.lots:
        raise Http404
    form = _form(request, "count", Offered([], [], [], []), local_now(clinic))
    if form.is_bound and form.is_valid() and _written(request, clinic, form, lot=lot):
        return redirect("rems:stock", clinic.slug)
    one = found.lots[lot]
    context = {
        "clinic": clinic,
        "form": form,
        "writing": WRITTEN["count"],
        "lot": one.received,
        "first": one.first_count,
    }
    context |= {"product": knowledge.load().stock_products.get(one.received.product)}
    return render(request, "rems/move.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@staff(Permission.KEEP_STOCK)
def confirm(request: HttpRequest, clinic: Clinic, line: int) -> HttpResponse:
    """Says as the witness of a line that it was so."""
    now, key = clock.now(), f"confirm-{line}-{request.user.pk}"
    told = {"kind": "confirm", "of": line}
    try:
        write_move(by=request.user, clinic=clinic, told=told, key=key, happened_at=now, at=now)
    except FactRefused as refused:
        return render(request, "rems/stock_problem.html", {"clinic": clinic, "problem": refused}, status=UNPROCESSABLE)
    return redirect("rems:stock", clinic.slug)


@PAGE
@staff(Permission.SEE_STOCK)
def discrepancy(request: HttpRequest, clinic: Clinic, difference: str) -> HttpResponse:
    """A discrepancy: what is known of it, and the steps until it may be closed."""
    found, now = book_of(clinic, at=clock.now()), local_now(clinic)
    one = found.discrepancies.get(difference)
    if one is None:
        raise Http404
    given, act = Offered([], [], list(witnesses(clinic, request.user)), []), request.POST.get("act", "")
    forms = {kind: _form(request, kind, given, now, is_sent=kind == act) for kind in SETTLING}
    sent = forms.get(act)
    if sent is not None and sent.is_valid():
        more: dict[str, Any] = {"of": difference} | ({"lot": one.lot} if act == "correct" else {})
        if _written(request, clinic, sent, **more):
            return redirect("rems:discrepancy", clinic.slug, difference)
    context = {
        "clinic": clinic,
        "one": one,
        "lot": found.lots[one.lot].received,
        "product": knowledge.load().stock_products.get(found.lots[one.lot].received.product),
        "forms": {} if one.closed else forms,
        "names": staff_names(clinic),
    }
    return render(request, "rems/discrepancy.html", context, status=UNPROCESSABLE if act else 200)


def _form(request: HttpRequest, kind: str, given: Offered, now: dt.datetime, *, is_sent: bool = True) -> MoveForm:
    writing = (WRITTEN | SETTLING)[kind]
    told = request.POST if request.method == "POST" and is_sent else None
    return MoveForm(writing, given, told, prefix=kind, initial={"at": now})


def _written(request: HttpRequest, clinic: Clinic, form: MoveForm, **more: Any) -> bool:
    """Whether the line was written; the form says why not."""
    told = form.told(**more)
    if "amount" in told:
        told["amount"] = told["amount"].replace(",", ".")
    try:
        if isinstance(told.get("of"), int) and told["of"] in (openings := book_of(clinic, at=clock.now()).openings):
            told["lot"] = openings[told["of"]].lot
        write_move(
            by=request.user,
            clinic=clinic,
            told=told,
            key=form.cleaned_data["key"],
            happened_at=form.cleaned_data["at"],
            at=clock.now(),
        )
    except ClinicError as refused:
        field = getattr(refused, "field", "")
        form.add_error(field if field in form.fields else None, str(refused))
        return False
    return True


# ---------------------------------------------------------------------------------------------------- the book

_COLUMNS = ("line", "at", "recorded_at", "by", "kind", "lot", "amount", "balance", "patient", "witness", "more")


@require_safe
@staff(Permission.SEE_STOCK)
def book_csv(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The whole book as a table for other programs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    writer.writerows(_rows(request, clinic, staff_names(clinic)))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="controlled-drugs.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@in_queue(COSTLY)
@require_safe
@staff(Permission.SEE_STOCK)
def book_pdf(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The whole book on paper, line by line with its balance."""
    now = clock.now()
    rows = tuple(tuple(row[:2] + row[3:]) for row in _rows(request, clinic, staff_names(clinic)))
    columns = (_("Line"), _("When"), _("By"), _("What"), _("Lot"), _("How much"), _("Balance"), _("Patient"))
    table = Table(
        columns=(*columns, _("Witness"), _("More")), rows=rows, widths=(0.6, 1.6, 1.2, 1.2, 2.2, 1, 1, 1, 1.2, 3)
    )
    paper = Paper(
        language=texts.language(),
        title=_("Book of controlled drugs"),
        lead=f"{clinic.name}, {date_format(local_now(clinic))}",
        parts=(PaperPart(heading=_("Every line"), table=table),),
        mark=mark_of(clinic),
        footer=_("%(clinic)s. Lines are never changed; what was wrong is put right by a line of its own.")
        % {"clinic": clinic.name},
        page=_("Page"),
        is_wide=True,
    )
    return as_pdf(paper_pdf(paper, at=now), "controlled-drugs")


def _rows(request: HttpRequest, clinic: Clinic, names: dict[str, str]) -> list[list[str]]:
    lines = lines_of(clinic)
    found = book(lines, at=clock.now(), zone=clock.now().tzinfo or dt.UTC)
    rows = [_row(line, found, names) for line in lines]
    numbers = {line.move.patient for line in lines if isinstance(line.move, moves.Give)}
    request.shown = dict.fromkeys(sorted(numbers), "name")
    return rows


def _row(line: Line, found: Book, names: dict[str, str]) -> list[str]:
    move = line.move
    number = line.number if isinstance(move, moves.Receive) else getattr(move, "lot", None)
    lot = found.lots[number].received if isinstance(number, int) else None
    products = knowledge.load().stock_products
    title = plain(products[lot.product].title) if lot and lot.product in products else ""
    balance = found.balances.get(line.number)
    witness = getattr(move, "witness", "")
    return [
        str(line.number),
        _moment(line.at),
        _moment(line.recorded_at),
        names.get(line.by, line.by),
        kind_words(move),
        f"{title}, {lot.lot}" if lot else "",
        getattr(move, "amount", ""),
        f"{balance.normalize():f}" if balance is not None else "",
        getattr(move, "patient", ""),
        names.get(witness, witness) + ("" if not witness or line.number not in found.unconfirmed else " ?"),
        "; ".join(_more(move)),
    ]


_SHOWN = frozenset({"lot", "amount", "patient", "witness", "kind", "product"})


def _more(move: moves.StockMove) -> Iterator[str]:
    for name in move.__struct_fields__:
        value = getattr(move, name)
        if name not in _SHOWN and value not in ("", None):
            yield f"{label_of(name)}: {answer_of(value)}"


def answer_of(value: Any) -> str:
    """What stands in a line, in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return date_format(value) if isinstance(value, dt.date) else str(value)


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(get_current_timezone()):%Y-%m-%d %H:%M}"


def kind_words(move: moves.StockMove) -> str:
    """What a line is, in a word or two."""
    tag = str(move.__struct_config__.tag)
    known = (WRITTEN | SETTLING).get(tag)
    return str(known.title) if known else _("Confirmed by the witness")
