"""What is known of medicines and other substances taken together with ketamine, and the names people use for them.

`interactions.csv` has one substance a row; `synonyms.csv` and `products.csv` its names; `class-rules/` what is said of
each class in words for people, class words such as "painkillers", what adds up, and how far a route matters;
`vocabulary/` the names with nothing on file and the words that name no medicine.
"""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id


class Danger(StrEnum):
    """How serious an interaction is, strongest first."""

    CONTRAINDICATED = "contraindicated"
    """A current label for that form of ketamine or esketamine forbids the pair."""
    MAJOR = "major"
    """A label warns of coma, death or seizure or says avoid, or deaths point to it: a prescriber decides first."""
    MODERATE = "moderate"
    """Needs monitoring, another time or another dose."""
    MINOR = "minor"
    """Small, theoretical or usually tolerated."""

    @property
    def rank(self) -> int:
        """0 for contraindicated to 3 for minor."""
        return list(Danger).index(self)

    @classmethod
    def worst(cls, dangers: "list[Danger]") -> "Danger | None":
        """The most serious of several; None of none."""
        return min(dangers, key=lambda danger: danger.rank, default=None)


class KetamineForm(StrEnum):
    """Which ketamine a row speaks of."""

    BOTH = "both"
    ESKETAMINE = "esketamine"
    RACEMIC = "racemic"


class Interaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One substance taken together with ketamine: a row of interactions.csv.

    `classes` are ids of class-rules/classes.csv, which hold the words; `mechanisms` and `severity` are those of all
    its classes together. `evidence` is label, clinical_study, class_effect (reasoned from the class) or mechanistic
    (pharmacology only). `modifier` is the id of the document in modifiers/ with what studies measured, or empty.
    A substance whose labels differ between the racemate and esketamine has a row for each.
    """

    id: Id
    name: str
    rxcui: str
    atc: tuple[str, ...]
    classes: tuple[str, ...]
    mechanisms: tuple[str, ...]
    severity: Danger
    applies_to: KetamineForm
    evidence: str
    certainty: Certainty
    conflicts: tuple[str, ...]
    modifier: str
    sources: tuple[str, ...]


class ClassRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a class of substances: a row of class-rules/classes.csv.

    On the ketamine routes in `weak_routes` the class counts as `weak_severity` only. `when` says for which routes,
    forms or circumstances the rule is meant; `effect` and `action` are the words for people, `public_action` what
    somebody at home is told instead: empty where it is the same, “-” where it is nothing. `goes_on` is true where
    `action` says to continue: that is not said beside a line that holds.
    """

    id: Id
    label: str
    severity: Danger
    applies_to: KetamineForm
    mechanisms: tuple[str, ...]
    when: str
    weak_routes: tuple[str, ...]
    weak_severity: Danger | None
    never_stop_suddenly: bool
    goes_on: bool
    effect: str
    action: str
    public_action: str
    conflicts: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def changes_exposure(self) -> bool:
        """Whether the class acts through the enzymes that break ketamine down."""
        return any(name.startswith("cyp") for name in self.mechanisms)


class Mechanism(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way in which a substance and ketamine affect each other: a row of class-rules/mechanisms.csv."""

    id: Id
    means: str


class NameKind(StrEnum):
    """What sort of name an alias is."""

    GENERIC = "generic"
    BRAND = "brand"
    STREET = "street"


class Synonym(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another name of one or more substances: a row of synonyms.csv.

    `ambiguous` names also mean other things and count only once the person confirms. `certainty` is `memory` where no
    list of names that was read holds the alias.
    """

    alias: str
    substances: tuple[str, ...]
    kind: NameKind
    ambiguous: bool
    certainty: Certainty
    note: str

    @property
    def is_unconfirmed(self) -> bool:
        """Whether this is a brand of which no source that was read says what it contains."""
        return self.kind is NameKind.BRAND and self.certainty is Certainty.MEMORY


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A combination product and everything it contains: a row of products.csv."""

    name: str
    substances: tuple[str, ...]
    certainty: Certainty


class DoseWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word that says how a medicine is taken and does not name it: a row of vocabulary/dose-words.csv.

    `kind` is number, unit, form, release, salt, frequency, topical (put on the skin or into eye or ear), language,
    joiner ("and"), alternative ("or") or sig (a word of a direction).
    """

    word: str
    kind: str


class ContextWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that say how a name beside them is meant: a row of vocabulary/context-words.csv.

    `says` is no (not taken), denies (not taken, and nor are the bare names behind it in the list), allergic, stopped,
    present (what follows is taken now), unclear (another person's, or not yet: the person is asked), recently or
    long-ago (when it was stopped), sig (part of a direction: "glass of water"), or extension: a word after a brand that
    makes another product of it ("Forte", "PM").
    """

    phrase: str
    says: str


class AfterStopping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a class goes on counting after the last dose: a row of class-rules/after-stopping.csv."""

    id: Id
    days: int
    certainty: Certainty
    note: str


class DataEdition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day on which the interaction tables last changed: the row of class-rules/edition.csv."""

    id: Id
    data_as_of: dt.date


class ClassWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a whole group of medicines, such as "benzos": a row of class-rules/words.csv.

    Where `counts` is true every member belongs to `classes`, and these count before the person says which one; where
    it is false the members differ and nothing counts until then.
    """

    id: Id
    words: tuple[str, ...]
    classes: tuple[str, ...]
    counts: bool
    examples: tuple[str, ...]


class Stack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mechanisms that add up when two or more substances share one: a row of class-rules/stacking.csv.

    Members of `except_classes` are not counted: ketamine itself is what the others are stacked on. `public_action` is
    as in `ClassRule`.
    """

    id: Id
    label: str
    mechanisms: tuple[str, ...]
    except_classes: tuple[str, ...]
    effect: str
    action: str
    public_action: str
    sources: tuple[str, ...]
    certainty: Certainty


class RouteLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By how much inhibitors and inducers change exposure at most on a route: a row of class-rules/route-limits.csv."""

    route: str
    unchanged_within_percent: float
    certainty: Certainty
    sources: tuple[str, ...]
