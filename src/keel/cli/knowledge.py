"""`keel knowledge`: check the facts, show any of them by its id, list what still needs a clinician."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keel.cli.language import _, _n, chosen_catalogue, say
from keel.messages import text_hook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.text import Text

    from keel.knowledge import Knowledge
    from keel.knowledge.check import Problem
    from keel.knowledge.kinds import Fact

knowledge_app = typer.Typer(
    name="knowledge",
    help="The facts behind everything: check them, show one, list what needs confirming.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Overlays = Annotated[list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")]
OF_FILES = ("record", "session")
NAMES = ("statement", "question", "citation", "title", "name", "label", "text", "meaning", "summary")
"""Where a fact says what it is, the best first."""
EVIDENCE = ("claims", "conflicts", "figures", "sources")


@knowledge_app.command(short_help="Check every fact.")
def check(
    at: Annotated[str | None, typer.Option(help="The day to look from, for example 2026-11-21.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List each warning instead of counting them.")] = False,
    overlay: Overlays = None,
    json: Json = False,
) -> None:
    """Check every fact: schema, units, citations, arithmetic, licences, codes, wording, review dates.

    Exits with 1 when there is an error. Warnings are counted, or listed with --all.

    Example: keel knowledge check
    """
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load
    from keel.knowledge.check import Level
    from keel.knowledge.check import check as check_facts

    knowledge = load(tuple(overlay or ()))
    problems = check_facts(knowledge, parse_time(at).date())
    errors = sum(problem.level is Level.ERROR for problem in problems)
    if json:
        write_json({"ok": not errors, "hash": knowledge.hash, "problems": [one._asdict() for one in problems]})
    else:
        _print_problems(problems, console(), everything)
        _print_sum(knowledge, problems)
    if errors:
        raise typer.Exit(1)


def _print_problems(problems: "tuple[Problem, ...]", out: "Console", everything: bool) -> None:
    from collections import Counter

    from keel.cli.terminal import indented
    from keel.knowledge.check import Level

    for problem in problems:
        if everything or problem.level is Level.ERROR:
            level = _("error") if problem.level is Level.ERROR else _("warning")
            out.print(f"{level:<8} {problem.check:<15} {problem.where}", markup=False)
            out.print(indented(problem.message, depth=9, hang=0))
    if not everything:
        for name, count in Counter(one.check for one in problems if one.level is Level.WARNING).items():
            told = _("{count} to look at, listed with --all", count=count)
            out.print(f"{_('warning'):<8} {name:<15} {told}", markup=False)


def _print_sum(knowledge: "Knowledge", problems: "tuple[Problem, ...]") -> None:
    from keel.knowledge.check import Level
    from keel.knowledge.kinds import kind_names, table

    errors = sum(problem.level is Level.ERROR for problem in problems)
    verdict = _n("{count} error", "{count} errors", count=errors) if errors else _("No error")
    if any(problem.check == "schema" for problem in problems):
        typer.echo(f"{verdict}. {_('Nothing else was checked, because not every file can be read.')}")
        return
    held = sum(len(table(knowledge, kind)) for kind in kind_names())
    rest = _("{warnings} warnings in {facts} facts", warnings=len(problems) - errors, facts=held)
    typer.echo(f"{verdict}, {rest} ({knowledge.hash[:12]}).")


@knowledge_app.command(no_args_is_help=True, short_help="Show a fact, a list, a JSON Schema.")
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An id, kind/id, a kind, kinds, or schema/kind.")],
    overlay: Overlays = None,
    json: Json = False,
) -> None:
    """Show a fact of any kind by its id, a list of a kind, or the JSON Schema of a kind.

    `kinds` lists the kinds. The schemas schema/record and schema/session are those of the files that people write.

    Example: keel knowledge show A24; keel knowledge show claims; keel knowledge show schema/record
    """
    from keel.cli.terminal import console, write_json
    from keel.knowledge import load
    from keel.knowledge.kinds import find_facts, kind_names, table

    knowledge = load(tuple(overlay or ()))
    if name in ("kinds", "schema", "schema/"):
        kinds = [*kind_names(), *(OF_FILES if name != "kinds" else ())]
        write_json({"kinds": kinds}) if json else typer.echo("\n".join(kinds))
        return
    if name.startswith("schema/"):
        write_json(schema(name.removeprefix("schema/")))
        return
    if name in kind_names():
        rows = table(knowledge, name)
        if json:
            write_json({"kind": name, "ids": list(rows)})
        else:
            _print_rows(rows)
        return
    found = find_facts(knowledge, name)
    if json:
        answers = [fact_json(knowledge, fact) for fact in found]
        write_json(answers[0] if len(answers) == 1 else {"entries": answers})
        return
    for fact in found:
        print_one(knowledge, fact, console())


def _print_rows(rows: "Mapping[str, Any]") -> None:
    """The ids of a kind, one a line; in a terminal each with what it is called."""
    import sys

    if not sys.stdout.isatty():
        typer.echo("\n".join(rows))
        return
    width = min(max(map(len, rows), default=0), 40)
    for key, row in rows.items():
        called = next((text for name in NAMES if isinstance(text := getattr(row, name, None), str) and text), "")
        typer.echo(f"{key:<{width}}  {' '.join(say(called).split())}".rstrip() if called != key else key)


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of fact, or of the record file that people write."""
    from keel.interop import record_schema, session_schema
    from keel.knowledge import load
    from keel.knowledge.kinds import json_schema

    if kind == "session":
        return session_schema(load().reading_limits)
    return record_schema() if kind in OF_FILES else json_schema(kind)


