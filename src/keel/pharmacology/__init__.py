"""What the body does with ketamine: published models, solved exactly, for one person or for millions.

Knows compartments, doses and people; the numbers are in `knowledge/data/models/`. May import `quantities`,
`knowledge`, `findings` and `record`. Times are minutes, amounts milligrams of base, concentrations ng/mL.
Start at `simulation.py` (one person) and `population/population.py` (many); then `structure.py` (from document to
equations) and the two solvers.

There are two solvers because neither can stand in for the other. The matrix exponential (`chain.py`) is exact for
every linear model, also where two rates are equal and textbook formulas divide by nothing. A centre with up to two
neighbours (`mammillary.py`) has distinct modes, so its closed form is exact too, and four
to five times faster, for one person as for many; both agree to 3e-12.
"""

from keel.pharmacology.comparison import ModelComparison, compare_models
from keel.pharmacology.errors import NoModel, NotConverged, PersonError, PharmacologyError, RegimenError
from keel.pharmacology.estimate import Estimate, Observation, estimate
from keel.pharmacology.metrics import Metrics
from keel.pharmacology.model_choice import fitting_models, models_for, no_model
from keel.pharmacology.population.people import People, simulate_people
from keel.pharmacology.population.population import Population, simulate_population
from keel.pharmacology.population.trials import Trials, trials
from keel.pharmacology.population.virtual_people import DoseUncertainty, Spread, VirtualPeople
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.simulation import Simulation, simulate

__all__ = [
    "DoseInput",
    "DoseUncertainty",
    "Estimate",
    "Metrics",
    "ModelComparison",
    "NoModel",
    "NotConverged",
    "Observation",
    "People",
    "Person",
    "PersonError",
    "PharmacologyError",
    "Population",
    "RegimenError",
    "Simulation",
    "Spread",
    "Trials",
    "VirtualPeople",
    "compare_models",
    "estimate",
    "fitting_models",
    "models_for",
    "no_model",
    "simulate",
    "simulate_people",
    "simulate_population",
    "trials",
]
