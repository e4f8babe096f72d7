"""Texts for people: what the public check says in words, one document for each language and subject.

Files of data/texts/<language>/. A page lays a text out and adds no words of its own.
What a sentence rests on is written behind it in double brackets, `[[kud-bladder; conflict-recovery]]`: ids of claims,
conflicts or sources. `pieces` cuts a sentence at these citations, so that a page can turn each into a link.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from keel.knowledge.documents import Document, Id
from keel.knowledge.errors import UnknownId

Topic = Literal["picture", "comparison", "question", "treatment", "help", "leaflet", "page"]

_CITATION = re.compile(r"(?<!\s)\s*+\[\[([^\[\]]+)\]\]")


class Piece(NamedTuple):
    """A stretch of text and the ids that it rests on (none for text without a citation)."""

    text: str
    cites: tuple[str, ...] = ()


def pieces(text: str) -> tuple[Piece, ...]:
    """The text cut at its citations, each stretch with the ids behind it.

    >>> pieces("60 in 100 of 274. [[kud-bladder; harding25]] Go early.")
    (Piece(text='60 in 100 of 274.', cites=('kud-bladder', 'harding25')), Piece(text=' Go early.', cites=()))
    """
    found, start = [], 0
    for citation in _CITATION.finditer(text):
        found.append(Piece(text[start : citation.start()], _ids(citation.group(1))))
        start = citation.end()
    if text[start:]:
        found.append(Piece(text[start:]))
    return tuple(found)


def _ids(inside: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in inside.split(";") if name.strip())


def plain(text: str) -> str:
    """The text without its citations.

    >>> plain("60 in 100 of 274. [[kud-bladder]] Go early.")
    '60 in 100 of 274. Go early.'
    """
    return _CITATION.sub("", text)


def cited(text: str) -> tuple[str, ...]:
    """The ids that a text names in its citations, each once."""
    return tuple(dict.fromkeys(name for citation in _CITATION.finditer(text) for name in _ids(citation.group(1))))


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a text: heading, paragraphs, a list below them, and a next step where it has one of its own.

    `claims`, `conflicts` and `sources` are what the section as a whole rests on, beside the citations in its sentences.
    """

    id: Id
    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    next_step: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every string of the section that people read, in the order of the page."""
        return tuple(text for text in (self.heading, *self.paragraphs, *self.items, self.next_step) if text)


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a table."""

    id: Id
    heading: str


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a table: one cell for each column.

    `yours` names the reader's own figure that a page puts into the last cell (`mg_per_session`, `sessions_per_year`,
    `mg_per_year`, `routes`, `settings`, `other_drugs`), or is empty where there is none.
    """

    id: Id
    heading: str
    cells: dict[str, str]
    yours: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows under columns; `yours` is the heading of the column with the reader's own figures."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    yours: str

    def __post_init__(self) -> None:
        wanted = {column.id for column in self.columns}
        for row in self.rows:
            if set(row.cells) != wanted:
                raise ValueError(f"row `{row.id}` needs one cell for each of {', '.join(sorted(wanted))}")


class Text(Document, frozen=True, kw_only=True):
    """One text in one language: the shape of data/texts/<language>/<id>.toml.

    `order` sorts texts within a topic. `summary` is the answer in a sentence or two. `judges` are statements of others
    that the text judges; they are shown with their verdict and may be wrong. `reuses` names sections of other texts
    (`picture-bladder/signs`) that a page prints after its own. Every text ends with one `action`, and with `contact`,
    the words before the people who help with `need`.
    """

    lang: str
    topic: Topic
    order: int
    summary: str
    sections: tuple[Section, ...] = ()
    table: Table | None = None
    judges: tuple[str, ...] = ()
    reuses: tuple[str, ...] = ()
    action: str
    contact: str
    need: Id

    def __post_init__(self) -> None:
        ids = [section.id for section in self.sections]
        if len(set(ids)) < len(ids):
            raise ValueError("two sections have the same id")

    def section(self, wanted: str) -> Section:
        """The section with this id; UnknownId names those that there are."""
        for section in self.sections:
            if section.id == wanted:
                return section
        raise UnknownId("section", wanted, [section.id for section in self.sections])

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every string of the text that people read, citations and all, in the order of the page."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from (self.title, self.summary)
        for section in self.sections:
            yield from section.sentences
        if self.table is not None:
            yield from (self.table.caption, *(column.heading for column in self.table.columns), self.table.yours)
            for row in self.table.rows:
                yield from (row.heading, *row.cells.values())
        yield from (self.action, self.contact)

    @property
    def cites(self) -> tuple[str, ...]:
        """Everything that the text leans on, each id once: its citations and the lists of its sections."""
        names = [name for sentence in self.sentences for name in cited(sentence)]
        names += [name for section in self.sections for name in (*section.claims, *section.conflicts, *section.sources)]
        return tuple(dict.fromkeys(names))


def by_language(texts: Mapping[str, Text]) -> dict[str, dict[str, Text]]:
    """Language to id to text, each language in the order of topics and of `order`."""
    found: dict[str, dict[str, Text]] = {}
    for name, text in sorted(texts.items(), key=lambda pair: (pair[1].lang, pair[1].topic, pair[1].order, pair[0])):
        found.setdefault(text.lang, {})[name.partition("/")[2]] = text
    return found


def sections_of(text: Text, texts: Mapping[str, Text]) -> tuple[Section, ...]:
    """The text's own sections and then those that it reuses, from the texts of its language.

    UnknownId where `reuses` names a text or a section that is not there.
    """
    reused = []
    for name in text.reuses:
        page, _, section = name.partition("/")
        if page not in texts:
            raise UnknownId("text", page, [])
        reused.append(texts[page].section(section))
    return (*text.sections, *reused)
