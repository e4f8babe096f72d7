"""The catalogue of a language: collects what is to be translated, keeps what is, and compiles it (Babel).

    python scripts/messages.py es       collect into src/keel/knowledge/data/locale/es and compile
    python scripts/messages.py --list   what a catalogue must have, one text a line

Texts come from the templates (`{% translate %}`), from the code (`_("…")`, `Message("…")`, `plural("…", "…")`) and from
the facts that people see. What has no translation yet stands with an empty one; such a text is shown in English.
"""

import ast
import datetime as dt
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from keel.messages import has_words

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "keel"
KEYWORDS = {
    "_": None,
    "_n": (1, 2),
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "noop": None,
    "Message": None,
    "FactName": None,
    "plural": (1, 2),
    "sign": ((1, "c"), 2),
}
"""Calls whose first words are texts; of `plural` the first two, of `sign` a context and a text; of `FactName` an id."""
NAME = "a name: leave it empty where the language has no other"
MADE = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
"""The date in the head of a file: the day of collecting would change it without a change."""


def collected() -> Catalog:
    """Every text of code, templates and facts, each once."""
    catalogue = Catalog()
    mails = [file for file in SOURCE.rglob("*.txt") if "templates" in file.parts]
    for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *mails]):
        for text, context in _of_file(file):
            catalogue.add(text, locations=[(file.relative_to(SOURCE).as_posix(), None)], context=context)
    from keel import knowledge
    from keel.knowledge.checks import languages

    facts = knowledge.load()
    for text in filter(None, (*languages.texts_to_translate(facts), *languages.texts_of_evidence(facts))):
        catalogue.add(text, locations=[("knowledge", None)])
    for name in languages.names_to_translate(facts):
        catalogue.add(name, auto_comments=[NAME])
    return catalogue


def _of_file(file: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    found = _of_code(file.read_text()) if file.suffix == ".py" else _of_template(file.read_text())
    for text, context in found:
        if context or has_words(text if isinstance(text, str) else text[0]):
            yield text, context


def _of_template(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    from django.utils.translation.template import templatize

    for _line, found, _comments, context in extract("javascript", io.BytesIO(templatize(text).encode()), KEYWORDS):
        yield found, context


def _of_code(code: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Also calls inside f-strings, which Babel passes over."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
        words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name not in KEYWORDS or len(words) < len(call.args[: len(KEYWORDS[name] or "1")]):
            continue
        if name == "sign":
            yield from [(words[1], words[0])] if len(words) > 1 else []
        elif name == "FactName" and words:
            yield words[0].replace("_", " "), None
        elif words:
            yield tuple(words[:2]) if KEYWORDS[name] else words[0], None


def folder_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    from keel.knowledge.catalogues import LOCALE

    return LOCALE / language / "LC_MESSAGES"


def held(language: str) -> Catalog:
    """The catalogue of a language as it is on file; an empty one where there is none."""
    file = folder_of(language) / "django.po"
    if not file.exists():
        return Catalog(language, fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def updated(language: str) -> Catalog:
    """The catalogue with what is collected now; what is not wanted any more goes, nothing is guessed."""
    catalogue = held(language)
    catalogue.update(collected(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The text (.po) and the compiled form (.mo) of a catalogue."""
    text, compiled = io.BytesIO(), io.BytesIO()
    catalogue.project, catalogue.version, catalogue.header_comment = "Keel", "1", f"# Keel in {catalogue.locale}."
    catalogue.creation_date = catalogue.revision_date = MADE
    write_po(text, catalogue, width=0, include_lineno=False, ignore_obsolete=True)
    write_mo(compiled, catalogue)
    return text.getvalue(), compiled.getvalue()


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    if arguments == ["--list"]:
        print("\n".join(str(message.id) for message in collected() if message.id))
        return
    language = arguments[0]
    catalogue = updated(language)
    folder = folder_of(language)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in zip(("django.po", "django.mo"), written(catalogue), strict=True):
        (folder / name).write_bytes(content)
    missing = [one for one in catalogue if one.id and not one.string and NAME not in one.auto_comments]
    print(f"{len(catalogue)} texts, {len(missing)} without a translation")


if __name__ == "__main__":
    main(sys.argv[1:])
