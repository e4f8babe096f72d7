"""`--chart FILE`: the curves as a drawing, with the same specification as the pages have."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from keel.cli.errors import CommandError
from keel.cli.language import _, catalogue_of, chosen
from keel.messages import Message

if TYPE_CHECKING:
    from keel.pharmacology import Estimate, ModelComparison, Population, Simulation
    from keel.reports.charts import Chart

    Result = Simulation | ModelComparison | Population | Estimate

KINDS = (".svg", ".png")


class ChartOrder(NamedTuple):
    """Where to draw and how; `whole` shows all the times asked for, not only the hours after the last dose."""

    path: Path
    log: bool
    whole: bool

    def draw(self, found: "Result") -> None:
        """Writes the file and says so on standard error, with what the drawing shows in words."""
        from keel.cli.terminal import progress_console
        from keel.reports.charts import spec_to_file

        chart = self.chart(found)
        if not chart.traces:
            raise CommandError(Message("No model holds here, so there is nothing to draw. Name one model to see why."))
        try:
            spec_to_file(chart.spec(width=760, height=360, caption=True), self.path)
        except OSError as error:
            problem = Message(
                "{file} could not be written: {reason}.", file=str(self.path), reason=error.strerror or ""
            )
            raise CommandError(problem) from None
        progress_console().print(_("Drawn to {file}. {words}", file=str(self.path), words=chart.alt()), markup=False)

    def chart(self, found: "Result") -> "Chart":
        """The chart of a result."""
        from keel.knowledge import load
        from keel.pharmacology import Estimate, ModelComparison, Population
        from keel.reports.charts import Chart, of_comparison, of_estimate, of_population, of_simulation

        if isinstance(found, ModelComparison):
            drawn = of_comparison(found)
        elif isinstance(found, Estimate):
            drawn = of_estimate(found)
        else:
            drawn = of_population(found) if isinstance(found, Population) else of_simulation(found)
        observed = found.observed if isinstance(found, Estimate) else ()
        hours = max((trace.minutes[-1] for trace in drawn.traces), default=0.0) / 60 if self.whole else None
        told = catalogue_of(chosen())
        return Chart(drawn, load(), log=self.log, hours=hours, observed=observed, catalogue=told)


def chart_order(path: str | None, *, log: bool, whole: bool) -> ChartOrder | None:
    """What to draw, or None where no chart was asked for; CommandError for a file that is neither SVG nor PNG."""
    if path is None:
        if log:
            raise CommandError(Message("--log is a scale of the drawing: name its file with --chart."))
        return None
    if not path.lower().endswith(KINDS):
        raise CommandError(
            Message("“{file}” is not a drawing that Keel makes. End its name in .svg or .png.", file=path)
        )
    return ChartOrder(Path(path), log, whole)
