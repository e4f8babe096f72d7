"""What a chart of concentrations shows, and over what range: the values that its drawing, words and table share."""

from collections.abc import Sequence

import numpy as np

from keel.knowledge import Knowledge
from keel.knowledge.models import EffectLevel
from keel.messages import Catalogue, Message, Name
from keel.pharmacology import Observation
from keel.reports.charts import layers
from keel.reports.charts.frame import Frame, frame_of
from keel.reports.charts.trace import ChartData, Trace

SHOWN_HOURS = {False: 8.0, True: 24.0}
"""Hours after the last dose that are drawn when nobody says how many: by proportion, and by logarithm."""


class ChartContent:
    """Curves with their bands, doses, published anchors of effect and measured points; ng/mL over hours.

    `facts` brings anchors, names of sources and of routes; anchors are drawn where they were published for the
    substance that was given. `hours` is how far to draw; the words of the drawing
    are in the language of `catalogue`, English without one.
    """

    def __init__(
        self,
        drawn: ChartData,
        facts: Knowledge | None = None,
        *,
        log: bool = False,
        hours: float | None = None,
        anchors: bool = True,
        observed: Sequence[Observation] = (),
        catalogue: Catalogue | None = None,
    ) -> None:
        self.drawn, self.facts, self.log, self._catalogue = drawn, facts, log, catalogue
        self.observed = tuple(observed)
        last = max((dose.end_min for dose in drawn.doses), default=0.0) / 60
        end = max((float(trace.minutes[-1]) for trace in drawn.traces), default=60.0) / 60
        self.hours = min(end, hours if hours is not None else float(np.ceil(last + SHOWN_HOURS[log] - 0.999)))
        given = {dose.substance for dose in drawn.doses}
        known = facts.anchors.values() if facts is not None and anchors else ()
        fitting = (one for one in known if one.is_drawn and {one.substance} == given)
        self._anchors = sorted(fitting, key=lambda one: one.band)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The curves."""
        return self.drawn.traces

    @property
    def anchors(self) -> tuple[EffectLevel, ...]:
        """Anchors within the drawn range of concentrations."""
        top = self.frame(600, 300).high
        return tuple(one for one in self._anchors if one.band[0] < top)

    @property
    def anchors_above(self) -> tuple[EffectLevel, ...]:
        """Anchors that lie above everything drawn; they are named, not drawn."""
        return tuple(one for one in self._anchors if one not in self.anchors)

    def names(self) -> list[Message]:
        """What each curve is called: its analyte where one model is drawn, its model where several are."""
        names = [Name(trace.name if self._is_several else trace.analyte) for trace in self.traces]
        return [
            name if trace.valid else Message("{name} (not valid here)", name=name)
            for name, trace in zip(names, self.traces, strict=True)
        ]

    @property
    def _is_several(self) -> bool:
        """Whether curves differ by model rather than by analyte."""
        return len({trace.name for trace in self.traces}) > 1

    def frame(self, width: int, height: int) -> Frame:
        """The range of a drawing area of so many pixels."""
        top = self._highest()
        reach = [one.band[1] for one in self._anchors if one.band[0] < top and one.band[1] <= 1.7 * top]
        if self.log:
            reach += [one.band[1] for one in self._anchors if one.band[0] <= 20 * top]
        return frame_of(width, height, self.hours, (self._lowest(), max([top, *reach])), log=self.log)

    def _highest(self) -> float:
        """The highest value to make room for; curves that do not hold may be cut off above those that do."""
        every = max((self._top(trace) for trace in self.traces), default=1.0)
        holding = max((self._top(trace) for trace in self.traces if trace.valid), default=every)
        return max([min(every, 1.6 * holding), *(one.ng_per_ml for one in self.observed)])

    def _lowest(self) -> float:
        """The lowest value that is drawn after each curve's peak, above zero."""
        ends = []
        for trace in self.traces:
            inside = np.flatnonzero(trace.minutes / 60 <= self.hours + 1e-9)
            past = inside[int(np.argmax(trace.values[inside])) :]
            rows = [trace.values, *(band.low for band in trace.bands)]
            ends += [float(np.min(row[past])) for row in rows]
        return max(min(ends, default=1.0), 1e-6)

    def _top(self, trace: Trace) -> float:
        inside = trace.minutes / 60 <= self.hours + 1e-9
        rows = [trace.values, *(band.high for band in trace.bands)]
        return max(layers.ends(row[inside]) for row in rows)
