"""The words of a questionnaire in another language: data/instrument-words/<language>/<instrument>.toml.

Only what is read out to a person is here: what comes before the questions, the questions, the answers. Title, bands,
cut-offs and rules are Keel's own sentences, and stand in the catalogue. An official translation is printed as its
owner published it; one of ours says so on the page, because nobody has tested it.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document
from keel.knowledge.instruments.parts import AnswerSet, Item
from keel.knowledge.instruments.shape import Instrument, wording_problems


class TranslationOrigin(StrEnum):
    """Whose translation it is."""

    OFFICIAL = "official"
    """The owner’s, or the one that the owner hands out."""
    UNOFFICIAL = "unofficial"
    """Made for Keel, of words that somebody else owns or validated; not tested."""
    OWN = "own"
    """Keel’s own words of Keel’s own questionnaire."""


class InstrumentWords(Document, frozen=True, kw_only=True):
    """A questionnaire in a language.

    `items` are questions by item, `themes` their clinical terms, `answers` the labels of each answer set in the order
    of its choices. `notice` is printed below the questions, in that language.
    """

    lang: str
    standing: TranslationOrigin
    notice: str
    instructions: str = ""
    stem: str = ""
    items: dict[str, str]
    themes: dict[str, str] = msgspec.field(default_factory=dict)
    answers: dict[str, tuple[str, ...]]
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


def in_words(instrument: Instrument, words: InstrumentWords) -> Instrument:
    """The instrument with its questions, answers and notice in the language of the words; all else is the same."""
    return msgspec.structs.replace(
        instrument,
        instructions=words.instructions,
        stem=words.stem,
        rights=msgspec.structs.replace(instrument.rights, notice=words.notice),
        items=tuple(_item(item, words) for item in instrument.items),
        answer_sets=tuple(_answers(one, words) for one in instrument.answer_sets),
    )


def _item(item: Item, words: InstrumentWords) -> Item:
    theme = words.themes.get(item.id, item.theme)
    return msgspec.structs.replace(item, text=words.items.get(item.id, item.text), theme=theme)


def _answers(one: AnswerSet, words: InstrumentWords) -> AnswerSet:
    labels = words.answers[one.id]
    pairs = zip(one.choices, labels, strict=True)
    return msgspec.structs.replace(
        one, choices=tuple(msgspec.structs.replace(choice, label=label) for choice, label in pairs)
    )


def words_problems(instrument: Instrument | None, words: InstrumentWords) -> Iterator[str]:
    """Everything in which a translation does not fit its instrument, one line each."""
    if instrument is None:
        yield "is of no instrument that Keel has. Remove it, or fix its name."
        return
    yield from wording_problems(instrument)
    for what, ours, theirs in (
        ("items", set(words.items), {item.id for item in instrument.items if item.text}),
        ("themes", set(words.themes), {item.id for item in instrument.items if item.theme}),
        ("answer sets", set(words.answers), {one.id for one in instrument.answer_sets}),
        ("what comes first", _first(words), _first(instrument)),
    ):
        if ours != theirs:
            yield f"{what} differ: {', '.join(sorted(ours ^ theirs))}."
    for one in instrument.answer_sets:
        if len(words.answers.get(one.id, ())) != len(one.choices):
            yield f"answers {one.id} are not as many as the choices."


def _first(one: Instrument | InstrumentWords) -> set[str]:
    return {name for name in ("instructions", "stem") if getattr(one, name)}
