"""Catalogues of translations (gettext), read, written and compiled without the gettext programs.

`collect` gives every text that a public page can show; `scripts/messages.py` brings it into the catalogue of a
language, and a test fails when a catalogue lacks one. The clinic is in English and is not collected.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from keel.web.language.said import of_knowledge

WEB = Path(__file__).parents[1]
STAFF_ONLY = ("clinic", "accounts")
"""Apps for staff, who work in English."""
FUNCTIONS = ("_", "gettext", "gettext_lazy", "ngettext", "noop")
_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"\b(?:_|gettext|ngettext)\(\s*u?({_STRING})(?:\s*,\s*u?({_STRING}))?", re.DOTALL)


class Message(NamedTuple):
    """A text to translate: its singular, its plural (empty for most), and where it stands."""

    one: str
    many: str
    where: str

    @property
    def key(self) -> str:
        """What a compiled catalogue looks it up by."""
        return f"{self.one}\0{self.many}" if self.many else self.one


def collect(web: Path = WEB) -> list[Message]:
    """Every text of templates, code and directory that a public page can show, each once, in the order of files."""
    found: dict[str, Message] = {}
    for file in sorted([*web.rglob("*.html"), *web.rglob("*.py")]):
        inside = file.relative_to(web)
        if inside.parts[0] in STAFF_ONLY:
            continue
        take = _of_template if file.suffix == ".html" else _of_code
        for one, many in take(file.read_text()):
            found.setdefault(one, Message(one, many, inside.as_posix()))
    for text in _of_directory():
        found.setdefault(text, Message(text, "", "knowledge: directory"))
    for text in of_knowledge():
        found.setdefault(text, Message(text, "", "knowledge: sentences"))
    return list(found.values())


def _of_template(text: str) -> Iterator[tuple[str, str]]:
    from django.utils.translation.template import templatize

    for match in _CALL.finditer(templatize(text)):
        yield ast.literal_eval(match.group(1)), ast.literal_eval(match.group(2) or "''")


def _of_code(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if words:
                yield words[0], words[1] if node.func.id == "ngettext" and len(words) > 1 else ""


def _of_directory() -> Iterator[str]:
    from keel import knowledge
    from keel.knowledge.directory import Display

    facts = knowledge.load()
    yield from (country.name for country in facts.countries.values())
    yield from (need.label for need in facts.needs.values())
    for service in facts.directory.values():
        if service.alias_of:
            yield service.name
        if service.display is Display.YES:
            told = (service.offers, service.audience, service.hours, service.cost, service.confidentiality)
            name = (service.name,) if service.is_emergency else ()
            yield from filter(None, (*name, *told, service.languages, service.region, service.how, service.note))


def read(catalogue: str) -> dict[str, tuple[str, ...]]:
    """The translations of a catalogue (.po) by key: one text, or one for each plural form."""
    held: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n\s*\n", catalogue):
        parts = _parts(block)
        if "msgid" not in parts:
            continue
        many = parts.get("msgid_plural", "")
        key = f"{parts['msgid']}\0{many}" if many else parts["msgid"]
        held[key] = (parts.get("msgstr[0]", ""), parts.get("msgstr[1]", "")) if many else (parts.get("msgstr", ""),)
    return held


def _parts(block: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        match = re.match(r'(msg\w+(?:\[\d\])?)?\s*(".*")$', line)
        if match:
            name = match.group(1) or name
            parts[name] = parts.get(name, "") + ast.literal_eval(match.group(2))
    return parts


def written(language: str, wanted: list[Message], held: dict[str, tuple[str, ...]]) -> str:
    """The catalogue of the wanted texts with the translations that are held; what is not wanted any more goes."""
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    )
    blocks = [head]
    for message in wanted:
        lines = [f"#: {message.where}", f"msgid {_quoted(message.one)}"]
        told = held.get(message.key, ())
        if message.many:
            first, second = told if len(told) == 2 else ("", "")
            lines += [f"msgid_plural {_quoted(message.many)}"]
            lines += [f"msgstr[0] {_quoted(first)}", f"msgstr[1] {_quoted(second)}"]
        else:
            lines.append(f"msgstr {_quoted(told[0] if told else '')}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(catalogue: str) -> bytes:
    """The catalogue in the binary form (.mo) that gettext reads: a header, two tables, keys in order, translations."""
    told = {key: "\0".join(texts) for key, texts in read(catalogue).items() if all(texts)}
    pairs = sorted((key.encode(), text.encode()) for key, text in told.items())
    count, start = len(pairs), 28
    at = start + 16 * count
    keys: list[tuple[int, int]] = []
    texts: list[tuple[int, int]] = []
    body = b""
    for column, table in ((0, keys), (1, texts)):
        for pair in pairs:
            table.append((len(pair[column]), at + len(body)))
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, 0)
    return head + b"".join(struct.pack("<2I", *row) for row in [*keys, *texts]) + body
