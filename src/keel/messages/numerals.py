"""Numbers for people: thousands separated, no exponents, no more digits than are known."""

import math
import re
from typing import NamedTuple


class Signs(NamedTuple):
    """How a language writes numbers: the decimal sign, what parts thousands, the word between the ends of a range."""

    decimal: str = "."
    thousands: str = ","
    to: str = "to"


ENGLISH = Signs()


def number_text(value: float, significant: int = 6, signs: Signs = ENGLISH) -> str:
    """The number rounded to so many significant digits, without an exponent.

    >>> number_text(20800), number_text(3051616.4, 3), number_text(0.125), number_text(22.857142857, 3)
    ('20,800', '3,050,000', '0.125', '22.9')
    >>> number_text(20800.5, signs=Signs(",", "\\u202f", "a"))
    '20\\u202f800,5'
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = significant - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    text = f"{rounded:,.{max(decimals, 0)}f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return whole.replace(",", signs.thousands) + (signs.decimal + part if part else "")


def rewritten(text: str, signs: Signs) -> str:
    """A text of facts, its numbers written with other signs: “20,800.5 to 22,000” as “20 800,5 a 22 000”."""
    text = re.sub(r"(?<=\d) to (?=\d)", f" {signs.to} ", text)
    parted = re.sub(r"(?<=\d),(?=\d{3})", signs.thousands, text)
    return re.sub(r"(?<=\d)\.(?=\d)", signs.decimal, parted)
