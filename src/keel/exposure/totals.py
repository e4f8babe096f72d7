"""Totals by substance and route, and the one way in which routes are added: as milligrams absorbed.

Milligrams as taken by different routes are kept apart, because a swallowed dose and one by vein are not the same
(docs/adr/0009). They are added only after each is multiplied by the published range of what reaches the blood by its
route, and the answer says so. Where no range is on file for a route, nothing is added.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from keel.exposure.phases import Taken
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.criteria import Course
from keel.messages import Message, both, joined
from keel.quantities import Figure, Interval, significant


class Fraction(NamedTuple):
    """Which part of a dose reaches the blood, over all studies in adults, how sure that is and where it stands."""

    range: Interval
    confidence: Certainty
    sources: tuple[str, ...]
    conflicts: tuple[str, ...]


class Absorbed(msgspec.Struct, frozen=True, kw_only=True):
    """Milligrams that reach the blood, reckoned from those taken; `fraction` is None where routes are added."""

    fraction: Interval | None
    mg_per_year: Interval | None
    cumulative_mg: Interval | None
    multiple_of_reference: Interval | None
    confidence: Certainty
    sources: tuple[str, ...]
    conflicts: tuple[str, ...]

    @property
    def text(self) -> Message:
        """“3,070 mg a year; 3,070 mg so far; 3.38 times the reference course”."""
        return _in_words(None, self.mg_per_year, self.cumulative_mg, self.multiple_of_reference)


class RouteTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A year and a lifetime of one substance by one route, as taken; None where not known.

    `name` tells it from its neighbours in words. `absorbed` is None where no fraction is on file for the route.
    """

    substance: str
    route: str
    name: Message
    mg_per_session: Interval | None
    mg_per_year: Interval | None
    cumulative_mg: Interval | None
    multiple_of_reference: Interval | None
    absorbed: Absorbed | None

    @property
    def text(self) -> Message:
        """“300 mg a session; 15,600 mg a year; 15,600 mg so far; 17.1 times the reference course”."""
        session = Message("{amount} a session", amount=_milligrams(self.mg_per_session))
        return _in_words(session, self.mg_per_year, self.cumulative_mg, self.multiple_of_reference)


class SubstanceTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A year and a lifetime of one substance; None where not known, and where several routes would have to be added.

    `routes` are those by which it was taken; `absorbed` is the total over them, None where one has no fraction on file.
    """

    substance: str
    routes: tuple[str, ...]
    mg_per_year: Interval | None
    cumulative_mg: Interval | None
    multiple_of_reference: Interval | None
    absorbed: Absorbed | None


def _in_words(first: Message | None, year: Interval | None, ever: Interval | None, times: Interval | None) -> Message:
    parts = [first] if first else []
    parts += [
        Message("{amount} a year", amount=_milligrams(year)),
        Message("{amount} so far", amount=_milligrams(ever)),
    ]
    if times:
        parts.append(Message("{times} times the reference course", times=Figure(times, 3)))
    return joined("; ", parts)


def _milligrams(mg: Interval | None) -> Message:
    return Message("{mg} mg", mg=Figure(mg)) if mg else Message("not known")


def substance_text(substance: str) -> Message:
    """The words for a substance id: “racemic”, “esketamine”, “ketamine, kind not stated”."""
    return Message("ketamine, kind not stated") if substance == "unknown" else Message(substance)


def route_text(route: str, knowledge: Knowledge) -> Message:
    """The words for a route id: “by vein”, “powder, snorted”, “route not stated”."""
    return Message(knowledge.routes[route].title.lower()) if route in knowledge.routes else Message("route not stated")


def fraction(taken: Taken, knowledge: Knowledge) -> Fraction | None:
    """What reaches the blood in adults: from the least to the most that was published; None where nothing was.

    A kind that nobody stated has the range over all kinds.
    """
    route = knowledge.routes.get(taken.route)
    if route is None:
        return None
    if route.is_whole:
        return Fraction(Interval.exactly(1.0), Certainty.SEEN, (), ())
    rows = [row for row in route.bioavailability if taken.substance in (row.substance, "unknown") and not row.children]
    if not rows:
        return None
    ends = [end for row in rows for end in (row.low, row.value, row.high) if end is not None]
    return Fraction(
        Interval(min(ends), significant((min(ends) + max(ends)) / 2), max(ends)),
        Certainty.weakest([row.certainty for row in rows]),
        tuple(dict.fromkeys(source for row in rows for source in row.sources)),
        route.conflicts,
    )


def route_totals(
    yearly: Mapping[Taken, Interval | None],
    lifetime: Mapping[Taken, Interval | None],
    sessions: Mapping[Taken, Interval | None],
    course: Course,
    knowledge: Knowledge,
) -> tuple[RouteTotal, ...]:
    """A total for each substance and route, sorted."""
    substances = {taken.substance for taken in yearly}
    routes = {taken.route for taken in yearly}
    totals = []
    for taken, mg in sorted(yearly.items()):
        words = [substance_text(taken.substance)] if len(substances) > 1 else []
        words += [route_text(taken.route, knowledge)] if len(routes) > 1 or not words else []
        totals.append(
            RouteTotal(
                substance=taken.substance,
                route=taken.route,
                name=joined(", ", words),
                mg_per_session=sessions.get(taken),
                mg_per_year=mg,
                cumulative_mg=lifetime.get(taken),
                multiple_of_reference=_multiple(mg, course),
                absorbed=_absorbed(taken, mg, lifetime.get(taken), course, knowledge),
            )
        )
    return tuple(totals)


def substance_totals(totals: Iterable[RouteTotal], course: Course) -> tuple[SubstanceTotal, ...]:
    """A total for each substance: that of its route, or over its routes as milligrams absorbed."""
    by_substance: dict[str, list[RouteTotal]] = {}
    for total in totals:
        by_substance.setdefault(total.substance, []).append(total)
    return tuple(_of_substance(substance, rows, course) for substance, rows in by_substance.items())


def _of_substance(substance: str, rows: Sequence[RouteTotal], course: Course) -> SubstanceTotal:
    year = _of_one_route([row.mg_per_year for row in rows])
    return SubstanceTotal(
        substance=substance,
        routes=tuple(row.route for row in rows),
        mg_per_year=year,
        cumulative_mg=_of_one_route([row.cumulative_mg for row in rows]),
        multiple_of_reference=_multiple(year, course),
        absorbed=_together([row.absorbed for row in rows], course),
    )


def _of_one_route(amounts: Sequence[Interval | None]) -> Interval | None:
    """The amount of the one route by which anything was taken; None where there were several, or one is not known."""
    taken = [amount for amount in amounts if amount is None or amount.high > 0] or [*amounts[:1]]
    return taken[0] if len(taken) == 1 else None


def _multiple(mg: Interval | None, course: Course) -> Interval | None:
    return mg / course.mg_per_year.value if mg else None


def _absorbed(
    taken: Taken, mg: Interval | None, so_far: Interval | None, course: Course, knowledge: Knowledge
) -> Absorbed | None:
    part = fraction(taken, knowledge)
    if part is None:
        return None
    year, ever = (one * part.range if one else None for one in (mg, so_far))
    return Absorbed(
        fraction=part.range,
        mg_per_year=year,
        cumulative_mg=ever,
        multiple_of_reference=_multiple(year, course),
        confidence=part.confidence,
        sources=part.sources,
        conflicts=part.conflicts,
    )


def _together(parts: Sequence[Absorbed | None], course: Course) -> Absorbed | None:
    """The sum over routes; None where one of them cannot be reckoned, and no part of a sum is given for the whole."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    year, ever = _sum([part.mg_per_year for part in known]), _sum([part.cumulative_mg for part in known])
    return Absorbed(
        fraction=known[0].fraction if len(known) == 1 else None,
        mg_per_year=year,
        cumulative_mg=ever,
        multiple_of_reference=_multiple(year, course),
        confidence=Certainty.weakest([part.confidence for part in known]),
        sources=tuple(dict.fromkeys(source for part in known for source in part.sources)),
        conflicts=tuple(dict.fromkeys(conflict for part in known for conflict in part.conflicts)),
    )


def _sum(amounts: Sequence[Interval | None]) -> Interval | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Interval.exactly(0)) if len(known) == len(amounts) else None


def assumption(
    totals: Sequence[RouteTotal], by_substance: Sequence[SubstanceTotal], knowledge: Knowledge
) -> Message | None:
    """On what milligrams of several routes were added, or why they were not; None where each has one route."""
    several = [one for one in by_substance if len(one.routes) > 1]
    if not several:
        return None
    parts = [Message("Milligrams are as taken, and those of different routes are not added.")]
    for one in several:
        rows = [total for total in totals if total.substance == one.substance]
        parts.append(_of_routes(rows, one, knowledge))
    parts.append(
        Message(
            "The band counts milligrams as taken by every route: urine carries ketamine and what the body makes of it."
        )
    )
    return joined(" ", parts)


def _of_routes(rows: Sequence[RouteTotal], total: SubstanceTotal, knowledge: Knowledge) -> Message:
    apart = [route_text(row.route, knowledge) for row in rows if row.absorbed is None]
    if total.absorbed is None:
        return Message(
            "No fraction that reaches the blood is on file for {routes}, so there is no total.", routes=both(apart)
        )
    shares = [
        Message(
            "{route} {percent} %",
            route=route_text(row.route, knowledge),
            percent=Figure(row.absorbed.fraction * 100, 3),
        )
        for row in rows
        if row.absorbed and row.absorbed.fraction
    ]
    return Message(
        "The total is of milligrams absorbed, where of a dose in adults this reaches the blood: {shares}.",
        shares=joined("; ", shares),
    )
