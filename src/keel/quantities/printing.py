"""Numbers for people: thousands separated, no exponents, no more digits than are known."""

import math

from keel.quantities.amounts import Interval


def number_text(value: float, significant: int = 6) -> str:
    """The number rounded to so many significant digits, without an exponent.

    >>> number_text(20800), number_text(3051616.4, 3), number_text(0.125), number_text(22.857142857, 3)
    ('20,800', '3,050,000', '0.125', '22.9')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = significant - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    text = f"{rounded:,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval_text(interval: Interval, significant: int = 6) -> str:
    """One number, or “low to high” with no more than 3 significant digits, since an interval is not exact.

    >>> interval_text(Interval.exactly(20800)), interval_text(Interval.of(811485, 3051616))
    ('20,800', '811,000 to 3,050,000')
    """
    if interval.is_exact:
        return number_text(interval.low, significant)
    digits = min(3, significant)
    low, high = number_text(interval.low, digits), number_text(interval.high, digits)
    return low if low == high else f"{low} to {high}"
