"""How charts look: ink by name, one configuration, and the inks of the page and of paper.

A specification names its inks as CSS variables (`var(--curve-1)`), which a page fills for light and dark. Where there
is not a page (a file, a PDF, a notebook) `on_paper` puts the light inks in their place; nothing else differs.
"""

import json
import re
from typing import Any

Spec = dict[str, Any]

PAPER = {
    "--sheet": "#ffffff",
    "--ink": "#15242a",
    "--ink-soft": "#4b5a60",
    "--rule": "#e3dfd5",
    "--curve-1": "#0c5664",
    "--curve-2": "#8f4610",
    "--curve-3": "#5d4a86",
    "--dose": "#b9a37a",
}
"""The light inks of the page's stylesheet."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""What text is measured in; on a page it takes the page's own letters, which are about as wide."""
TEXT = 13
"""Pixels of letters in a drawing, the same on a phone and at a desk."""


def on_paper(spec: Spec) -> Spec:
    """The same specification in light inks on a white ground, for files, PDF and notebooks."""
    text = re.sub(r"var\((--[a-z0-9-]+)\)", lambda found: PAPER[found.group(1)], json.dumps(spec))
    inked: Spec = json.loads(text)
    return inked | {"background": PAPER["--sheet"], "padding": 14}


def config() -> Spec:
    """Axes without clutter: a baseline, light lines across, the unit above the upright axis."""
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": "var(--ink-soft)",
            "titleColor": "var(--ink-soft)",
            "labelFontSize": TEXT,
            "titleFontSize": TEXT,
            "titleFontWeight": 400,
            "domainColor": "var(--ink)",
            "tickColor": "var(--ink)",
            "gridColor": "var(--rule)",
            "labelPadding": 6,
            "labelFlush": False,
            "titlePadding": 8,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end"},
        "legend": {
            "labelColor": "var(--ink)",
            "labelFontSize": TEXT,
            "labelLimit": 0,
            "symbolStrokeWidth": 2.5,
            "symbolSize": 320,
            "orient": "bottom",
            "direction": "vertical",
            "title": None,
            "offset": 14,
            "rowPadding": 4,
        },
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "orient": "bottom",
            "offset": 14,
            "color": "var(--ink-soft)",
            "fontSize": TEXT,
            "fontWeight": 400,
            "lineHeight": 19,
        },
    }
