"""A tool in the language of the page: its fields for the template, and its definition for the script."""

from typing import Any, NamedTuple

from keel.knowledge.texts import Tool, ToolField, ToolWords
from keel.web.language.languages import FIRST
from keel.web.language.words import gettext as _

LIST_ROWS = 4
"""Lines of an empty list, on the screen and on paper."""


class Field(NamedTuple):
    """A field as the template prints it; `options` are the value and the label of each choice."""

    id: str
    kind: str
    label: str
    help: str
    options: tuple[tuple[str, str], ...]
    most: int | None
    rows: int


def words_of(tool: Tool, language: str) -> tuple[ToolWords, str]:
    """The words of the tool and the language they are in: this one where it has them, else English."""
    return (tool.words[language], language) if language in tool.words else (tool.words[FIRST], FIRST)


def fields_of(tool: Tool, words: ToolWords) -> list[Field]:
    """The fields in the order of the form."""
    return [
        Field(
            id=field.id,
            kind=field.kind,
            label=words.fields[field.id].label,
            help=words.fields[field.id].help,
            options=_options(field, words.fields[field.id].choices),
            most=field.most,
            rows=field.most_lines or LIST_ROWS,
        )
        for field in tool.fields
    ]


def _options(field: ToolField, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if field.kind == "yes_no":
        return (("yes", _("Yes")), ("no", _("No")))
    if field.kind == "scale":
        return tuple((str(step), str(step)) for step in range(field.least or 0, (field.most or 0) + 1))
    return tuple((choice, names[choice]) for choice in field.choices)


def definition(tool: Tool, words: ToolWords) -> dict[str, Any]:
    """What the script needs to know of a tool: fields, views, blocks and their names."""
    return {
        "id": tool.id,
        "title": words.title,
        "after": words.after,
        "repeats": tool.repeats,
        "fields": [
            {
                "id": field.id,
                "kind": field.kind,
                "label": words.fields[field.id].label,
                "choices": dict(_options(field, words.fields[field.id].choices)),
                "reach": field.reach,
            }
            for field in tool.fields
        ],
        "views": [
            {
                "id": view.id,
                "label": words.views[view.id],
                "by": view.by,
                "within": view.within,
                "only": view.only,
                "middleOf": view.middle_of,
            }
            for view in tool.views
        ],
        "hasBlocks": bool(tool.blocks),
    }


def script_words() -> dict[str, str]:
    """What the script says, in the language of the page; `{n}` and the like are filled in there."""
    return {
        "changed": _("Changed."),
        "nothing": _("There is nothing to keep yet. Write something first."),
        "full": _("This browser does not let the page keep anything. Print it instead."),
        "deleted": _("Deleted."),
        "undone": _("It is back."),
        "undo": _("Bring it back"),
        "edit": _("Change"),
        "open": _("Open"),
        "delete": _("Delete"),
        "entry": _("Entry of {day}"),
        "version": _("Version of {day}"),
        "entries": _("Entries: {n}"),
        "older": _("Older: {n}"),
        "from": _("From {n} entries."),
        "without": _("Not told in: {n}."),
        "few": _("With fewer than 7 entries, chance plays a large part."),
        "many": _("How many"),
        "middle": _("Middle"),
        "middleOf": _("“Middle” is of what you wrote for “{what}”: half lie below it, half above."),
        "hours": _("Hours of the day, from 0 to 24. The fullest hour is {hour}, with {n}."),
        "night": _("Night, 0 to 6"),
        "morning": _("Morning, 6 to 12"),
        "afternoon": _("Afternoon, 12 to 18"),
        "evening": _("Evening, 18 to 24"),
        "yes": _("yes"),
        "no": _("no"),
        "unmarked": _("not marked"),
        "month": _("Days used this month: {used}. Days marked as not used: {not}. Not marked: {rest}."),
        "saved": _("Saved to a file. It lies with your downloads; anyone who opens it can read it."),
        "read": _("Read from the file: {n} entries. What was here stays."),
        "dropped": _("Left out, because this page does not know them: {n}."),
        "unreadable": _("This is not a file that was saved from these tools. Nothing was changed."),
        "time": _("Time"),
        "what": _("What"),
        "remove": _("Remove this line"),
    }
