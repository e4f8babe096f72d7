"""What the body does with ketamine: published models, solved exactly, for one person or for millions.

Knows compartments, doses and people; the numbers are in `knowledge/data/models/`. May import `quantities`,
`knowledge`, `findings` and `record`. Times are minutes, amounts milligrams of base, concentrations ng/mL.
Start at `simulation.py` (one person) and `population.py` (many); then `structure.py` (from document to equations),
`mammillary.py` and `propagate.py` (the solvers).
"""

from keel.pharmacology.comparison import Overlay, overlay
from keel.pharmacology.errors import NoModel, NotConverged, PersonError, PharmacologyError, RegimenError
from keel.pharmacology.estimate import Estimate, Observation, estimate
from keel.pharmacology.metrics import Metrics
from keel.pharmacology.model_choice import fitting_models, models_for, no_model
from keel.pharmacology.population.people import People, simulate_people
from keel.pharmacology.population.population import Population, population
from keel.pharmacology.population.trials import Trials, trials
from keel.pharmacology.population.virtual_people import Spread, Uncertain, VirtualPeople
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.simulation import Simulation, simulate

__all__ = [
    "DoseInput",
    "Estimate",
    "Metrics",
    "NoModel",
    "NotConverged",
    "Observation",
    "Overlay",
    "People",
    "Person",
    "PersonError",
    "PharmacologyError",
    "Population",
    "RegimenError",
    "Simulation",
    "Spread",
    "Trials",
    "Uncertain",
    "VirtualPeople",
    "estimate",
    "fitting_models",
    "models_for",
    "no_model",
    "overlay",
    "population",
    "simulate",
    "simulate_people",
    "trials",
]
