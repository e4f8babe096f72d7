"""Forms for a line of the book: one for each kind of move, with the fields that the move has."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from keel import knowledge
from keel.assessment.stock import moves
from keel.assessment.stock.book import Book
from keel.web.clinic.forms import day_field, moment_field
from keel.web.language.rendering import plain

Choices = list[tuple[str, Any]]
_CHOOSE = ("", _("Choose"))


class Offered(NamedTuple):
    """What the fields of a form offer to choose from."""

    lots: Choices
    openings: Choices
    witnesses: Choices
    sessions: Choices


class Writing(NamedTuple):
    """A kind of line that is written on a page of its own."""

    move: Any
    title: Any
    button: Any


WRITTEN = {
    "receive": Writing(moves.Receive, _("Received"), _("Record the delivery")),
    "issue": Writing(moves.Issue, _("Taken out"), _("Record what was taken out")),
    "give": Writing(moves.Give, _("Given"), _("Record what was given")),
    "waste": Writing(moves.Waste, _("Wasted"), _("Record the waste")),
    "return": Writing(moves.Return, _("Back in the cupboard"), _("Record what is back")),
    "transfer": Writing(moves.Transfer, _("Left for another place"), _("Record the transfer")),
    "destroy": Writing(moves.Destroy, _("Destroyed"), _("Record the destruction")),
    "count": Writing(moves.Count, _("Count"), _("Record the count")),
}
SETTLING = {
    "explain": Writing(moves.Explain, _("What was found out"), _("Write it down")),
    "correct": Writing(moves.Correct, _("Bring the book to what is there"), _("Correct the book")),
    "report_loss": Writing(moves.ReportLoss, _("Reported"), _("Record the report")),
    "close": Writing(moves.Close, _("Close it"), _("Close the discrepancy")),
}
_MUST = frozenset({"product", "lot", "expiry", "amount", "from_name", "to", "to_name", "patient", "reason"}) | {
    *("witness", "method", "place", "text", "number", "is_explained")
}


def offered(found: Book, witnesses: Choices, sessions: Choices) -> Offered:
    """What can be chosen as the book stands: lots that are not empty, what was taken out and is not accounted for."""
    products = knowledge.load().stock_products

    def lot_words(number: int) -> str:
        one = found.lots[number].received
        title = products[one.product].title if one.product in products else one.product
        return f"{plain(title)}, {one.lot}, {one.expiry.isoformat()}"

    lots = [(str(one.number), lot_words(one.number)) for one in found.lots.values() if one.balance > 0]
    openings = [
        (str(one.line.number), f"{one.line.number}: {lot_words(one.lot)}, {_number(one.left)}")
        for one in found.openings.values()
        if one.left > 0
    ]
    return Offered(lots, openings, witnesses, sessions)


def _number(value: Any) -> str:
    return f"{value.normalize():f}"


class MoveForm(forms.Form):
    """A form for one line; `key` makes sending it twice harmless."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, writing: Writing, given: Offered, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid.uuid4()), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.writing = writing
        names: Iterable[str] = writing.move.__struct_fields__
        if writing.move is moves.Receive:
            self.fields["lot"] = forms.CharField(label=_("Lot"), max_length=100)
        for name in names:
            is_fixed = name == "of" and writing.move not in (moves.Give, moves.Waste, moves.Return)
            if name not in self.fields and not is_fixed:
                self.fields[name] = _FIELDS[name](given)
                self.fields[name].required = name in _MUST or (name == "of" and writing.move is moves.Return)
        if writing.move in (moves.Issue, moves.Count, *(one.move for one in SETTLING.values())):
            self.fields.pop("session", None)
        if writing.move in (moves.Count, moves.Correct, moves.Return):
            del self.fields["lot"]  # the page says which, or what was taken out does
        elif "of" in self.fields:
            self.fields["lot"].required = False
            self.fields["lot"].help_text = _("Only where it comes straight from the cupboard.")
        if writing.move is moves.Receive:
            self.order_fields(("product", "lot", "expiry", "amount"))
        if writing.move is moves.Correct:
            self.fields["amount"].help_text = _("With a minus where there is less than the book says: -1.")
        self.fields["at"] = moment_field(_("When it happened"))

    def told(self, **more: Any) -> dict[str, Any]:
        """The move as it was written."""
        given: dict[str, Any] = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("key", "at") and value not in ("", None)
        }
        for name in ("of", *(() if self.writing.move is moves.Receive else ("lot",))):
            if name in given:
                given[name] = int(given[name])
        if "expiry" in given:
            given["expiry"] = given["expiry"].isoformat()
        if "is_explained" in given:
            given["is_explained"] = given["is_explained"] == "yes"
        return {"kind": self.writing.move.__struct_config__.tag, **given, **more}


def _text(label: Any, help_text: Any = "") -> Callable[[Offered], forms.Field]:
    return lambda _given: forms.CharField(label=label, max_length=300, help_text=help_text)


def _choice(label: Any, of: Callable[[Offered], Choices], help_text: Any = "") -> Callable[[Offered], forms.Field]:
    return lambda given: forms.ChoiceField(label=label, choices=[_CHOOSE, *of(given)], help_text=help_text)


def _products(_given: Offered) -> Choices:
    return [(one.id, plain(one.title)) for one in knowledge.load().stock_products.values()]


_FIELDS: dict[str, Callable[[Offered], forms.Field]] = {
    "product": _choice(_("Product"), _products),
    "lot": _choice(_("Lot"), lambda given: given.lots),
    "expiry": lambda _given: day_field(_("Expires on"), required=True),
    "amount": lambda _given: forms.RegexField(
        r"\A-?[0-9]{1,7}([.,][0-9]{1,4})?\Z",
        label=_("How much, in mL or devices"),
        max_length=13,
        error_messages={"invalid": _("Write a number: 2, or 1.25.")},
    ),
    "from_name": _text(_("From whom")),
    "from_address": _text(_("Address")),
    "from_number": _text(_("Registration number")),
    "document": _text(_("Number of the invoice")),
    "to": _text(_("For whom or where"), _("A patient's number, or a room.")),
    "session": _choice(_("Dose of which session"), lambda given: given.sessions),
    "patient": _text(_("Patient’s number")),
    "authority": _text(_("Prescriber")),
    "of": _choice(_("Of what was taken out"), lambda given: given.openings, _("Empty: straight from the cupboard.")),
    "witness": _choice(_("Witness"), lambda given: given.witnesses, _("Another person, who confirms it themself.")),
    "reason": _text(_("Why")),
    "to_name": _text(_("To whom")),
    "to_address": _text(_("Address")),
    "to_number": _text(_("Registration number")),
    "method": _text(_("How")),
    "place": _text(_("Where")),
    "is_explained": lambda _given: forms.ChoiceField(
        label=_("Explained"), choices=[_CHOOSE, ("yes", _("It is explained")), ("no", _("It is not explained"))]
    ),
    "text": _text(_("What was found out")),
    "number": _text(_("Number that they gave")),
}


def label_of(name: str) -> str:
    """What a field of a line is called."""
    return str(_FIELDS[name](Offered([], [], [], [])).label)
