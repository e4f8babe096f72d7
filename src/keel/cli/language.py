"""The language of the terminal: `--language`, which every command has; texts and JSON come in it."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keel.messages import Message, Numeral, in_language, plural

if TYPE_CHECKING:
    from keel.messages import Catalogue, Slot

_chosen = "en"


def choose(language: str) -> None:
    """Sets the language of all that is printed from now on; UnknownId for one that Keel does not speak."""
    global _chosen  # noqa: PLW0603 - one process prints in one language
    catalogue_of(language)
    _chosen = language


def chosen() -> str:
    """The code of the language of the terminal."""
    return _chosen


def catalogue_of(language: str) -> "Catalogue | None":
    """The catalogue of a language; None for English."""
    from keel.knowledge.catalogues import catalogue

    return catalogue(language)


def _(template: str, **slots: "Slot") -> str:
    """A text of the command line in the language of the terminal."""
    return say(Message(template, **slots))


def _n(one: str, many: str, *, count: float, **slots: "Slot") -> str:
    """A text of the command line that depends on a count, in the language of the terminal."""
    return say(plural(one, many, count=count, **slots))


def say(text: object) -> str:
    """A message of a finding, a score or a state in the language of the terminal; facts as they are on file, too."""
    if isinstance(text, str) and not hasattr(text, "in_language"):
        text = Message(text)
    return in_language(text, chosen_catalogue())


def chosen_catalogue() -> "Catalogue | None":
    """The catalogue of the language of the terminal; None for English."""
    return catalogue_of(_chosen)


def numeral(text: str) -> str:
    """A number as it is printed in English (“1.5”), with the signs of the language of the terminal."""
    return say(Numeral(text))


def with_language(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option `--language` beside its own."""
    told = Annotated[str, typer.Option(help="The language of texts, for example es.")]

    @wraps(command)
    def run(*arguments: Any, language: str = "en", **options: Any) -> None:
        choose(language)
        command(*arguments, **options)

    known = signature(command)
    option = Parameter("language", Parameter.KEYWORD_ONLY, default="en", annotation=told)
    run.__signature__ = known.replace(parameters=[*known.parameters.values(), option])  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, "language": told}
    return run
