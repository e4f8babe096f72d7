"""What stands in the shapes of sentences: how each slot is found in the English, and how it is said.

A slot is filled as it was typed, as a list, or with what must be known itself; where it is not known, the shape is not
used, so that no sentence comes out half translated. Any other slot may hold a number or a short name.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from keel import knowledge
from keel.web.language.known import medicine_said, whole
from keel.web.language.words import numbers

Translate = Callable[[str], str | None]
_ENGLISH = re.compile(r"[a-z]{4}")
_CLOCK = re.compile(r"[\d., ]+(?:min|h|d)(?: \d+ (?:min|h))?|\d+")
_FORMS = r"(?:racemic|esketamine)(?:, (?:racemic|esketamine))*"


@lru_cache(maxsize=1)
def patterns() -> Mapping[str, str]:
    """Regular expressions of slots that hold something of a known form; any other holds some text."""
    names = sorted((re.escape(one.name) for one in knowledge.load().models.values()), key=len, reverse=True)
    return {
        "names": ".*?",
        "model": "|".join(names),
        "form": rf"{_FORMS}|racemic ketamine and esketamine|racemic ketamine",
        "span": r"[\d.,]+(?: to [\d.,]+)?",
        "amount": r"[\d.,]+(?: to [\d.,]+)? mg\S*",
        "letter": "[a-e]",
        "spread": r"[\d.,]+ to [\d.,]+",
    }


def filled(name: str, value: str, translated: Translate) -> str | None:
    """What a slot holds, in the language of the page; None where that is not known."""
    if name in ("rule", "effect", "name", "reason", "dose"):
        return translated(value)
    if name == "time":
        return numbers(value) if _CLOCK.fullmatch(value) else translated(value)
    if name == "rests":
        return _each(re.split(r"(?<=\)), ", value), ", ", translated)
    if name == "peaks":
        return _each(value.split("; "), "; ", translated)
    if name in _FILLED:
        return _FILLED[name](value)
    return whole(value) or (None if _ENGLISH.search(value) else numbers(value))


def _each(parts: list[str], between: str, translated: Translate) -> str | None:
    found = [translated(one) for one in parts]
    return None if None in found else between.join(map(str, found))


def _as_typed(value: str) -> str:
    return value


def _either(value: str) -> str:
    """“a, b or c”, the end of an English list, as “a, b, c”."""
    return ", ".join(medicine_said(one) for one in re.split(r", | or ", value))


def _listed(value: str) -> str:
    """“a, b”, or “ (a, b)” behind a product, or nothing."""
    if value.startswith(" ("):
        return f" ({_either(value[2:-1])})"
    return _either(value) if value else ""


def _classes(value: str) -> str | None:
    """“class: danger, class: danger”, both in the language of the page."""
    found = [[whole(part) for part in one.rsplit(": ", 1)] for one in re.split(r", (?=[^,]*: )", value)]
    return ", ".join(": ".join(map(str, one)) for one in found) if all(all(one) for one in found) else None


def _instrument(value: str) -> str | None:
    """The name of a questionnaire, which stays where it has no other in the language of the page."""
    known = {one.name for one in knowledge.load().instruments.values()}
    return (whole(value) or value) if value in known else None


def _source(value: str) -> str | None:
    return value if value in knowledge.load().sources else None


def _model(value: str) -> str:
    return whole(value) or value


def _models(value: str) -> str:
    """“Domino, M-RAC, skin”: the comma may belong to a name."""
    return ", ".join(_model(one) for one in re.findall(rf"(?:{patterns()['model']})(?=, |$)", value))


def _way(value: str) -> str | None:
    """A route by its id."""
    routes = knowledge.load().routes
    return whole(routes[value].title.lower()) if value in routes else None


_FILLED: Mapping[str, Callable[[str], str | None]] = {
    **dict.fromkeys(
        (
            "pattern",
            "word",
            "words",
            "input",
            "inputs",
            "text",
            "left",
            "period",
            "letter",
            "id",
            "ids",
            "cited",
            "date",
        ),
        _as_typed,
    ),
    **dict.fromkeys(
        ("when", "route", "severity", "label", "worst", "cause", "site", "mark", "form", "population"), whole
    ),
    "way": _way,
    "by": _way,
    "choices": _either,
    "instrument": _instrument,
    "source": _source,
    "model": _model,
    "models": _models,
    "names": _listed,
    "classes": _classes,
}
