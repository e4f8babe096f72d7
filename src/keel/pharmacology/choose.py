"""Which models can answer: by route and substance, and where none can, what is known instead."""

from collections.abc import Mapping

from keel.knowledge.models import Model
from keel.pharmacology.errors import NoModel


def models_for(models: Mapping[str, Model], route: str, substance: str | None = None) -> tuple[Model, ...]:
    """Models that take a dose by `route`, those made from `substance` first; empty where no study gives one."""
    taking = [model for model in models.values() if model.input_for(route) is not None]
    if substance is None:
        return tuple(taking)
    return tuple(sorted(taking, key=lambda model: (not _fits(model, route, substance), model.id)))


def fitting_models(models: Mapping[str, Model], route: str, substance: str) -> tuple[Model, ...]:
    """Models made from that substance by that route; NoModel where there is none."""
    found = tuple(model for model in models_for(models, route, substance) if _fits(model, route, substance))
    if not found:
        raise NoModel(f"No published model takes {substance} by {route}: there is no curve.")
    return found


def _fits(model: Model, route: str, substance: str) -> bool:
    entry = model.input_for(route)
    return entry is not None and (not entry.substances or substance in entry.substances)