def fact_json(knowledge: "Knowledge", fact: "Fact") -> dict[str, Any]:
    """A fact with its kind, its value and, for the evidence, what leans on it."""
    import msgspec

    from keel.cli.evidence import as_json

    if fact.kind in EVIDENCE:
        return {**as_json(knowledge, fact.kind, fact.id), "used_by": used_by(knowledge, fact)}
    return {
        "kind": fact.kind,
        "id": fact.id,
        "value": msgspec.to_builtins(fact.value, enc_hook=text_hook(chosen_catalogue())),
    }


def used_by(knowledge: "Knowledge", fact: "Fact") -> list[str]:
    """Where a claim, source or conflict is named, each place once."""
    from keel.knowledge.checks.citations import uses_of

    if fact.kind == "figures":
        return []
    parts = uses_of(knowledge, fact.kind, fact.id)
    return list(dict.fromkeys(f"{part.fact.kind}/{part.fact.id}" for part in parts))


def print_one(knowledge: "Knowledge", fact: "Fact", out: "Console") -> None:
    """A fact for the terminal: the evidence as `keel evidence` prints it, everything else key by key."""
    from keel.cli.evidence import print_fact
    from keel.cli.terminal import indented

    if fact.kind in EVIDENCE:
        print_fact(knowledge, fact.kind, fact.id, out)
        if uses := used_by(knowledge, fact):
            rest = f" {_('and {count} more', count=len(uses) - 12)}" if len(uses) > 12 else ""
            out.print(f"{_('used by'):<11} {', '.join(uses[:12])}{rest}")
        return
    out.print(f"\n[bold]{fact.kind}/{fact.id}[/bold]")
    for depth, line in _lines(fact.value, 0):
        out.print(indented(line, depth=2 * depth))


def _lines(value: Any, depth: int) -> "list[tuple[int, Text]]":
    """The parts of a value, one a line, with its depth; what is empty is left out."""
    lines: list[tuple[int, Text]] = []
    for name, part in _parts(value):
        if part in (None, "", (), {}, []):
            continue
        simple = _simple(part)
        lines.append((depth, _line(name, simple)))
        if simple is None:
            lines += _lines(part, depth + 1)
    return lines


def _line(name: str, text: str | None) -> "Text":
    from rich.text import Text

    return Text.assemble((f"{name}", "cyan"), "" if text is None else f"  {text}")


def _parts(value: Any) -> list[tuple[str, Any]]:
    import msgspec

    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    if isinstance(value, dict):
        return [(str(name), part) for name, part in value.items()]
    return [(str(getattr(part, "id", "") or position), part) for position, part in enumerate(value, 1)]


def _simple(part: Any) -> str | None:
    """The text of what fits on a line; None for what has parts of its own."""
    import msgspec

    from keel.knowledge import Number
    from keel.quantities import written_value

    if isinstance(part, Number):
        rests = part.claim or ", ".join(part.sources)
        notes = "; ".join(filter(None, (say(part.certainty.label), rests, say(part.note))))
        return f"{say(written_value(part.value, part.unit))} ({notes})"
    if isinstance(part, tuple | list) and all(isinstance(one, str | int | float) for one in part):
        return ", ".join(_worded(str(one)) for one in part)
    return None if isinstance(part, msgspec.Struct | dict | tuple | list) else _worded(str(part))


def _worded(text: str) -> str:
    """A text of several words in the language of the terminal; an id or a code as it is."""
    return say(text) if " " in text else text


@knowledge_app.command(short_help="What a clinician must still confirm.")
def defaults(overlay: Overlays = None, json: Json = False) -> None:
    """Print the page of every number and rule that still needs a clinician's confirmation, as Markdown.

    Example: keel knowledge defaults > docs/reference/defaults.md
    """
    from keel.cli.terminal import write_json
    from keel.knowledge import load
    from keel.knowledge.defaults import defaults_page, unconfirmed

    found = unconfirmed(load(tuple(overlay or ())))
    if json:
        write_json({"count": len(found), "unconfirmed": found})
    else:
        typer.echo(defaults_page(found), nl=False)
