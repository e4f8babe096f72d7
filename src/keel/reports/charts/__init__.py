"""Charts: concentrations by Vega-Lite, the exposure scale drawn by hand. One specification for page, file and notebook.

Inks are CSS variables (`var(--ink)`), so that one drawing serves light and dark pages; `on_paper` puts the light inks
in their place. Every chart has words that say the same and rows for a table. Start at `chart.py`; `trace.py` turns a
simulation, a comparison of models, a population or an estimate into what is drawn.
"""

from keel.reports.charts.chart import Chart
from keel.reports.charts.concentration import concentration_rows, concentration_spec, concentration_words
from keel.reports.charts.exposure_scale import exposure_scale_svg, exposure_scale_words
from keel.reports.charts.look import on_paper
from keel.reports.charts.render import ChartError, spec_to_file, spec_to_svg
from keel.reports.charts.session_chart import session_chart_svg, session_chart_words
from keel.reports.charts.trace import of_comparison, of_estimate, of_population, of_session, of_simulation

__all__ = [
    "Chart",
    "ChartError",
    "concentration_rows",
    "concentration_spec",
    "concentration_words",
    "exposure_scale_svg",
    "exposure_scale_words",
    "of_comparison",
    "of_estimate",
    "of_population",
    "of_session",
    "of_simulation",
    "on_paper",
    "session_chart_svg",
    "session_chart_words",
    "spec_to_file",
    "spec_to_svg",
]
