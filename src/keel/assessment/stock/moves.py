"""The moves of controlled drugs, each a line that is never changed. Amounts are decimals in the unit of the product.

A lot is named by the number of the line that received it first.
"""

import datetime as dt
from typing import Annotated, get_args

import msgspec
from msgspec import Meta

Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,4})?$", examples=["2", "1.25"])]
Signed = Annotated[str, Meta(pattern=r"^-?[0-9]{1,7}(\.[0-9]{1,4})?$", examples=["-1", "0.5"])]
Words = Annotated[str, Meta(min_length=1, max_length=300)]
More = Annotated[str, Meta(max_length=300)]
Line = Annotated[int, Meta(ge=1)]


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """What all moves are."""


class Receive(Move, frozen=True, kw_only=True, tag="receive"):
    """A delivery: what, of which lot, from whom."""

    product: Words
    lot: Words
    expiry: dt.date
    amount: Amount
    from_name: Words
    from_address: More = ""
    from_number: More = ""
    document: More = ""


class Issue(Move, frozen=True, kw_only=True, tag="issue"):
    """Something is opened or taken from the cupboard for a patient, a session or a room."""

    lot: Line
    amount: Amount
    to: Words
    session: str = ""


class Give(Move, frozen=True, kw_only=True, tag="give"):
    """Given to a patient: of what was issued (`of`), or straight from the cupboard."""

    lot: Line
    amount: Amount
    patient: Words
    of: Line | None = None
    session: str = ""
    authority: More = ""


class Waste(Move, frozen=True, kw_only=True, tag="waste"):
    """Thrown away before the eyes of a witness, who is another person."""

    lot: Line
    amount: Amount
    witness: Words
    reason: Words
    of: Line | None = None


class Return(Move, frozen=True, kw_only=True, tag="return"):
    """What was issued and not opened goes back into the cupboard."""

    lot: Line
    amount: Amount
    of: Line
    witness: More = ""


class Count(Move, frozen=True, kw_only=True, tag="count"):
    """What one person counted, without seeing the book. A second person counts after them."""

    lot: Line
    amount: Amount


class Transfer(Move, frozen=True, kw_only=True, tag="transfer"):
    """It leaves for another place."""

    lot: Line
    amount: Amount
    to_name: Words
    to_address: More = ""
    to_number: More = ""


class Destroy(Move, frozen=True, kw_only=True, tag="destroy"):
    """Destroyed before the eyes of a witness: how, and where."""

    lot: Line
    amount: Amount
    witness: Words
    method: Words
    place: Words


class Correct(Move, frozen=True, kw_only=True, tag="correct"):
    """The book is brought to what is there, for a discrepancy that is open (`of`), before a witness."""

    lot: Line
    amount: Signed
    of: Words
    witness: Words
    reason: Words


class Confirm(Move, frozen=True, kw_only=True, tag="confirm"):
    """The witness of a line says so themself."""

    of: Line


class Explain(Move, frozen=True, kw_only=True, tag="explain"):
    """What was found out about a discrepancy; `is_explained` where it was."""

    of: Words
    is_explained: bool
    text: Words


class ReportLoss(Move, frozen=True, kw_only=True, tag="report_loss"):
    """A discrepancy was reported: to whom, and under which number."""

    of: Words
    to: Words
    number: Words


class Close(Move, frozen=True, kw_only=True, tag="close"):
    """A discrepancy is closed by somebody who neither gave nor counted."""

    of: Words
    reason: Words


StockMove = (
    Receive
    | Issue
    | Give
    | Waste
    | Return
    | Count
    | Transfer
    | Destroy
    | Correct
    | Confirm
    | Explain
    | ReportLoss
    | Close
)
KINDS = tuple(str(one.__struct_config__.tag) for one in get_args(StockMove))
