"""The workloads: models, regimens and people that every contestant gets."""

import numpy as np

from keel.knowledge import load
from keel.knowledge.models import Model, Variability
from keel.knowledge.models.check import complete_models
from keel.pharmacology import DoseInput, Person

PERSON = Person(weight_kg=70, age_years=40)
FORTNIGHT = 14 * 1440.0
DOMINO = {"V1": 0.063 * 70, "K10": 0.4381, "K12": 0.5921, "K21": 0.2470, "K13": 0.5900, "K31": 0.0146}  # L, 1/min

INFUSION = [DoseInput(amount_mg=35, route="iv", duration_min=40)]
YEAR = [DoseInput(amount_mg=35, route="iv", start_min=FORTNIGHT * i, duration_min=40) for i in range(26)]
YEAR_END = FORTNIGHT * 26
SAMPLES = np.sort(np.concatenate([FORTNIGHT * i + np.array([20.0, 60.0, 120.0, 240.0]) for i in range(25)]))
ORAL = [DoseInput(amount_mg=50, route="oral")]

# Absorption, three compartments, norketamine in two, one further metabolite. Metabolite constants are made up: this is
# a test of speed, not a model to ship.
CHAIN = {"KA": 1.2, "CL": 80.0, "V1": 60.0, "Q2": 90.0, "V2": 80.0, "Q3": 30.0, "V3": 150.0, "CLN": 50.0, "VN": 90.0,
         "QN": 40.0, "VNP": 120.0, "CLH": 45.0, "VH": 70.0}  # fmt: skip


def domino(cv: float = 0.0) -> Model:
    """The three compartments of Domino 1984, with the given variability on each parameter."""
    import msgspec

    effects = tuple(
        Variability(id=f"eta_{name}", applies_to=(name,), cv=cv, sources=(), certainty="default")  # type: ignore[arg-type]
        for name in DOMINO
        if cv
    )
    return msgspec.structs.replace(load().models["domino-1984"], variability=effects)


def chain(**changes: float) -> Model:
    """The oral model with its chain of metabolites."""
    import msgspec

    values = {**CHAIN, **changes}
    unit = {"K": "1/h", "C": "L/h", "Q": "L/h", "V": "L"}
    places = [("gut", None), ("c", "V1"), ("p1", "V2"), ("p2", "V3"), ("n", "VN"), ("np", "VNP"), ("h", "VH")]
    tree = {
        "id": "chain", "version": "1", "title": "a chain", "review_due": "2027-11-01", "name": "chain",
        "population": "none", "sources": [], "site": "venous plasma",
        "parameters": {name: {"value": value, "unit": unit[name[0]]} for name, value in values.items()},
        "compartments": [{"id": id, "title": id, **({"volume": volume} if volume else {})} for id, volume in places],
        "flows": [
            {"from": "gut", "to": "c", "rate": "KA"},
            {"from": "c", "to": "p1", "clearance": "Q2", "both_ways": True},
            {"from": "c", "to": "p2", "clearance": "Q3", "both_ways": True},
            {"from": "c", "to": "n", "clearance": "CL"},
            {"from": "n", "to": "np", "clearance": "QN", "both_ways": True},
            {"from": "n", "to": "h", "clearance": "CLN"},
            {"from": "h", "clearance": "CLH"},
        ],
        "inputs": [{"route": "oral", "kind": "absorbed", "parts": [{"into": "gut"}]}],
        "outputs": [
            {"analyte": id, "substance": "racemic", "terms": [{"compartment": id}]} for id in ("c", "n", "h")
        ],
    }  # fmt: skip
    return complete_models({"chain": msgspec.convert(tree, Model, strict=False)})["chain"]


def equal_rate() -> float:
    """An absorption rate that is one of the disposition's own rates, in 1/h: where closed forms fail."""
    p = CHAIN
    disposition = np.array(
        [
            [-(p["CL"] + p["Q2"] + p["Q3"]) / p["V1"], p["Q2"] / p["V2"], p["Q3"] / p["V3"]],
            [p["Q2"] / p["V1"], -p["Q2"] / p["V2"], 0],
            [p["Q3"] / p["V1"], 0, -p["Q3"] / p["V3"]],
        ]
    )
    return float(np.sort(-np.linalg.eigvals(disposition).real)[1])


def drawn(people: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Parameters of many people in L and 1/h: each with a log-normal spread of 25%."""
    rng = np.random.default_rng(seed)
    hourly = {name: value if name == "V1" else value * 60 for name, value in DOMINO.items()}
    return {name: value * np.exp(0.25 * rng.standard_normal(people)) for name, value in hourly.items()}


def chain_drawn(people: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Parameters of many people for the chain: each with a log-normal spread of 25%."""
    rng = np.random.default_rng(seed)
    return {name: value * np.exp(0.25 * rng.standard_normal(people)) for name, value in CHAIN.items()}
