"""What a number is called: bands, and the published cut-offs that it reaches."""

from collections.abc import Mapping

from keel.assessment.instruments.scales import ScaleValue
from keel.assessment.instruments.score import CutoffResult
from keel.assessment.instruments.sheet import Sheet
from keel.knowledge.instruments import Banding, Cutoff, Instrument
from keel.messages import Message


def _applies(given: Mapping[str, str], sheet: Sheet) -> bool:
    return all(sheet.given.get(name) == value for name, value in given.items())


def banding_for(instrument: Instrument, scale: str, sheet: Sheet) -> Banding | None:
    """The bands of a scale that hold for the facts given; None where there are none."""
    fitting = [b for b in instrument.bandings if b.scale == scale and _applies(b.given, sheet)]
    return fitting[0] if fitting else None


def band_name(banding: Banding | None, number: float | None) -> str | None:
    """The name of the band in which a number lies."""
    if banding is None or number is None:
        return None
    return next((band.name for band in banding.bands if band.holds(number)), None)


def band_of(instrument: Instrument, total: float) -> str | None:
    """The band of a total, None where the instrument has none without facts beside it."""
    return band_name(banding_for(instrument, "total", Sheet({}, {}, {})), total)


def subscale_bands(instrument: Instrument, values: Mapping[str, ScaleValue], sheet: Sheet) -> dict[str, str]:
    """The band of each subscale that has one."""
    named = {
        name: band_name(banding_for(instrument, name, sheet), value.number)
        for name, value in values.items()
        if name != "total"
    }
    return {name: band for name, band in named.items() if band is not None}


def cutoffs_reached(instrument: Instrument, values: Mapping[str, ScaleValue], sheet: Sheet) -> tuple[CutoffResult, ...]:
    """Every cut-off that may hold for this person, with whether the score reaches it."""
    return tuple(_cutoff(cutoff, values, sheet) for cutoff in instrument.cutoffs if _may_apply(cutoff, sheet))


def _may_apply(cutoff: Cutoff, sheet: Sheet) -> bool:
    return all(sheet.given.get(fact, value) == value for fact, value in cutoff.given.items())


def _cutoff(cutoff: Cutoff, values: Mapping[str, ScaleValue], sheet: Sheet) -> CutoffResult:
    reached: bool | None = None
    if _applies(cutoff.given, sheet) and cutoff.scale in values:
        value = values[cutoff.scale]
        low, high = value.bounds if value.number is None else (value.number, value.number)
        least, most = cutoff.at_least, cutoff.at_most
        ends = {(least is None or end >= least) and (most is None or end <= most) for end in (low, high)}
        reached = ends.pop() if len(ends) == 1 else None
    if cutoff.at_least is not None:
        cut = Message("{count} or more", count=cutoff.at_least)
    else:
        cut = Message("{count} or less", count=cutoff.at_most or 0)
    return CutoffResult(
        cutoff.id,
        cutoff.scale,
        cut,
        reached,
        Message(cutoff.means),
        Message(cutoff.accuracy),
        cutoff.given,
        cutoff.certainty,
        cutoff.sources,
    )
