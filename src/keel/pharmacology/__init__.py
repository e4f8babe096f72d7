"""What the body does with ketamine: published models, solved exactly, for one person or for millions.

Knows compartments, doses and people; the numbers are in `knowledge/data/models/`. May import `quantities`,
`knowledge`, `findings` and `record`. Times are minutes, amounts milligrams of base, concentrations ng/mL.
Start at `simulation.py` (one person), then `structure.py` (from document to equations) and `propagate.py` (the solver).
"""

from keel.pharmacology.choose import fitting_models, models_for, no_model
from keel.pharmacology.errors import NoModel, PersonError, PharmacologyError, RegimenError
from keel.pharmacology.metrics import Metrics
from keel.pharmacology.overlay import Overlay, overlay
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.simulation import Simulation, simulate

__all__ = [
    "DoseInput",
    "Metrics",
    "NoModel",
    "Overlay",
    "Person",
    "PersonError",
    "PharmacologyError",
    "RegimenError",
    "Simulation",
    "fitting_models",
    "models_for",
    "no_model",
    "overlay",
    "simulate",
]
