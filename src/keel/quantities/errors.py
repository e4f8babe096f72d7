"""What can be wrong with an amount as written.

QuantityError
└── UnitError   no unit, an unknown unit, or a unit of another kind
"""


class QuantityError(ValueError):
    """An amount, time or concentration that cannot be read; the text says how to write it."""


class UnitError(QuantityError):
    """No unit, a unit that Keel does not know, or one of another kind than was asked for."""
