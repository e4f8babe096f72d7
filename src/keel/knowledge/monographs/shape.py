"""What is stated of ketamine and of esketamine as medicines: the rows of data/monographs/*.csv.

One row is one claim, with its words for professionals and its words for people. `effects.csv` holds what one study or
label counted of one effect; what its rows have in common (who was counted, how, against what) stands in `series.csv`.
"""

from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id
from keel.knowledge.interactions.shape import KetamineForm


class Part(StrEnum):
    """What a statement is about."""

    WHAT = "what"
    APPROVAL = "approval"
    CONTROL = "control"
    DOSE = "dose"
    CONTRAINDICATION = "contraindication"
    WARNING = "warning"
    WHEN = "when"
    TODO = "todo"
    GROUPS = "groups"
    DEPENDENCE = "dependence"
    OVERDOSE = "overdose"
    UNKNOWN = "unknown"


class Frequency(StrEnum):
    """Classes of frequency as EU texts name them, the most frequent first; a value on a cut is in the higher class.

    >>> Frequency.of(0.1), Frequency.of(0.0099), Frequency.of(0)
    (<Frequency.VERY_COMMON: 'very common'>, <Frequency.UNCOMMON: 'uncommon'>, <Frequency.NOT_KNOWN: 'not known'>)
    """

    VERY_COMMON = "very common"
    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"
    VERY_RARE = "very rare"
    NOT_KNOWN = "not known"

    @classmethod
    def of(cls, share: float) -> "Frequency":
        """The class of a proportion; of one that nobody had the class is not known."""
        cuts = zip(cls, (0.1, 0.01, 0.001, 0.0001), strict=False)
        return next((name for name, least in cuts if share >= least), cls.VERY_RARE if share else cls.NOT_KNOWN)


class Monograph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a monograph is called: a row of monographs.csv.

    `form` is the ketamine that the interactions speak of. `plain_conflicts` are those that concern people as well.
    """

    id: Id
    title: str
    form: KetamineForm
    summary: str
    plain: str
    conflicts: tuple[str, ...]
    plain_conflicts: tuple[str, ...]


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement in words for professionals and for people, who are not told it where `plain` is empty.

    `order` is its place in its section; `label` is what it is about: a country, a group of people, a sign.
    """

    id: Id
    monographs: tuple[Id, ...]
    section: Part
    order: int
    label: str
    date: str
    text: str
    plain: str
    sources: tuple[str, ...]
    certainty: Certainty
    conflicts: tuple[str, ...]


class EffectSeries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was counted in a table of side effects, how, and against what: a row of series.csv.

    `who` are the words for people; `people_order` is the place of the table among those that people are shown, of
    which the first to hold an effect is taken.
    """

    id: Id
    monograph: Id
    route: str
    population: str
    who: str
    people_order: int | None
    comparator: str
    plain_comparator: str
    counted: str
    timing: str
    sources: tuple[str, ...]
    certainty: Certainty


class EffectTerm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An effect as a term and in words for people; `see` is the statement that says what to do about it."""

    id: Id
    term: str
    words: str
    system: str
    see: str


class AdverseEffect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often one table has one effect: `count` of `of`, or a `share` in 100, or a class, or a `figure` in words."""

    id: Id
    series: Id
    term: Id
    count: int | None
    of: int | None
    share: float | None
    frequency: Frequency | None
    figure: str
    other_count: int | None
    other_of: int | None
    other_share: float | None
    other: str
    timing: str
    seriousness: str
    conflicts: tuple[str, ...]

    @property
    def percent(self) -> float | None:
        """How many of 100 had it; None where no denominator was printed."""
        return _percent(self.count, self.of, self.share)

    @property
    def other_percent(self) -> float | None:
        """How many of 100 had it in the comparison."""
        return _percent(self.other_count, self.other_of, self.other_share)

    @property
    def how_often(self) -> Frequency:
        """Its class: as printed, else by its share; not known without either."""
        return self.frequency or (Frequency.NOT_KNOWN if self.percent is None else Frequency.of(self.percent / 100))


def _percent(count: int | None, of: int | None, share: float | None) -> float | None:
    return 100 * count / of if count is not None and of else share
