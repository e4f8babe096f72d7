"""The exposure scale: milligrams a year on one logarithmic line, with the reference course on it.

Drawn by hand: places are percentages of the width and heights are pixels, so that one drawing fits a phone and a desk
with letters of the same size. Numbers come from the `Exposure`; nothing is computed but places.
"""

from collections.abc import Iterable
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from keel.exposure import Exposure
from keel.messages import Catalogue, Message, joined
from keel.quantities import Figure, Interval

_LEAST_MG, _MOST_MG = 100.0, 1_000_000.0
_TRACK = 38
"""Pixels of height for each label above the line."""
_CLOSE = 9.0
"""Percent of the width under which two marks are too close for an arrow between them."""


class _Total(NamedTuple):
    """One mark of a person: what it is called beside others, milligrams a year, how many times the reference course."""

    name: Message
    mg: Interval
    times: Interval | None


class _Axis(NamedTuple):
    low: float
    high: float

    def place(self, mg: float) -> float:
        """Percent of the width, 0 to 100."""
        span = log10(self.high) - log10(self.low)
        return max(0.0, min(100.0, 100 * (log10(max(mg, self.low)) - log10(self.low)) / span))

    def decades(self) -> list[float]:
        return [10.0**power for power in range(round(log10(self.low)), round(log10(self.high)) + 1)]


def exposure_scale_svg(exposure: Exposure, catalogue: Catalogue | None = None) -> str:
    """The scale as SVG, its labels in the language of the catalogue; empty where no total could stand on it."""
    totals = _totals(exposure)
    if not totals:
        return ""
    axis = _axis(totals, exposure.reference.mg_per_year)
    line_y = 20 + _TRACK * len(totals) + 34
    height = line_y + 30
    is_only = len(totals) == 1
    # The reference has the highest label: most people stand to its right, and no stem then crosses a label.
    parts = [*_ruler(axis, line_y, catalogue), *_reference(exposure, axis, line_y, catalogue)]
    for row, total in enumerate(totals, start=1):
        parts += _person(total, axis, 20 + _TRACK * row, line_y, catalogue, is_only=is_only)
    if is_only:
        reference = axis.place(exposure.reference.mg_per_year)
        parts += _arrow(reference, axis.place(totals[0].mg.mid), totals[0], line_y, catalogue)
    body = "".join(parts)
    return (
        f'<svg class="scale" width="100%" height="{height}" aria-hidden="true" focusable="false">'
        f'<svg x="2%" width="96%" height="{height}" overflow="visible">{body}</svg></svg>'
    )


def exposure_scale_words(exposure: Exposure) -> Message:
    """What the scale shows, in words; the alternative text of the drawing."""
    parts = [
        Message("A logarithmic scale of milligrams a year."),
        Message("The reference course is {mg} mg a year.", mg=exposure.reference.mg_per_year),
    ]
    totals = _totals(exposure)
    for total in totals:
        if total.times:
            mg, times = Figure(total.mg), Figure(total.times, 3)
            parts.append(
                Message("This use: {mg} mg a year, {times} times the reference course.", mg=mg, times=times)
                if len(totals) == 1
                else Message(
                    "This use, {substance}: {mg} mg a year, {times} times the reference course.",
                    substance=total.name,
                    mg=mg,
                    times=times,
                )
            )
    if exposure.assumption:
        parts.append(exposure.assumption)
    return joined(" ", parts)


def _totals(exposure: Exposure) -> list[_Total]:
    """The total of each substance and route, as taken; where there are several, what they come to absorbed as well."""
    found = [
        _Total(one.name, one.mg_per_year, one.multiple_of_reference) for one in exposure.by_route if one.mg_per_year
    ]
    found = [total for total in found if total.mg.high > 0]
    absorbed = exposure.absorbed
    if len(found) > 1 and absorbed and absorbed.mg_per_year:
        found.append(_Total(Message("absorbed"), absorbed.mg_per_year, absorbed.multiple_of_reference))
    return found


def _axis(totals: list[_Total], reference_mg: float) -> _Axis:
    amounts = [mg for total in totals for mg in (total.mg.low, total.mg.high)]
    known = [mg for mg in [*amounts, reference_mg] if mg > 0]
    return _Axis(
        min(_LEAST_MG, 10.0 ** floor(log10(min(known)))),
        max(_MOST_MG, 10.0 ** ceil(log10(max(known)))),
    )


def _label(total: _Total, *, is_only: bool) -> Message:
    if is_only:
        return Message("This use {mg} mg", mg=Figure(total.mg))
    return Message("{name} {mg} mg", name=total.name.capital(), mg=Figure(total.mg))


