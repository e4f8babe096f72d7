"""The multiple of the reference course: of each route as taken, and of all routes as absorbed, with the caveats."""

from collections.abc import Iterable, Sequence

import msgspec

from keel.exposure.totals import Absorbed, RouteTotal, SubstanceTotal, route_text, substance_text
from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.criteria import Course
from keel.messages import FactName, Message, Slot, joined
from keel.quantities import Figure, interval_text

REFERENCE = "reference"
SLOGAN = "B11"
"""The claim that a year of weekend use easily reaches 100 times a medical course; shown beside any smaller multiple."""


class Reference(msgspec.Struct, frozen=True):
    """The course that exposure is measured against: its milligrams a year and the sum behind them."""

    mg_per_year: float
    rule: str
    title: str
    sources: tuple[str, ...]


def reference_of(course: Course, knowledge: Knowledge) -> Reference:
    """The reference course as it is shown."""
    claim = knowledge.claims.get(course.mg_per_year.claim or "")
    return Reference(course.mg_per_year.value, course.rule, course.title, claim.sources if claim else ())


def multiple_findings(
    totals: Sequence[RouteTotal],
    by_substance: Sequence[SubstanceTotal],
    reference: Reference,
    knowledge: Knowledge,
    *,
    is_medical: bool,
) -> Iterable[Finding]:
    """How each total compares with the reference course; the slogan stands beside smaller ones of non-medical use."""
    course = knowledge.courses[REFERENCE]
    for whole in by_substance:
        rows = [total for total in totals if total.substance == whole.substance]
        if len(rows) > 1 and whole.absorbed:
            yield from _of_all_routes(whole.substance, whole.absorbed, reference)
        for total in rows:
            for finding in _of_route(total, course, knowledge, reference, is_one_of_several=len(rows) > 1):
                slogan = total.multiple_of_reference and total.multiple_of_reference.high < 100 and not is_medical
                yield msgspec.structs.replace(finding, conflicts=(SLOGAN,)) if slogan else finding


def _of_route(
    total: RouteTotal, course: Course, knowledge: Knowledge, reference: Reference, *, is_one_of_several: bool
) -> Iterable[Finding]:
    mg, multiple = total.mg_per_year, total.multiple_of_reference
    if mg is None or multiple is None or not mg.high:
        return
    slots: dict[str, Slot] = {"mg": Figure(mg), "times": Figure(multiple, 3), "rule": Message(reference.rule)}
    if interval_text(multiple, 3) == "1":
        summary = Message("{mg} mg a year is the same as the reference course ({rule}).", **slots)
    else:
        summary = Message("{mg} mg a year is {times} times the reference course ({rule}).", **slots)
    caveats = []
    if total.substance not in (course.substance, "unknown"):
        caveats.append(
            Message("The reference course is racemic, this is {substance}.", substance=substance_text(total.substance))
        )
    if total.route not in (course.route, "unknown"):
        caveats.append(
            Message(
                "The reference course is {reference}, this is {route}, in milligrams as taken.",
                reference=route_text(course.route, knowledge),
                route=route_text(total.route, knowledge),
            )
        )
    if is_one_of_several:
        summary = Message("{name}: {summary}", name=route_text(total.route, knowledge).capital(), summary=summary)
    kind = f"{total.substance}:{total.route}" if is_one_of_several else total.substance
    yield Finding(
        rule=f"exposure-multiple:{kind}",
        subject="multiple",
        severity=Severity.NOTE,
        summary=joined(" ", [summary, *caveats]) if caveats else summary,
        why=(
            Reason(FactName("mg_per_year"), mg.mid, "mg/a"),
            Reason(FactName("reference_mg_per_year"), reference.mg_per_year, "mg/a"),
        ),
        sources=reference.sources,
        confidence=Certainty.SEEN,
    )


def _of_all_routes(substance: str, absorbed: Absorbed, reference: Reference) -> Iterable[Finding]:
    """What the routes come to together, with the mark of the weakest fraction that went in."""
    mg, multiple = absorbed.mg_per_year, absorbed.multiple_of_reference
    if mg is None or multiple is None or not mg.high:
        return
    yield Finding(
        rule=f"exposure-absorbed:{substance}",
        subject="multiple",
        severity=Severity.NOTE,
        summary=Message(
            "By all routes together {mg} mg a year are absorbed, {times} times the reference course ({rule}).",
            mg=Figure(mg),
            times=Figure(multiple, 3),
            rule=Message(reference.rule),
        ),
        why=(
            Reason(FactName("mg_absorbed_per_year"), mg.mid, "mg/a"),
            Reason(FactName("reference_mg_per_year"), reference.mg_per_year, "mg/a"),
        ),
        sources=tuple(dict.fromkeys([*reference.sources, *absorbed.sources])),
        confidence=absorbed.confidence,
        conflicts=absorbed.conflicts,
    )
