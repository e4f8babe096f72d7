"""The rows of data/concepts: concepts, their words by language, their codes, and the words of a state."""

from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id


class ConceptKind(StrEnum):
    """What sort of thing a concept is."""

    SIGN = "sign"
    """A symptom or an event: it comes and goes."""
    CONDITION = "condition"
    """An illness, or a state such as pregnancy, that a record lists."""
    FEELING = "feeling"
    """What people say of how they are, that no rule asks about."""


class State(StrEnum):
    """How something that is named stands to the person."""

    PRESENT = "present"
    SUSPECTED = "suspected"
    """Suspected, or named in a way that leaves open whether it is there."""
    HYPOTHETICAL = "hypothetical"
    """Named as what might come: a risk, a fear, what was explained or is watched for."""
    REMISSION = "remission"
    PAST = "past"
    RESOLVED = "resolved"
    FAMILY = "family"
    DENIED = "denied"

    @property
    def is_over(self) -> bool:
        """Whether the person had it and has it no longer, as far as was said."""
        return self in (State.REMISSION, State.PAST, State.RESOLVED)


class Concept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a person or a record may name: a row of concepts/concepts.csv. Cells name clinical facts.

    `now` are yes while it is present; `ever` also when it is over; `over` only when it is over. A plain denial makes
    those of `denies` a no. `asks` are facts that a mention leaves open: they are to be asked.
    """

    id: Id
    title: str
    kind: ConceptKind
    now: tuple[str, ...]
    ever: tuple[str, ...]
    over: tuple[str, ...]
    denies: tuple[str, ...]
    asks: tuple[str, ...]


class AlarmKind(StrEnum):
    """What somebody who types words of alarm is shown before anything else."""

    EMERGENCY = "emergency"
    """The emergency number."""
    CRISIS = "crisis"
    """The emergency number and the lines for thoughts of suicide."""
    BODY = "body"
    """The questions about the body."""


class AlarmConcept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A concept whose words are an alarm in any free text: a row of concepts/alarms.csv (harms reference, section 11).

    `lone` are words of it that by themselves may mean something else: they ask.
    """

    id: Id
    kind: AlarmKind
    lone: tuple[str, ...]


class Only(StrEnum):
    """Where a word that also means other things counts."""

    ANYWHERE = ""
    ITEM = "item"
    """Where nothing else that is unknown stands beside it between two commas."""
    OBJECT = "object"
    """Where no other thing follows that is done with it: “wants to stop”, and not “wants to stop smoking”."""
    TEXT = "text"
    """Where nothing else stands in the text."""


class ConceptWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for concepts: a row of concepts/words.csv; compared without case, accents and a final s.

    Words stand in that order. ` + ` joins parts that stand near each other in any order, and `|` other words for a
    part: `chest + pain|tight` is “pain in my chest” as well as “my chest feels tight”.
    """

    word: str
    languages: tuple[str, ...]
    concepts: tuple[str, ...]
    only: Only


class ConceptCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code and what it names: a row of concepts/codes.csv. An ICD-10 code stands for all those below it, too."""

    id: Id
    system: str
    code: str
    title: str
    concepts: tuple[str, ...]
    state: State
    sources: tuple[str, ...]
    certainty: Certainty


class CodeSystem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system of codes and the names under which it is sent: a row of concepts/code-systems.csv."""

    id: Id
    title: str
    names: tuple[str, ...]


class Role(StrEnum):
    """What a small word does: one of the states, or one of these."""

    PRESENT = "present"
    SUSPECTED = "suspected"
    HYPOTHETICAL = "hypothetical"
    REMISSION = "remission"
    PAST = "past"
    RESOLVED = "resolved"
    FAMILY = "family"
    DENIED = "denied"
    BREAK = "break"
    """Ends what a word before it said of what follows: “but”."""
    OR = "or"
    AND = "and"
    SKIP = "skip"
    """Says nothing about which concept or state is meant."""
    FILLER = "filler"
    """Is left out between the words of a concept: “the”."""


class Where(StrEnum):
    """On which side of a concept a word of a state stands."""

    BEFORE = "before"
    AFTER = "after"


class StateWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word that denies, suspects, dates or joins: a row of concepts/state-words.csv.

    `carries` where it holds for a whole list after it, commas and “and” included: “denies chest pain, cough and fever”.
    """

    id: str
    word: str
    languages: tuple[str, ...]
    state: Role
    where: Where
    carries: bool
