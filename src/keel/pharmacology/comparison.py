"""Several models side by side: the choice of model and sampling site often matters more than the patient."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.messages import Message, text_of
from keel.pharmacology.errors import NoModel, PersonError
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.simulation import Simulation, simulate
from keel.pharmacology.structure import Floats


class ModelComparison(NamedTuple):
    """Curves that hold (`curves`), curves outside their study (`outside`) and models that could not run (`refused`)."""

    curves: tuple[Simulation, ...]
    outside: tuple[Simulation, ...]
    refused: tuple[tuple[str, Message], ...]

    @property
    def peaks(self) -> tuple[float, ...]:
        """Peak of the parent, ng/mL, of each curve that holds."""
        return tuple(curve.metrics[0].cmax for curve in self.curves)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: the `simulate` document of each model, and the spread of their peaks."""
        peaks = self.peaks
        return {
            "model": "all",
            "valid": bool(self.curves),
            "curves": [curve.to_dict() for curve in self.curves],
            "outside": [curve.to_dict() for curve in self.outside],
            "refused": [{"model": model, "reason": reason} for model, reason in self.refused],
            "spread": {"cmax_low": min(peaks), "cmax_high": max(peaks), "models": len(peaks)} if peaks else None,
        }


def compare_models(
    models: Sequence[Model],
    regimen: Sequence[DoseInput],
    person: Person,
    times_min: Sequence[float] | Floats,
    *,
    modifiers: Sequence[Modifier] = (),
    window_min: tuple[float, float] | None = None,
) -> ModelComparison:
    """Each model's curve of the same doses, sorted into those that hold and those that do not, with the reasons."""
    curves: list[Simulation] = []
    outside: list[Simulation] = []
    refused: list[tuple[str, Message]] = []
    for model in models:
        try:
            curve = simulate(model, regimen, person, times_min, modifiers=modifiers, window_min=window_min)
        except (NoModel, PersonError) as reason:
            refused.append((model.id, text_of(reason)))
            continue
        (curves if curve.valid else outside).append(curve)
    return ModelComparison(tuple(curves), tuple(outside), tuple(refused))
