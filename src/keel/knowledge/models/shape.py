"""The shape of a pharmacokinetic model: one TOML file of `data/models/` each, checked by `models_check.py`.

A model is a linear system: compartments hold amounts, flows move them at a constant fraction per time, inputs say how
a dose by a route enters, outputs turn amounts into concentrations. Every number is a parameter with unit, source and
certainty; the code that solves the system knows no number. A new model is a new file.

Names: `clearance` over the volume of the compartment it leaves is a rate; `mean_time` with `stages` is a delay.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Number
from keel.messages import Message, Name, Slot, listed
from keel.quantities import Figure, Interval

# Unit to (dimension, factor to the engine's unit, multiplied by body weight or not). Engine: L, L/h, 1/h, h.
UNITS: Mapping[str, tuple[str, float, bool]] = {
    "L": ("volume", 1.0, False),
    "L/kg": ("volume", 1.0, True),
    "L/h": ("flow", 1.0, False),
    "L/min": ("flow", 60.0, False),
    "L/h/kg": ("flow", 1.0, True),
    "1/h": ("rate", 1.0, False),
    "1/min": ("rate", 60.0, False),
    "h": ("time", 1.0, False),
    "min": ("time", 1.0 / 60.0, False),
    "1": ("number", 1.0, False),
    "g/mol": ("molar mass", 1.0, False),
}

Site = Literal["venous plasma", "arterial plasma", "plasma, site not stated"]
Covariate = Literal["weight_kg", "age_years", "ancestry", "is_female", "child_pugh"]


class Factor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="factor"):
    """Multiplies the parameter by `factor` in people whose covariate is one of `equals`."""

    covariate: Covariate
    equals: tuple[str, ...]
    factor: float
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Slope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="slope"):
    """Adds `per_unit` (in the parameter's unit) for each unit of the covariate above `above`."""

    covariate: Covariate
    above: float
    per_unit: float
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Parameter(Number, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number of a model. `weight_exponent` scales it by (weight / reference weight) to that power.

    With `of`, the value is a multiple of another parameter and follows its scaling and variability.
    """

    weight_exponent: float | None = None
    of: str | None = None
    effects: tuple[Factor | Slope, ...] = ()


class Compartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that holds an amount; `volume` names the parameter that makes a concentration of it."""

    id: str
    title: str
    volume: str | None = None


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}):
    """Drug on its way from one compartment to another, or out of the body when `to` is absent.

    Exactly one of `clearance`, `rate` and `mean_time` names the parameter. `fraction` names the part that arrives
    (the rest leaves the body). `drift` names a parameter t1 that makes the rate grow as 1 + t1 * hours.
    """

    source: str
    target: str | None = None
    clearance: str | None = None
    rate: str | None = None
    mean_time: str | None = None
    stages: int = 1
    fraction: str | None = None
    both_ways: bool = False
    drift: str | None = None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a dose that enters one compartment.

    Its size is the dose times all of `times` and times one minus all of `rest_of`. It enters at once, or evenly over
    the time that `over` names, or (kind direct) over the dose's own duration.
    """

    into: str
    times: tuple[str, ...] = ()
    rest_of: tuple[str, ...] = ()
    over: str | None = None


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a dose by a route enters. `kind` names the function of the engine that turns doses into amounts.

    `substances`, `dose_mg`, `dose_mg_per_kg` and `rate_mg_per_kg_h` are what the source study gave; outside them a
    result is marked not valid.
    Kind devices: `device_mg` is one device, `repeat` the parameter that multiplies the nasal fraction `times` of each
    further device within `session_min`, and `apart_min` the usual time between devices.
    """

    route: str
    kind: Literal["direct", "absorbed", "devices"]
    parts: tuple[Part, ...]
    substances: tuple[str, ...] = ()
    dose_mg: tuple[float, float] | None = None
    dose_mg_per_kg: tuple[float, float] | None = None
    rate_mg_per_kg_h: tuple[float, float] | None = None
    nasal: str | None = None
    repeat: str | None = None
    device_mg: float | None = None
    apart_min: float | None = None
    session_min: float | None = None

    @property
    def studied(self) -> Message:
        """Substances and doses of the source study, in words: “esketamine, 14 to 112 mg”; empty where none is known."""
        spans = ((self.dose_mg, "mg"), (self.dose_mg_per_kg, "mg/kg"), (self.rate_mg_per_kg_h, "mg/kg/h"))
        amounts = [
            Message("{amount} {unit}", amount=Figure(Interval.of(*span)), unit=unit)
            for span, unit in spans
            if span is not None
        ]
        return listed([*map(Name, self.substances), *amounts])


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One compartment's concentration; `molar_mass` over `carried_as` turns carried mass into measured mass."""

    compartment: str
    molar_mass: str | None = None
    carried_as: str | None = None