def _amount(mg: float) -> Message:
    if mg >= 1_000_000:
        return Message("{amount} kg", amount=mg / 1_000_000)
    return Message("{amount} g", amount=mg / 1000) if mg >= 1000 else Message("{mg} mg", mg=mg)


def _ruler(axis: _Axis, y: int, catalogue: Catalogue | None) -> Iterable[str]:
    yield _line(0, 100, y, y, 'stroke="var(--ink)" stroke-width="1.5"')
    decades = axis.decades()
    for decade in decades:
        place = axis.place(decade)
        yield _line(place, place, y, y + 9, 'stroke="var(--ink)" stroke-width="1.5"')
        edge = "start" if decade == decades[0] else "end" if decade == decades[-1] else "middle"
        yield _text(place, y + 26, _amount(decade).in_language(catalogue), "var(--ink-soft)", size=13, anchor=edge)
        if decade < decades[-1]:
            for step in range(2, 10):
                minor = axis.place(decade * step)
                yield _line(minor, minor, y, y + 4, 'stroke="var(--rule-strong)"')


def _reference(exposure: Exposure, axis: _Axis, y: int, catalogue: Catalogue | None) -> Iterable[str]:
    mg = exposure.reference.mg_per_year
    place = axis.place(mg)
    yield _line(place, place, 24, y, 'stroke="var(--reference)" stroke-dasharray="2 3"')
    yield _at(place, y, '<path d="M0-7 7 0 0 7-7 0Z" fill="var(--reference)"/>')
    label = Message("Reference course {mg} mg", mg=mg).in_language(catalogue)
    yield _text(place, 16, label, "var(--reference)", size=14, anchor=_away_from_edge(place))


def _person(
    total: _Total, axis: _Axis, label_y: int, y: int, catalogue: Catalogue | None, *, is_only: bool
) -> Iterable[str]:
    mg = total.mg
    place, low, high = axis.place(mg.mid), axis.place(mg.low), axis.place(mg.high)
    yield _line(place, place, label_y + 7, y, 'stroke="var(--person)" stroke-width="1.5"')
    if high > low:
        yield (
            f'<rect x="{low:.2f}%" width="{high - low:.2f}%" y="{y - 6}" height="12" rx="6" fill="var(--person)" '
            'opacity="0.28"/>'
        )
    yield f'<circle cx="{place:.2f}%" cy="{y}" r="7" fill="var(--person)" stroke="var(--paper)" stroke-width="2"/>'
    label = _label(total, is_only=is_only).in_language(catalogue)
    yield _text(place, label_y, label, "var(--person)", size=15, anchor=_away_from_edge(place), bold=True)


def _arrow(start: float, end: float, total: _Total, y: int, catalogue: Catalogue | None) -> Iterable[str]:
    """The way from the reference course to the person, with how many times it is."""
    if total.times is None or abs(end - start) < _CLOSE:
        return
    level, middle = y - 18, (start + end) / 2
    head = "M-7-4 0 0-7 4" if end > start else "M7-4 0 0 7 4"
    yield _line(start, end, level, level, 'stroke="var(--ink-soft)"')
    yield _at(end, level, f'<path d="{head}" fill="none" stroke="var(--ink-soft)"/>')
    times = Figure(Interval.exactly(total.times.mid), 3)
    words = f"× {times.in_language(catalogue)}"
    yield _text(middle, level + 5, words, "var(--ink)", size=14, anchor="middle", bold=True)


def _line(x1: float, x2: float, y1: float, y2: float, look: str) -> str:
    return f'<line x1="{x1:.2f}%" x2="{x2:.2f}%" y1="{y1:g}" y2="{y2:g}" {look}/>'


def _at(place: float, y: float, shape: str) -> str:
    """A shape in pixels around a point of the line."""
    return f'<svg x="{place:.2f}%" y="{y:g}" overflow="visible">{shape}</svg>'


def _away_from_edge(place: float) -> str:
    """The anchor with which a label grows away from the nearer edge, so that it stays on the page."""
    return "start" if place < 34 else "end" if place > 66 else "middle"


def _text(place: float, y: float, words: str, colour: str, *, size: int, anchor: str, bold: bool = False) -> str:
    """A label with a halo of the ground, which keeps it legible where a line passes behind it."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{place:.2f}%" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{weight} fill="{colour}" '
        f'stroke="var(--paper)" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{escape(words)}</text>'
    )
