"""Charts as SVG from the server: the concentration curve by Vega-Lite, the exposure scale drawn by hand.

Colours are CSS variables (`var(--ink)`), so that one drawing serves light and dark pages; every chart has words that
say the same (`*_words`) and rows for a table (`*_rows`).
"""

from keel.reports.charts.concentration import concentration_rows, concentration_spec, concentration_words
from keel.reports.charts.exposure_scale import exposure_scale_svg, exposure_scale_words
from keel.reports.charts.render import spec_to_svg

__all__ = [
    "concentration_rows",
    "concentration_spec",
    "concentration_words",
    "exposure_scale_svg",
    "exposure_scale_words",
    "spec_to_svg",
]