class Output(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measured concentration: the sum of its terms, in ng/mL. `substance` is an id of `data/substances/`."""

    analyte: str
    substance: str
    terms: tuple[Term, ...]


class Variability(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A random effect (eta) on one or more parameters, between subjects or between occasions (sessions).

    Size as `variance` of eta or as `cv` (a fraction; variance = ln(1 + cv^2)); logit: the standard deviation squared.
    Uniform: eta lies evenly in -1 to 1 and moves the parameter between its `low` and `high`; it has no size of its own.
    """

    id: str
    applies_to: tuple[str, ...]
    level: Literal["subject", "occasion"] = "subject"
    distribution: Literal["lognormal", "logit", "uniform"] = "lognormal"
    variance: float | None = None
    cv: float | None = None
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Covariance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How two random effects move together: their covariance or their correlation."""

    between: tuple[str, str]
    covariance: float | None = None
    correlation: float | None = None
    sources: tuple[str, ...]
    certainty: Certainty


class Residual(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What separates a measurement from the concentration: proportional, additive (nmol/mL) or log standard deviation.

    It belongs in comparisons with measurements, never in what a person is said to have.
    """

    analyte: str
    proportional_sd: float | None = None
    additive_nmol_per_ml: float | None = None
    log_sd: float | None = None
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class EarlyMinutes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The minutes after a bolus in which the model is known to be wrong, and what to use there."""

    minutes: float
    bolus_up_to_min: float
    use_instead: str
    reason: str
    sources: tuple[str, ...]
    certainty: Certainty


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest and largest value that the source study saw, or as near as its abstract tells."""

    low: float
    high: float
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Validity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the model was fitted; outside, a result is marked not valid with the reason.

    `never` is a reason that always holds (an assumption without any study). `sampled_min` and `remark` only warn.
    """

    age_years: Range | None = None
    weight_kg: Range | None = None
    sampled_min: Range | None = None
    early: EarlyMinutes | None = None
    never: str = ""
    remark: str = ""


class Misfit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known misfit: what the model gets wrong, by how much and what to use instead."""

    what: str
    sources: tuple[str, ...]
    certainty: Certainty


class Model(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published model, or one composed from published parts, with all that is needed to run it.

    `extends` names a model whose compartments, flows, outputs, parameters and variability it starts from.
    """

    name: str
    population: str
    sources: tuple[str, ...]
    site: Site
    assay: str = ""
    extends: str | None = None
    weight_reference_kg: float = 70.0
    parameters: dict[str, Parameter] = msgspec.field(default_factory=dict)
    compartments: tuple[Compartment, ...] = ()
    flows: tuple[Flow, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    variability: tuple[Variability, ...] = ()
    covariances: tuple[Covariance, ...] = ()
    residual: tuple[Residual, ...] = ()
    validity: Validity = Validity()
    missing: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    def holds(self) -> tuple[tuple[Message, Message], ...]:
        """Where the model holds, as (what, words): ages, weights, substances and doses by route, sampling times."""
        known = self.validity
        rows = [
            (word, Message("{low} to {high} {unit}", low=span.low, high=span.high, unit=unit))
            if span.certainty is Certainty.SEEN
            else (word, Message("{low} to {high} {unit} (assumed)", low=span.low, high=span.high, unit=unit))
            for word, span, unit in (
                (Message("age"), known.age_years, Message("years")),
                (Message("weight"), known.weight_kg, Message("kg")),
                (Message("sampled"), known.sampled_min, Message("min after the dose")),
            )
            if span is not None
        ]
        for entry in self.inputs:
            if entry.studied:
                rows.append((Message("dose, {route}", route=Name(entry.route)), entry.studied))
        if known.early:
            slots: dict[str, Slot] = {"count": known.early.minutes, "cause": Message(known.early.reason)}
            rows.append((Message("not in"), Message("the first {count} min after a bolus: {cause}", **slots)))
        if known.never:
            rows.append((Message("never valid"), Message(known.never)))
        return tuple(rows)

    @property
    def certainty(self) -> Certainty:
        """The weakest mark among its parameters."""
        return Certainty.weakest([parameter.certainty for parameter in self.parameters.values()])

    def input_for(self, route: str) -> Input | None:
        """How this model takes a dose by that route, or None when it has no such input."""
        return next((entry for entry in self.inputs if entry.route == route), None)
