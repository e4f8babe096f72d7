"""Which models can answer: by route and substance, and where none can, what is known instead."""

from collections.abc import Mapping

from keel.knowledge.models import Model, Route
from keel.messages import Message, Name, joined
from keel.pharmacology.errors import NoModel
from keel.pharmacology.validity import WORDS


def models_for(models: Mapping[str, Model], route: str, substance: str | None = None) -> tuple[Model, ...]:
    """Models that take a dose by `route`, those made from `substance` first; empty where no study gives one."""
    taking = [model for model in models.values() if model.input_for(route) is not None]
    if substance is None:
        return tuple(taking)
    return tuple(sorted(taking, key=lambda model: (not _fits(model, route, substance), model.id)))


def fitting_models(
    models: Mapping[str, Model], route: str, substance: str, routes: Mapping[str, Route] | None = None
) -> tuple[Model, ...]:
    """Models made from that substance by that route; NoModel where there is none, with what `routes` knows instead."""
    found = tuple(model for model in models_for(models, route, substance) if _fits(model, route, substance))
    if not found:
        raise no_model(route, substance, routes)
    return found


def no_model(route: str, substance: str, routes: Mapping[str, Route] | None = None) -> NoModel:
    """The refusal to draw a curve, with the bioavailabilities that are published for the route."""
    document = routes.get(route) if routes else None
    refusal = Message(
        "No published model takes {substance} {route}: there is no curve.",
        substance=Message(WORDS.get(substance, substance)),
        route=Message(document.title.lower()) if document else Name(route),
    )
    reasons = [refusal, Message(document.no_model)] if document and document.no_model else [refusal]
    return NoModel(joined(" ", reasons), document.known() if document else ())


def _fits(model: Model, route: str, substance: str) -> bool:
    entry = model.input_for(route)
    return entry is not None and (not entry.substances or substance in entry.substances)
