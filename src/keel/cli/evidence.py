"""`keel evidence`: what the sources say about a question, with verdict, source, link and what disagrees."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from keel.knowledge import Claim, Conflict, Figure, Knowledge, Source

VERDICT_STYLES = {
    "supported": "bold green",
    "partly": "bold yellow",
    "contradicted": "bold red",
    "not found": "bold magenta",
    "own": "bold cyan",
}
VERDICT_WORDS = {"own": "used by Keel"}
USE_WORDS = {
    "reuse": "may be quoted",
    "with care": "quote only with its note",
    "do not reuse": "not to be quoted as fact",
}


def evidence(
    query: Annotated[list[str], typer.Argument(help="Words to look for, or the id of a claim.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many hits at most.")] = 8,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Search the claims, conflicts, figures and sources that Keel rests on.

    Example: keel evidence "bladder recovery"
    """
    from keel.cli.terminal import console, write_json
    from keel.knowledge import load
    from keel.knowledge.evidence.search import search

    knowledge, words = load(), " ".join(query)
    hits = search(knowledge, words, limit)
    if json:
        write_json({"query": words, "hits": [as_json(knowledge, hit.kind, hit.id) for hit in hits]})
    elif not hits:
        typer.echo(f"Nothing in the evidence on “{words}”. Try fewer or other words.", err=True)
    else:
        out = console()
        for hit in hits:
            print_fact(knowledge, hit.kind, hit.id, out)
    if not hits:
        raise typer.Exit(1)


def as_json(knowledge: "Knowledge", kind: str, key: str) -> dict[str, Any]:
    """A row of the evidence with its sources written out and its conflicts by id."""
    import msgspec

    from keel.knowledge.evidence import conflicts_of, sources_of

    row = getattr(knowledge, kind)[key]
    answer = {"kind": kind, **msgspec.to_builtins(row)}
    if kind == "sources":
        return {**answer, "link": row.link}
    answer["sources"] = [
        {"id": one.id, "citation": one.citation, "link": one.link, "read": one.read}
        for one in sources_of(knowledge, row)
    ]
    if kind == "claims":
        answer["conflicts"] = [conflict.id for conflict in conflicts_of(knowledge, key)]
    return answer


def print_fact(knowledge: "Knowledge", kind: str, key: str, out: "Console") -> None:
    """A row of the evidence for the terminal, after a blank line."""
    row = getattr(knowledge, kind)[key]
    out.print()
    if kind == "claims":
        _print_claim(knowledge, row, out)
    elif kind == "conflicts":
        _print_conflict(knowledge, row, out)
    elif kind == "figures":
        _print_figure(knowledge, row, out)
    else:
        _print_source(row, out)


def _print_claim(knowledge: "Knowledge", claim: "Claim", out: "Console") -> None:
    from keel.knowledge.evidence import conflicts_of, sources_of

    flag = f" ({claim.flag})" if claim.flag else ""
    verdict = f"{VERDICT_WORDS.get(claim.verdict, claim.verdict.value)}{flag}"
    _head(out, claim.id, verdict, VERDICT_STYLES[claim.verdict], claim.statement)
    if text := figure_text(claim):
        _line(out, "figure" if claim.figure else "among", text)
    if claim.says:
        _line(out, "sources say", claim.says)
    if claim.note:
        _line(out, "note", claim.note)
    for source in sources_of(knowledge, claim):
        _line(out, "source", f"{source.citation}. Read: {source.read}. {source.link}".rstrip())
    if not claim.sources:
        _line(out, "source", claim.read)
    _line(out, "how sure", f"{claim.certainty.label}; {USE_WORDS[claim.use]}")
    for conflict in conflicts_of(knowledge, claim.id):
        _line(out, "conflict", f"{conflict.question} See {conflict.id}.")


def figure_text(claim: "Claim") -> str:
    """The figure of a claim in words: value, unit, interval, count and population."""
    from keel.quantities import written_unit

    if not claim.figure:
        return claim.population
    unit = written_unit(claim.unit)
    text = f"{claim.figure}{'' if unit == '%' else ' '}{unit}".strip()
    if claim.low is not None and claim.high is not None and claim.interval:
        kind = "95% interval, Wilson" if claim.interval == "wilson" else "range or interval as printed"
        text += f" ({kind}: {claim.low:g} to {claim.high:g})"
    if claim.of:
        text += f", {f'{claim.count:,} ' if claim.count is not None else ''}of {claim.of:,}"
    if claim.formula:
        text += f" = {claim.formula}"
    return f"{text}; {claim.population}" if claim.population else text


def _print_conflict(knowledge: "Knowledge", conflict: "Conflict", out: "Console") -> None:
    _head(out, conflict.id, "sources disagree", "bold yellow", conflict.question)
    _line(out, "one side", _side(knowledge, conflict.one_side, conflict.one_claims, conflict.one_sources))
    _line(out, "other side", _side(knowledge, conflict.other_side, conflict.other_claims, conflict.other_sources))
    _line(out, "Keel shows", conflict.shown)


def _side(knowledge: "Knowledge", text: str, claims: tuple[str, ...], sources: tuple[str, ...]) -> str:
    names = ", ".join((*claims, *(knowledge.sources[one].id for one in sources)))
    return f"{text} [{names}]" if names else text


def _print_figure(knowledge: "Knowledge", figure: "Figure", out: "Console") -> None:
    style = "bold red" if figure.use == "do not reuse" else "bold green"
    _head(out, figure.id, USE_WORDS[figure.use], style, figure.text)
    _line(out, "because", figure.why)
    if figure.claims:
        _line(out, "claims", ", ".join(figure.claims))
    for source in figure.sources:
        _line(out, "source", f"{knowledge.sources[source].citation}. {knowledge.sources[source].link}".rstrip())


def _print_source(source: "Source", out: "Console") -> None:
    _head(out, source.id, "source", "bold blue", source.citation)
    _line(out, "read", source.read)
    if source.link:
        _line(out, "link", source.link)


def _head(out: "Console", key: str, mark: str, style: str, text: str) -> None:
    from rich.text import Text

    out.print(Text.assemble((key, "bold"), "  ", (mark, style)))
    out.print(text, markup=False, style="bold")


def _line(out: "Console", label: str, text: str) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=11, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(label, _plain(text))
    out.print(grid)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)
