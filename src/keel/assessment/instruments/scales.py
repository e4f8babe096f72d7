"""How answers become numbers: sums, highest-of, counts, reversed and weighted items, and the rule for missing ones."""

import math
from collections.abc import Iterable

import msgspec

from keel.assessment.instruments.conditions import Asked, Bounds, applies
from keel.assessment.instruments.sheet import ItemState, Sheet
from keel.knowledge.instruments import Instrument, Item, Method, Scale


class ScaleValue(msgspec.Struct, frozen=True):
    """A scale worked out: its number or None, what it could still be, and how it came about.

    `how` is items, prorated or entered. `answered` of `parts` parts had an answer. `by_items` is what the items alone
    leave possible, which differs from `bounds` where a number was entered beside them.
    """

    number: float | None
    bounds: Bounds
    how: str
    answered: int
    parts: int
    by_items: Bounds


def work_out(instrument: Instrument, sheet: Sheet, asked: Asked) -> dict[str, ScaleValue]:
    """Every scale of the instrument that answers or entered numbers say something about, by id."""
    worker = _Worker(instrument, sheet, asked)
    return {scale.id: value for scale in instrument.scales if (value := worker.value(scale)) is not None}


class _Worker:
    def __init__(self, instrument: Instrument, sheet: Sheet, asked: Asked) -> None:
        self.instrument, self.sheet, self.asked = instrument, sheet, asked
        self.items = {item.id: item for item in instrument.items}
        self.scales = {scale.id: scale for scale in instrument.scales}

    def value(self, scale: Scale) -> ScaleValue | None:
        """The scale's value; None for one that is only entered and was not."""
        computed = self._from_scales(scale) if scale.scales else self._from_items(scale) if scale.items else None
        if scale.id in self.sheet.disputed:
            return self._disputed(scale, computed)
        entered = self.sheet.entered.get(scale.id)
        if entered is None:
            return computed
        if computed is None:
            return ScaleValue(entered, (entered, entered), "entered", 0, 0, (entered, entered))
        if computed.how == "items" and computed.number is not None:
            return computed
        return ScaleValue(entered, (entered, entered), "entered", computed.answered, computed.parts, computed.by_items)

    def _disputed(self, scale: Scale, computed: ScaleValue | None) -> ScaleValue:
        """A scale without a number: it may be anything that it ever can be."""
        bounds = (-math.inf if scale.least is None else scale.least, math.inf if scale.most is None else scale.most)
        answered, parts = (computed.answered, computed.parts) if computed else (0, 0)
        return ScaleValue(None, bounds, "items", answered, parts, bounds)

    def _from_scales(self, scale: Scale) -> ScaleValue | None:
        values = [value for name in scale.scales if (value := self.value(self.scales[name])) is not None]
        if len(values) < len(scale.scales):
            return None
        numbers = [value.number for value in values if value.number is not None]
        bounds = _total((value.bounds for value in values), scale.multiply)
        return ScaleValue(
            sum(numbers) * scale.multiply if len(numbers) == len(values) else None,
            bounds,
            "prorated" if any(value.how == "prorated" for value in values) else "items",
            sum(value.answered for value in values),
            sum(value.parts for value in values),
            bounds,
        )

    def _from_items(self, scale: Scale) -> ScaleValue:
        spans = [span for part in scale.parts() if (span := self._part(scale, part)) is not None]
        known = [low for low, high in spans if low == high]
        bounds = _total(spans, scale.multiply)
        count, missing = len(spans), len(spans) - len(known)
        if not missing:
            return ScaleValue(bounds[0], bounds, "items", count, count, bounds)
        if missing <= scale.missing_allowed and scale.method is Method.SUM and not self._lacks_safety(scale):
            estimate = half_up(sum(known) / len(known) * count) * scale.multiply
            return ScaleValue(estimate, bounds, "prorated", len(known), count, bounds)
        return ScaleValue(None, bounds, "items", len(known), count, bounds)

    def _lacks_safety(self, scale: Scale) -> bool:
        # An estimate over a missing safety item would answer it in the person's name.
        return any(
            self.items[name].safety and self.sheet.responses[name].state is not ItemState.ANSWERED
            for name in scale.item_ids()
        )

    def _part(self, scale: Scale, names: tuple[str, ...]) -> Bounds | None:
        spans = [span for name in names if (span := self._item(scale, self.items[name])) is not None]
        if not spans:
            return None
        return max(low for low, _ in spans), max(high for _, high in spans)

    def _item(self, scale: Scale, item: Item) -> Bounds | None:
        if not applies(item, self.sheet):
            return None
        response = self.sheet.responses[item.id]
        least, most = self.instrument.limits(item)
        low = -math.inf if least is None else least
        high = math.inf if most is None else most
        if response.value is not None:
            span = (response.value, response.value)
        elif self.asked[item.id] is False:
            return None
        else:
            span = (low, high)
        if item.reverse:
            span = (low + high - span[1], low + high - span[0])
        span = (span[0] * item.weight, span[1] * item.weight)
        if scale.method is Method.COUNT:
            threshold = scale.thresholds.get(item.id, scale.threshold)
            return float(span[0] >= threshold), float(span[1] >= threshold)
        return span


def _total(spans: Iterable[Bounds], multiply: float) -> Bounds:
    listed = list(spans)
    return sum(low for low, _ in listed) * multiply, sum(high for _, high in listed) * multiply


def whole(number: float) -> int | float:
    """The number as an integer where it is one.

    >>> whole(4.0), whole(4.5)
    (4, 4.5)
    """
    return int(number) if math.isfinite(number) and number == int(number) else number


def half_up(value: float) -> float:
    """The nearest whole number, halves upwards, as people round on paper.

    >>> half_up(4.5), half_up(4.4)
    (5.0, 4.0)
    """
    return float(math.floor(value + 0.5))
