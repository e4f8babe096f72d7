"""Recovery tools: forms that a person fills in for themselves, kept in the browser and nowhere else.

The shape of data/tools/*.toml. The methods are generic ones of cognitive and behavioural therapy under neutral names;
the words are Keel's own. A tool never adds up, grades or compares: what is in it belongs to the person.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from keel.knowledge.documents import Document, Id

Kind = Literal["text", "long_text", "list", "choice", "choices", "scale", "minutes", "yes_no", "date", "time"]
"""How a field is filled in. A `list` is lines of text; a `scale` runs from `least` to `most`."""

CHOOSING = ("choice", "choices")


class ToolField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field. No field is required; `most_lines` is how many lines a list may have, where there is an end.

    `reach` marks lines that hold people or numbers to call, which a page turns into links to tap.
    """

    id: Id
    kind: Kind
    choices: tuple[Id, ...] = ()
    least: int | None = None
    most: int | None = None
    most_lines: int | None = None
    reach: bool = False

    def __post_init__(self) -> None:
        if (self.kind in CHOOSING) != bool(self.choices):
            raise ValueError(f"field `{self.id}`: choices belong to a choice, and a choice needs them")
        if self.kind == "scale" and (self.least is None or self.most is None):
            raise ValueError(f"field `{self.id}`: a scale needs `least` and `most`")


class View(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to look at many entries: how often each answer of the field `by` was given, as counts and not as a score.

    `within` cuts a field of times or dates: part of the day, weekday, month. `only` names a yes-or-no field: entries
    that say yes there are counted. `middle_of` is a numeric field whose middle is shown.
    """

    id: Id
    by: Id
    within: Literal["", "part_of_day", "weekday", "month"] = ""
    only: Id | None = None
    middle_of: Id | None = None


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a template that the person edits, such as one hour of a day."""

    id: Id
    time: str


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every tool; a document that says otherwise is refused."""

    scored: bool = False
    kept: Literal["browser"] = "browser"
    exportable: bool = True
    deletable: bool = True
    printable: bool = True
    streaks: bool = False

    def __post_init__(self) -> None:
        if self.scored or self.streaks or not (self.exportable and self.deletable and self.printable):
            raise ValueError("a tool is never scored, shows no streaks, and can be exported, deleted and printed")


class FieldWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field in one language: label, help below it, and the names of its choices."""

    label: str
    help: str = ""
    choices: dict[str, str] = msgspec.field(default_factory=dict)


class ToolWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool in one language.

    `views` and `blocks` name what the document lists; `after` is what a page says when an entry was saved, `action` the
    one next step, `contact` the words before the people who help.
    """

    title: str
    purpose: str
    how: tuple[str, ...]
    fields: dict[str, FieldWords] = msgspec.field(default_factory=dict)
    views: dict[str, str] = msgspec.field(default_factory=dict)
    blocks: dict[str, str] = msgspec.field(default_factory=dict)
    after: str
    action: str
    contact: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every string that people read, in the order of the page."""
        fields = [
            text
            for field in self.fields.values()
            for text in (field.label, field.help, *field.choices.values())
            if text
        ]
        last = (*self.views.values(), *self.blocks.values(), self.after, self.action, self.contact)
        return (self.title, self.purpose, *self.how, *fields, *last)


class Tool(Document, frozen=True, kw_only=True):
    """One tool: fields, views over many entries, and its words by language.

    `area` is the work it belongs to. `repeats` says whether there are many entries or one page that is edited; `dated`
    pages keep their older versions. `need` is what to look for in the directory, `help_first` puts those people above
    the form.
    """

    area: Literal["motivation", "urges", "thoughts", "balance", "crisis", "programme"]
    order: int
    repeats: bool
    dated: bool = True
    help_first: bool = False
    rules: Rules = Rules()
    fields: tuple[ToolField, ...]
    views: tuple[View, ...] = ()
    blocks: tuple[Block, ...] = ()
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    need: Id
    words: dict[str, ToolWords]

    def __post_init__(self) -> None:
        for lang, words in self.words.items():
            _same(f"words.{lang}.fields", words.fields, [field.id for field in self.fields])
            _same(f"words.{lang}.views", words.views, [view.id for view in self.views])
            _same(f"words.{lang}.blocks", words.blocks, [block.id for block in self.blocks])
            for field in self.fields:
                _same(f"words.{lang}.fields.{field.id}.choices", words.fields[field.id].choices, field.choices)
        known = {field.id for field in self.fields}
        for view in self.views:
            if not {view.by, view.only or view.by, view.middle_of or view.by} <= known:
                raise ValueError(f"view `{view.id}` looks at a field that is not there")


def _same(where: str, named: Iterable[str], wanted: Iterable[str]) -> None:
    have, want = set(named), set(wanted)
    if have != want:
        raise ValueError(f"{where}: the names {', '.join(sorted(have ^ want))} stand on one side only")
