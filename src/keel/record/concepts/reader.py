"""Reads a text for concepts: which are named, how each stands, and what of the text was not understood."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keel.knowledge import Knowledge
from keel.knowledge.concepts import AlarmKind, Concept, ConceptCode, ConceptKind, Role, State
from keel.record.concepts.coded import codes_in
from keel.record.concepts.states import Place, read_states
from keel.record.concepts.vocabulary import Find, Vocabulary, is_alone, vocabulary
from keel.record.concepts.words import Gap, Word, cut

_UNKNOWN_BESIDE = 3
"""Unknown words beside a concept from which on they may name something else."""


class Mention(NamedTuple):
    """A concept that a text names, how it stands, and where in the text."""

    concept: str
    state: State
    start: int
    end: int


class Utterance(NamedTuple):
    """What a text names, in order, and the pieces of it that were not understood, as they were typed."""

    mentions: tuple[Mention, ...]
    rest: tuple[str, ...]

    @property
    def is_understood(self) -> bool:
        """Whether nothing of the text is left over."""
        return not self.rest


def read_concepts(text: str, language: str | None, knowledge: Knowledge) -> Utterance:
    """The concepts that a text names in a language (None: any), and the rest that was not understood.

    Case, accents, plurals and the order of a list say nothing. The time is linear in the length; what lies beyond
    2,000 characters is part of the rest. A piece between two commas that names no concept is rest where a word of it is
    not known; a denial never makes a piece understood.
    """
    known = vocabulary(knowledge, language)
    words, body = cut(text), cut(text).text
    finds = dict(_chosen(words.words, known))
    coded = {(at,): row for at, row in codes_in(words.words, knowledge) if (at,) not in finds}
    finds |= {at: row.concepts for at, row in coded.items()}
    places = sorted(_place(at, concepts, knowledge) for at, concepts in finds.items())
    taken = frozenset(position for at in finds for position in at)
    said = known.state_words(words.words, taken)
    states = read_states(words.words, places, said, known, words.ends)
    mentions = tuple(
        Mention(name, _of_code(state, coded.get((place.first,))), *_span(place, words.words))
        for place, state in zip(places, states, strict=True)
        for name in place.concepts
    )
    stated = frozenset(position for at, _ in said for position in at)
    rest = [body[piece[0].start : piece[-1].end] for piece in _unknown(words.words, taken, stated, known)]
    if words.words and not mentions and not rest:
        rest = [body.strip()]
    return Utterance(mentions, (*rest, *([words.beyond] if words.beyond else [])))


def has_doubt(text: str, knowledge: Knowledge) -> bool:
    """Whether a text has a question mark or any word of denial, suspicion or family, whatever it speaks of."""
    known, words = vocabulary(knowledge, None), cut(text)
    roles = {row.state for _, rows in known.state_words(words.words, frozenset()) for row in rows}
    return "?" in words.text or bool(roles & {Role.DENIED, Role.SUSPECTED, Role.HYPOTHETICAL, Role.FAMILY})


def _of_code(state: State, code: ConceptCode | None) -> State:
    """The state of a typed code (“F11.21” is a remission) where no word beside it says otherwise."""
    return code.state if code and state is State.PRESENT else state


def _span(place: Place, words: Sequence[Word]) -> tuple[int, int]:
    return words[place.first].start, words[place.last].end


def _place(at: tuple[int, ...], concepts: Sequence[str], knowledge: Knowledge) -> Place:
    kinds = {knowledge.concepts[name].kind for name in concepts}
    kind = ConceptKind.SIGN if ConceptKind.SIGN in kinds else kinds.pop()
    alarms = {knowledge.alarm_concepts[name].kind for name in concepts if name in knowledge.alarm_concepts}
    may_be_dated = kind is ConceptKind.SIGN and AlarmKind.CRISIS not in alarms
    return Place(at[0], at[-1], tuple(concepts), kind, may_be_dated)


def _chosen(words: Sequence[Word], known: Vocabulary) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
    """The places that count: the longest first, and no word twice; words of the same place name all their concepts."""
    taken: set[int] = set()
    finds = sorted(known.finds(words, known.walls(words)), key=_rank)
    for at in dict.fromkeys(find.at for find in finds):
        here = [find for find in finds if find.at == at]
        if not taken & set(at) and any(is_alone(find, words, known) for find in here):
            taken |= set(at)
            yield at, tuple(dict.fromkeys(name for find in here for name in find.row.concepts))


def _rank(find: Find) -> tuple[int, int, int, str]:
    """Longer ones first; of two the closer together, then the later: “no breathing trouble” is no “no breathing”."""
    return (-len(find.at), find.at[-1] - find.start, -find.start, find.row.word)


def _unknown(
    words: Sequence[Word], taken: frozenset[int], stated: frozenset[int], known: Vocabulary
) -> Iterator[Sequence[Word]]:
    """The pieces between commas, “and” and “or” in which something is not known and no concept is named."""
    for piece in _pieces(words, taken, known):
        left = [at for at in piece if at not in taken and at not in stated and not _is_small(words[at], known)]
        is_named = any(at in taken for at in piece)
        if left and (not is_named or len(left) >= _UNKNOWN_BESIDE):
            yield [words[at] for at in range(left[0], left[-1] + 1)]


def _pieces(words: Sequence[Word], taken: frozenset[int], known: Vocabulary) -> Iterator[list[int]]:
    piece: list[int] = []
    for at, word in enumerate(words):
        is_join = word.text in known.joins and at not in taken
        if (word.gap is not Gap.NONE or is_join) and piece:
            yield piece
            piece = []
        if not is_join:
            piece.append(at)
    if piece:
        yield piece


def _is_small(word: Word, known: Vocabulary) -> bool:
    return word.text in known.skipped or word.text in known.fillers or (word.is_number and "/" not in word.text)


class ConceptFacts(NamedTuple):
    """What mentions say of clinical facts: yes, no, suspected, and left open to be asked."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    suspected: tuple[str, ...]
    asked: tuple[str, ...]


def concept_facts(mentions: Iterable[tuple[Concept, State]]) -> ConceptFacts:
    """The facts of concepts in their states. A yes stands before a suspicion, and both before a no."""
    yes: dict[str, None] = {}
    no: dict[str, None] = {}
    suspected: dict[str, None] = {}
    asked: dict[str, None] = {}
    for concept, state in mentions:
        if state is State.PRESENT:
            yes |= dict.fromkeys((*concept.now, *concept.ever))
            asked |= dict.fromkeys(concept.asks)
        elif state.is_over:
            yes |= dict.fromkeys((*concept.ever, *concept.over))
            if state is State.RESOLVED and concept.kind is ConceptKind.SIGN:
                no |= dict.fromkeys(concept.denies)
        elif state in (State.SUSPECTED, State.HYPOTHETICAL):
            suspected |= dict.fromkeys((*concept.now, *concept.ever, *concept.asks))
        elif state is State.DENIED:
            no |= dict.fromkeys(concept.denies)
    return ConceptFacts(
        yes=tuple(yes),
        no=tuple(name for name in no if name not in yes and name not in suspected and name not in asked),
        suspected=tuple(name for name in suspected if name not in yes),
        asked=tuple(name for name in asked if name not in yes and name not in suspected),
    )
