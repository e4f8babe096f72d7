"""The check of the modifiers: every model and parameter that they name is there."""

from collections.abc import Mapping

from keel.knowledge.errors import FactsFileError
from keel.knowledge.models.shape import Model
from keel.knowledge.modifiers.shape import Modifier


def complete_modifiers(modifiers: Mapping[str, Modifier], models: Mapping[str, Model]) -> dict[str, Modifier]:
    """The modifiers, once every model and parameter that they name is found; FactsFileError names file and key."""
    for modifier in modifiers.values():
        where = f"modifiers/{modifier.id}.toml: changes"
        for change in modifier.changes:
            for name in change.models:
                if name not in models:
                    raise FactsFileError(f"{where}.models: no model is called “{name}”. Name one.")
                for parameter, factor in change.multiply.items():
                    if parameter not in models[name].parameters:
                        raise FactsFileError(f"{where}.multiply: {name} has no parameter “{parameter}”. Name one.")
                    if factor.value <= 0:
                        raise FactsFileError(f"{where}.multiply.{parameter}: {factor.value} is not above zero. Fix it.")
    return dict(modifiers)
