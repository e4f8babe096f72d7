"""What was asked of `keel simulate`, read from the words on the command line."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.cli.errors import CommandError
from keel.cli.route_words import route_id
from keel.knowledge import find, load
from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.messages import Message, Name
from keel.pharmacology import DoseInput, Person, fitting_models, models_for, no_model
from keel.quantities import (
    Form,
    base_mg,
    parse_dose_mg,
    parse_duration_min,
    parse_number,
    parse_quantity,
    parse_weight_kg,
)

MOST_TIMES = 145
ANCESTRIES = ("european", "african", "asian", "chinese", "japanese", "korean", "taiwanese", "other")


class Question(NamedTuple):
    """Models to run, who is given what, when to look, and remarks on what was taken as read."""

    models: tuple[Model, ...]
    regimen: list[DoseInput]
    person: Person
    times: Any
    modifiers: list[Modifier]
    remarks: list[Message]
    window: tuple[float, float]


def read_question(
    *,
    model: str,
    dose: str,
    route: str,
    over: str | None,
    weight: str | None,
    age: str | None,
    at: str | None,
    substance: str | None,
    form: str,
    devices: int | None,
    repeat: int,
    every: str | None,
    ancestry: str | None,
    female: bool | None,
    until: str | None = None,
    modifiers: Sequence[str] = (),
) -> Question:
    """The question as values; an unknown word or a number without a unit is an error that says how to fix it."""
    knowledge = load()
    way = find("route", knowledge.routes, route_id(route, knowledge)).id
    person = _person(weight, age, ancestry, female)
    models, taken, remarks = _models(model, way, substance)
    amount = _base(parse_dose_mg(dose, weight_kg=person.weight_kg), form, taken)
    duration = parse_duration_min(over) if over else 0.0
    if repeat > 1 and every is None:
        raise CommandError(Message("--repeat needs --every, the time between doses, for example “3 d”."))
    step = parse_duration_min(every) if every else 0.0
    regimen = [
        DoseInput(
            amount_mg=amount,
            route=way,
            start_min=step * number,
            duration_min=duration,
            substance=taken,
            devices=devices,
        )
        for number in range(repeat)
    ]
    last_start = step * (repeat - 1)
    end = parse_duration_min(until) if until else last_start + max(1440.0, duration)
    times = _times(at, last_start + duration, end)
    chosen = [find("modifier", knowledge.modifiers, name) for name in modifiers]
    return Question(models, regimen, person, times, chosen, remarks, (0.0, max(end, float(times[-1]))))


def thinned(times: Any, ends: list[float]) -> Any:
    """Of many times about `MOST_TIMES`: even ones, close ones at the start where curves bend, `ends` and full hours."""
    if len(times) <= MOST_TIMES:
        return times
    even = np.linspace(0, len(times) - 1, MOST_TIMES // 2)
    early = np.geomspace(1, len(times), MOST_TIMES // 2) - 1
    marks = np.flatnonzero(np.isin(times, [*ends, *np.arange(0.0, 1441.0, 60.0)]))
    return times[np.unique(np.concatenate([even, early, marks]).round().astype(int))]


def known_ranges(route: str) -> list[dict[str, Any]]:
    """Published bioavailabilities of a route as plain values."""
    import msgspec

    found = find("route", load().routes, route_id(route, load()))
    return [msgspec.to_builtins(entry) for entry in found.bioavailability]


def _models(model: str, route: str, substance: str | None) -> tuple[tuple[Model, ...], str, list[Message]]:
    """The models to run, the substance given, and a remark where it was taken as read."""
    knowledge = load()
    if substance is not None and substance not in ("racemic", "esketamine", "arketamine"):
        raise CommandError(
            Message(
                "“{substance}” is not a substance here. Use racemic, esketamine or arketamine.", substance=substance
            )
        )
    if model.lower() == "all":
        taken = substance or "racemic"
        remarks = [] if substance else [Message("Substance not given: racemic ketamine was taken.")]
        fitting_models(knowledge.models, route, taken, knowledge.routes)
        return models_for(knowledge.models, route, taken), taken, remarks
    chosen = find("model", knowledge.models, model)
    entry = chosen.input_for(route)
    if entry is None:
        if not models_for(knowledge.models, route):
            raise no_model(route, substance or "racemic", knowledge.routes)
        takes = ", ".join(each.route for each in chosen.inputs)
        others = ", ".join(each.id for each in models_for(knowledge.models, route))
        raise CommandError(
            Message(
                "{model} takes no dose by {route}, only by {routes}. Models for {route}: {models}.",
                model=chosen.name,
                route=route,
                routes=takes,
                models=others,
            )
        )
    if substance is not None:
        return (chosen,), substance, []
    taken = entry.substances[0] if entry.substances else "racemic"
    remark = Message("Substance not given: {substance} was taken, as in the study.", substance=Name(taken))
    return (chosen,), taken, [remark] if len(entry.substances) != 1 else []


def _base(amount_mg: float, form: str, substance: str) -> float:
    if form not in ("base", "hydrochloride"):
        raise CommandError(Message("“{form}” is not a form. Use base or hydrochloride.", form=form))
    factor = load().substances[substance].base_per_salt
    return base_mg(amount_mg, Form(form), factor.value) if factor else amount_mg


def _person(weight: str | None, age: str | None, ancestry: str | None, female: bool | None) -> Person:
    if ancestry is not None and ancestry not in ANCESTRIES:
        raise CommandError(
            Message("“{ancestry}” is not known. Use one of {known}.", ancestry=ancestry, known=", ".join(ANCESTRIES))
        )
    return Person(
        weight_kg=parse_weight_kg(weight) if weight else None,
        age_years=_age(age) if age else None,
        ancestry=ancestry,  # type: ignore[arg-type]  # checked just above
        is_female=female,
    )


def _age(text: str) -> float:
    """Years; a bare number is years, as ages are."""
    written = text if text.strip()[-1:].isalpha() else f"{text} years"
    years = parse_quantity(written, example="45 years").to("a")
    if years < 0:
        raise CommandError(Message("“{text}” is not a valid age. Write completed years, for example 45.", text=text))
    return years


def _times(at: str | None, last_end: float, until: float) -> Any:
    """Minutes to show; without `at` every minute of the first day and coarser later."""
    if at is None:
        if until <= 0:
            raise CommandError(Message("--until must be later than the first dose."))
        step = max(1.0, round(until / 1440.0))
        return np.unique(np.append(np.arange(0.0, until, step), [min(last_end, until), until]))
    parts = [part.strip() for part in at.split(",") if part.strip()]
    times: list[float] = []
    for position, part in enumerate(parts):
        # “20,40,60 min”: a bare number has the unit of the next part that has one.
        unit = next((_unit_of(later) for later in parts[position:] if _unit_of(later)), "")
        times.append(parse_duration_min(part if _unit_of(part) else f"{parse_number(part):g} {unit}".strip()))
    if not times:
        raise CommandError(Message("--at names no time. Write for example “20 min,40 min,24 h”."))
    return np.unique(np.array(times))


def _unit_of(part: str) -> str:
    return part.lstrip("0123456789.+-eE ").strip()
