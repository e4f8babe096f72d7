"""The book of a clinic's controlled drugs: read as a value, and written line by line."""

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel import knowledge
from keel.assessment.stock import moves
from keel.assessment.stock.book import Book, Line, book
from keel.assessment.stock.refusals import refusal
from keel.messages.json import BUILDS_SHAPES
from keel.web.clinic import audit
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import people_who_may, permissions_in
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.live.queries import recent_sessions, view_of_session
from keel.web.rems.models import StockMove

_NEEDS: dict[type[msgspec.Struct], tuple[Permission, ...]] = {
    moves.Explain: (Permission.KEEP_STOCK, Permission.SETTLE_STOCK),
    moves.ReportLoss: (Permission.SETTLE_STOCK,),
    moves.Close: (Permission.SETTLE_STOCK,),
}
"""What it takes to write these lines, one of them; all others take `KEEP_STOCK`."""


def lines_of(clinic: Clinic) -> list[Line]:
    """The lines of the book, in their order."""
    rows = StockMove.objects.filter(clinic=clinic).select_related("by").order_by("sequence")
    return [
        Line(number=row.sequence, at=row.at, recorded_at=row.recorded_at, by=row.by.get_username(), move=_read(row))
        for row in rows
    ]


def _read(row: StockMove) -> moves.StockMove:
    with BUILDS_SHAPES:
        move: moves.StockMove = msgspec.convert(row.payload, moves.StockMove)
    return move


def book_of(clinic: Clinic, *, at: dt.datetime) -> Book:
    """The book as it stands."""
    return book(lines_of(clinic), at=at, zone=ZoneInfo(clinic.timezone))


def witnesses(clinic: Clinic, me: AbstractUser) -> list[tuple[str, str]]:
    """Who else may witness, by user name."""
    return [one for one in people_who_may(Permission.KEEP_STOCK, clinic) if one[0] != me.get_username()]


def write_move(
    *, by: AbstractUser, clinic: Clinic, told: dict[str, Any], key: str, happened_at: dt.datetime, at: dt.datetime
) -> StockMove:
    """Appends a line. FactRefused, with the text for the screen, where it cannot stand; twice is as once."""
    try:
        with BUILDS_SHAPES:
            move: moves.StockMove = msgspec.convert(told, moves.StockMove)
    except msgspec.ValidationError:
        raise FactRefused(_("Something is missing, or not in its form.")) from None
    allowed = permissions_in(by, clinic)
    if not any(one in allowed for one in _NEEDS.get(type(move), (Permission.KEEP_STOCK,))):
        raise NotAllowed(_("Your role does not allow this."))
    if happened_at > at:
        raise FactRefused(_("The time lies in the future. Record what has happened."), "at")
    witness = getattr(move, "witness", "")
    if witness and witness != by.get_username() and witness not in dict(witnesses(clinic, by)):
        raise FactRefused(_("The witness works here and may keep the stock."), "witness")
    payload = msgspec.to_builtins(move)
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        same: StockMove | None = StockMove.objects.filter(clinic=locked, key=key).first()
        if same is not None:
            if (same.payload, same.by_id) != (payload, by.pk):
                raise FactRefused(_("This form was sent before with other content. Load the page again."))
            return same
        zone, lines = ZoneInfo(clinic.timezone), lines_of(locked)
        why = refusal(
            move,
            book(lines, at=at, zone=zone),
            by=by.get_username(),
            today=at.astimezone(zone).date(),
            products=dict(knowledge.load().stock_products),
        )
        if why is not None:
            raise FactRefused(plain(why))
        row: StockMove = StockMove.objects.create(
            clinic=locked,
            sequence=lines[-1].number + 1 if lines else 1,
            kind=payload["kind"],
            payload=payload,
            at=happened_at,
            recorded_at=at,
            by=by,
            key=key,
        )
        detail = {"line": row.sequence, "move": payload}
        audit.append(locked, at=at, actor=by.get_username(), action="stock", subject=str(row.sequence), detail=detail)
    return row


class SessionDose(NamedTuple):
    """The dose of a session: by its record, and by the book; None where nothing stands there."""

    session: str
    number: str
    name: str
    began: dt.datetime
    given_mg: float | None
    booked_mg: Decimal | None
    is_running: bool

    @property
    def is_alike(self) -> bool:
        """Whether both say the same, to a tenth of a milligram."""
        if self.given_mg is None or self.booked_mg is None:
            return not self.given_mg and not self.booked_mg
        return round(self.given_mg, 1) == round(float(self.booked_mg), 1)


def session_doses(clinic: Clinic, found: list[Line], *, at: dt.datetime) -> list[SessionDose]:
    """What was given in the sessions of the last day, beside what the book says of each."""
    products, lots = knowledge.load().stock_products, dict[int, str]()
    booked: dict[str, Decimal] = {}
    for line in found:
        if isinstance(line.move, moves.Receive):
            lots[line.number] = line.move.product
        if isinstance(line.move, moves.Give) and line.move.session:
            mg = Decimal(line.move.amount) * products[lots[line.move.lot]].mg_per_unit
            booked[line.move.session] = booked.get(line.move.session, Decimal(0)) + mg
    doses = []
    for live in recent_sessions(clinic, since=at - dt.timedelta(days=1)):
        view, patient = view_of_session(live, at=at), live.patient
        given = view.dose.given_mg if view.dose.first_at else None
        is_running = view.dose.first_at is not None and view.dose.ended_at is None
        who, by_book = (patient.number, patient.display_name), booked.get(live.id)
        doses.append(SessionDose(live.id, *who, live.opened_at, given, by_book, is_running))
    return doses
