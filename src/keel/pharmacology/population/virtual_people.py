"""Virtual people: covariates, random effects with their covariances, and uncertain doses, drawn from one generator."""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from keel.knowledge.models import Covariance, Model, Variability
from keel.messages import Message
from keel.pharmacology.errors import PersonError, RegimenError
from keel.pharmacology.parameters import Covariates, eta_covariance
from keel.pharmacology.structure import Floats


class Spread(msgspec.Struct, frozen=True):
    """How a quantity is spread among people: normal or lognormal around `mean` with `sd`, cut to low..high, or uniform.

    Cut means drawn again, so that no one stands at the edge.
    """

    mean: float = 0.0
    sd: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    kind: Literal["normal", "lognormal", "uniform"] = "normal"

    def __post_init__(self) -> None:
        bad = self.sd < 0 or not self.low <= self.high or math.isnan(self.mean)
        if bad or (self.kind == "uniform" and not math.isfinite(self.high - self.low)):
            raise PersonError(
                Message(
                    "A spread cannot have mean {mean}, sd {sd}, from {low} to {high}.",
                    mean=self.mean,
                    sd=self.sd,
                    low=self.low,
                    high=self.high,
                )
            )

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """`size` values; PersonError where nearly nothing lies within the limits."""
        if self.kind == "uniform":
            return rng.uniform(self.low, self.high, size)
        values = self._raw(size, rng)
        for _ in range(200):
            outside = (values < self.low) | (values > self.high)
            count = int(outside.sum())
            if count == 0:
                return values
            values[outside] = self._raw(count, rng)
        raise PersonError(
            Message(
                "A spread around {mean} hardly ever falls within {low} to {high}.",
                mean=self.mean,
                low=self.low,
                high=self.high,
            )
        )

    def _raw(self, size: int, rng: np.random.Generator) -> Floats:
        if self.kind == "lognormal":
            variance = math.log1p((self.sd / self.mean) ** 2)
            return self.mean * np.exp(math.sqrt(variance) * rng.standard_normal(size) - variance / 2.0)
        return self.mean + self.sd * rng.standard_normal(size)


class VirtualPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to draw: each covariate a value for all, a spread, or None for not known."""

    weight_kg: float | Spread | None = None
    age_years: float | Spread | None = None
    ancestry: str | None = None
    is_female: bool | None = None
    child_pugh: str | None = None

    def draw(self, size: int, rng: np.random.Generator) -> Covariates:
        """Covariates of `size` people; single values stay single."""
        return Covariates(
            weight_kg=self.weight_kg.draw(size, rng) if isinstance(self.weight_kg, Spread) else self.weight_kg,
            age_years=self.age_years.draw(size, rng) if isinstance(self.age_years, Spread) else self.age_years,
            ancestry=self.ancestry,
            is_female=self.is_female,
            child_pugh=self.child_pugh,
        )


class DoseUncertainty(msgspec.Struct, frozen=True, kw_only=True):
    """What is random about the doses themselves, drawn anew for each dose of each person.

    `amount_cv` spreads the amount (lognormal, mean as prescribed); `purity` is the range of the part that is ketamine
    (uniform); `delay_sd_min` moves each dose after the first by a normal delay.
    """

    amount_cv: float = 0.0
    purity: tuple[float, float] = (1.0, 1.0)
    delay_sd_min: float = 0.0

    def __post_init__(self) -> None:
        low, high = self.purity
        if not (0 <= low <= high <= 1 and self.amount_cv >= 0 and self.delay_sd_min >= 0):
            raise RegimenError(Message("Purity lies between 0 and 1 (low first); spreads are zero or more."))

    def factors(self, size: int, doses: int, rng: np.random.Generator) -> Floats | None:
        """What each dose is multiplied by, (people, doses); None where nothing is random."""
        low, high = self.purity
        if self.amount_cv == 0 and low == high == 1:
            return None
        variance = math.log1p(self.amount_cv**2)
        amounts = np.exp(math.sqrt(variance) * rng.standard_normal((size, doses)) - variance / 2.0)
        return np.asarray(amounts * rng.uniform(low, high, (size, doses)))

    def delays(self, size: int, doses: int, rng: np.random.Generator) -> Floats | None:
        """Minutes by which each dose moves, (people, doses); None where times are exact."""
        if self.delay_sd_min == 0:
            return None
        delays = self.delay_sd_min * rng.standard_normal((size, doses))
        delays[:, 0] = 0.0
        return np.asarray(delays)


def draw_etas(
    model: Model, level: Literal["subject", "occasion"], size: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Random effects of one level by variability id, each with one value a person; correlated as the model says."""
    effects = [effect for effect in model.variability if effect.level == level]
    normal = [effect for effect in effects if effect.distribution != "uniform"]
    etas: dict[str, Floats] = {}
    if normal:
        root = _root(normal, model.covariances, model)
        # One product for all: eta = root times independent normals.
        drawn = root @ rng.standard_normal((len(normal), size))
        etas |= {effect.id: row for effect, row in zip(normal, drawn, strict=True)}
    etas |= {effect.id: rng.uniform(-1.0, 1.0, size) for effect in effects if effect.distribution == "uniform"}
    return etas


def _root(effects: Sequence[Variability], pairs: Sequence[Covariance], model: Model) -> Floats:
    try:
        root: Floats = np.linalg.cholesky(eta_covariance(effects, pairs)).astype(float)
        return root
    except np.linalg.LinAlgError:
        raise PersonError(
            Message(
                "models/{model}.toml: covariances: the random effects cannot all be so correlated. Check them.",
                model=model.id,
            )
        ) from None
