"""A chart of concentrations over time: one object from which drawing, caption, alternative text and table come.

`Chart.spec` is the same Vega-Lite specification for page, file, PDF and notebook. A curve is named beside it where
there are up to three; more have numbers and a key. Colour then tells the sampling site, dashes and number the model.
"""

from collections.abc import Sequence
from typing import Any

from keel.messages import Message, Numeral
from keel.reports.charts import layers, words
from keel.reports.charts.content import ChartContent
from keel.reports.charts.frame import Frame, hour_marks, level_marks
from keel.reports.charts.look import Spec, config
from keel.reports.charts.render import SCHEMA

MOST_NAMED = 3
_SITES = {"venous plasma": 0, "arterial plasma": 1}
_AXIS = 46
"""Pixels beside the drawing area for the figures of the upright axis."""


class Chart(ChartContent):
    """The content drawn: a specification, alternative text, a caption and a table."""

    @property
    def is_keyed(self) -> bool:
        """Whether curves carry numbers with a key below, not names."""
        return len(self.traces) > MOST_NAMED or len(self.drawn.doses) > MOST_NAMED

    def spec(self, *, width: int = 640, height: int = 300, caption: bool = False, is_inner: bool = False) -> Spec:
        """The Vega-Lite specification, about `width` pixels wide in all, `height` for the drawing area.

        `caption` writes the caption below, for files and notebooks that have no figure around them. With `is_inner`
        the width is that of the drawing area alone.
        """
        beside = _AXIS + 10 + len(self.anchors) * layers.LANE
        inner = width if is_inner else width - beside
        frame = self.frame(inner, height)
        key = words.anchor_key(self.anchors, self.anchors_above, self._say, width)
        if caption:
            key += words.wrapped(self._say(self.caption()), width)
        spec: Spec = {
            "$schema": SCHEMA,
            "description": self._say(self.alt()),
            "width": inner,
            "height": height,
            "background": "transparent",
            "padding": 4,
            "config": config(),
            "encoding": {"x": self._x(frame), "y": self._y(frame)},
            "layer": self._layers(frame),
        }
        return spec | ({"title": {"text": key}} if key else {})

    def alt(self) -> Message:
        """What the drawing shows, in words."""
        return words.alt_text(self)

    def caption(self) -> Message:
        """Model, site, certainty and sources of each curve, and what bands and anchors are."""
        return words.caption(self)

    def table(self) -> tuple[list[Message], list[list[Numeral]]]:
        """A head and rows of the values behind the drawing, ng/mL."""
        return words.table(self)

    def _say(self, message: Message) -> str:
        return message.in_language(self._catalogue)

    def _looks(self) -> list[tuple[str, tuple[int, ...]]]:
        """Ink and dashes of each curve."""
        looks: list[tuple[str, tuple[int, ...]]] = []
        holding = 0
        by_site = len({trace.model for trace in self.traces}) > 1
        for number, trace in enumerate(self.traces):
            ink = _SITES.get(trace.site, 2) if by_site else number
            if not trace.valid:
                looks.append((layers.NOT_VALID_INK, layers.NOT_VALID_DASH))
                continue
            looks.append((layers.INKS[ink % 3], layers.DASHES[holding % len(layers.DASHES)]))
            holding += 1
        return looks

    def _layers(self, frame: Frame) -> list[dict[str, Any]]:
        looks = self._looks()
        inks = [ink for ink, _ in looks]
        pairs = list(zip(self.traces, looks, strict=True))
        drawn = layers.anchor_layers(self.anchors, frame)
        if self.drawn.doses:
            drawn += layers.doses_layers(self.drawn.doses, self._say(words.doses(self, short=True)), frame)
        drawn += [layer for trace, (ink, _) in pairs for layer in layers.band_layers(trace, ink, frame)]
        drawn += [layers.line_layer(trace, ink, dash, frame) for trace, (ink, dash) in pairs]
        if self.observed:
            drawn.append(layers.observed_layer(self.observed, self._ink_of_analyte(looks), frame))
        if self.is_keyed:
            return [*drawn, *layers.number_layers(self.traces, inks, frame), self._key(looks)]
        return [*drawn, *layers.name_layers(self.traces, list(map(self._say, self.names())), inks, frame)]

    def _ink_of_analyte(self, looks: Sequence[tuple[str, tuple[int, ...]]]) -> dict[str, str]:
        """The ink of measured points: that of their curve, or the text's where several curves show one analyte."""
        analytes = [trace.analyte for trace in self.traces]
        inks = (ink for ink, _ in looks)
        return {name: ink for name, ink in zip(analytes, inks, strict=True) if analytes.count(name) == 1}

    def _key(self, looks: Sequence[tuple[str, tuple[int, ...]]]) -> dict[str, Any]:
        """A key: number, line and model; a layer without marks of its own that brings Vega-Lite's legend."""
        entries = [
            f"{number}\u00a0\u00a0{self._say(name)}, {self._say(words.short_site(trace.site))}"
            for number, (name, trace) in enumerate(zip(self.names(), self.traces, strict=True), start=1)
        ]
        legend = {"symbolType": "stroke", "symbolFillColor": None}
        return {
            "data": {"values": [{"entry": entry} for entry in entries]},
            "mark": {"type": "line", "strokeWidth": 0},
            "encoding": {
                "x": {"value": 0},
                "y": {"value": 0},
                "stroke": {
                    "field": "entry",
                    "type": "nominal",
                    "scale": {"domain": entries, "range": [ink for ink, _ in looks]},
                    "legend": legend,
                },
                "strokeDash": {
                    "field": "entry",
                    "type": "nominal",
                    "scale": {"domain": entries, "range": [list(dash) for _, dash in looks]},
                    "legend": legend,
                },
            },
        }

    def _x(self, frame: Frame) -> dict[str, Any]:
        marks, title, unit = hour_marks(frame)
        axis: dict[str, Any] = {"title": self._say(title), "values": marks}
        if unit > 1:
            axis["labelExpr"] = f"format(datum.value / {unit:g}, '~g')"
        return {"type": "quantitative", "scale": {"domain": [0, self.hours], "nice": False}, "axis": axis}

    def _y(self, frame: Frame) -> dict[str, Any]:
        axis: dict[str, Any] = {"title": "ng/mL", "titleX": -40, "titleY": -6, "tickCount": 5, "format": ",~r"}
        scale: dict[str, Any] = {"domain": [frame.low, frame.high], "nice": False, "zero": not self.log}
        if self.log:
            axis |= {"values": level_marks(frame), "labelOverlap": False}
            scale["type"] = "log"
        return {"type": "quantitative", "scale": scale, "axis": axis}
