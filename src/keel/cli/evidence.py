"""`keel evidence`: what the sources say about a question, with verdict, source, link and what disagrees."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keel.cli import options
from keel.cli.language import _, chosen, say
from keel.messages import Message, Numeral, either, has_words

if TYPE_CHECKING:
    from rich.console import Console

    from keel.knowledge import Claim, Conflict, Figure, Knowledge, Source
    from keel.knowledge.directory import Service

VERDICT_STYLES = {
    "supported": "bold green",
    "partly": "bold yellow",
    "contradicted": "bold red",
    "not found": "bold magenta",
    "own": "bold cyan",
}
VERDICT_WORDS = {
    "supported": Message("supported"),
    "partly": Message("partly"),
    "contradicted": Message("contradicted"),
    "not found": Message("not found"),
    "own": Message("used by Keel"),
}
USE_WORDS = {
    "reuse": Message("may be quoted"),
    "with care": Message("quote only with its note"),
    "do not reuse": Message("not to be quoted as fact"),
}


def evidence(
    query: Annotated[list[str], typer.Argument(help="Words to look for, or the id of a claim.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many hits at most.")] = 8,
    json: options.Json = False,
) -> None:
    """Search the claims, conflicts, figures and sources that Keel rests on, and people who help.

    Example: keel evidence "bladder recovery"
    """
    from keel.assessment.alarms import alarm_findings, alarms_in
    from keel.cli.terminal import console, finding_view, parse_time, write_json
    from keel.knowledge import load
    from keel.knowledge.evidence_search import search

    knowledge, words = load(), " ".join(query)
    alarms = alarm_findings(alarms_in([words], knowledge, of_search=True))
    hits = search(knowledge, words, limit, lang=chosen(), at=parse_time(None).date())
    if not json:
        for alarm in alarms:
            console().print(finding_view(alarm))
    if json:
        write_json({"query": words, "alarms": alarms, "hits": [as_json(knowledge, hit.kind, hit.id) for hit in hits]})
    elif not hits:
        typer.echo(_("Nothing in the evidence on “{words}”. Try fewer or other words.", words=words), err=True)
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
    if kind == "directory":
        return answer
    if kind == "sources":
        edition = knowledge.editions.get(row.id)
        return {**answer, "link": row.link, "edition": msgspec.to_builtins(edition)}
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
    elif kind == "directory":
        _print_service(row, out)
    else:
        _print_source(knowledge, row, out)


def _print_claim(knowledge: "Knowledge", claim: "Claim", out: "Console") -> None:
    from keel.knowledge.evidence import conflicts_of, sources_of

    flag = f" ({say(claim.flag)})" if claim.flag else ""
    verdict = f"{say(VERDICT_WORDS[claim.verdict])}{flag}"
    _head(out, claim.id, verdict, VERDICT_STYLES[claim.verdict], say(claim.statement))
    if text := figure_text(claim):
        _line(out, _("figure") if claim.figure else _("among"), text)
    if claim.says:
        _line(out, _("sources say"), say(claim.says))
    if claim.note:
        _line(out, _("note"), say(claim.note))
    for source in sources_of(knowledge, claim):
        read = _("Read: {how}.", how=Message(source.read))
        _line(out, _("source"), f"{source.citation}. {read} {source.link}".rstrip())
    if not claim.sources:
        _line(out, _("source"), say(claim.read))
    _line(out, _("how sure"), f"{say(claim.certainty.label)}; {say(USE_WORDS[claim.use])}")
    for conflict in conflicts_of(knowledge, claim.id):
        _line(out, _("conflict"), f"{say(conflict.question)} {_('See {id}.', id=conflict.id)}")


def figure_text(claim: "Claim") -> str:
    """The figure of a claim in words: value, unit, interval, count and population."""
    from keel.quantities import written_unit

    if not claim.figure:
        return say(claim.population)
    unit = written_unit(claim.unit)
    figure = claim.figure if has_words(claim.figure) else Numeral(claim.figure)
    text = f"{say(figure)}{'' if unit == '%' else ' '}{say(unit)}".strip()
    if claim.low is not None and claim.high is not None and claim.interval_kind:
        text += f" ({say(claim.interval_kind)}: {say(Numeral(f'{claim.low:g} to {claim.high:g}'))})"
    if claim.of and claim.count is not None:
        text += ", " + _("{part} of {whole}", part=Numeral(f"{claim.count:,}"), whole=Numeral(f"{claim.of:,}"))
    elif claim.of:
        text += ", " + _("of {whole}", whole=Numeral(f"{claim.of:,}"))
    if claim.formula:
        text += f" = {claim.formula}"
    return f"{text}; {say(claim.population)}" if claim.population else text


def _print_conflict(knowledge: "Knowledge", conflict: "Conflict", out: "Console") -> None:
    _head(out, conflict.id, _("sources disagree"), "bold yellow", say(conflict.question))
    _line(out, _("one side"), _side(knowledge, conflict.one_side, conflict.one_claims, conflict.one_sources))
    _line(out, _("other side"), _side(knowledge, conflict.other_side, conflict.other_claims, conflict.other_sources))
    _line(out, _("Keel shows"), say(conflict.shown))


def _side(knowledge: "Knowledge", text: str, claims: tuple[str, ...], sources: tuple[str, ...]) -> str:
    names = ", ".join((*claims, *(knowledge.sources[one].id for one in sources)))
    return f"{say(text)} [{names}]" if names else say(text)


def _print_figure(knowledge: "Knowledge", figure: "Figure", out: "Console") -> None:
    style = "bold red" if figure.use == "do not reuse" else "bold green"
    _head(out, figure.id, say(USE_WORDS[figure.use]), style, say(figure.text))
    _line(out, _("because"), say(figure.why))
    if figure.claims:
        _line(out, _("claims"), ", ".join(figure.claims))
    for source in figure.sources:
        _line(out, _("source"), f"{knowledge.sources[source].citation}. {knowledge.sources[source].link}".rstrip())


def _print_service(service: "Service", out: "Console") -> None:
    _head(out, service.id, _("people who help"), "bold cyan", say(service.name))
    text = _("text {word} to {number}", word=service.text_word, number=service.text_to).replace("  ", " ")
    reach = either(part for part in (service.phone, text if service.text_to else "") if part)
    _line(out, _("offers"), say(service.offers))
    _line(out, _("reach"), say(reach) or service.url or say(service.how))
    _line(out, _("checked"), service.checked.isoformat())


def _print_source(knowledge: "Knowledge", source: "Source", out: "Console") -> None:
    _head(out, source.id, _("source"), "bold blue", source.citation)
    _line(out, _("read"), say(source.read))
    if edition := knowledge.editions.get(source.id):
        if edition.version:
            _line(out, _("edition"), edition.version)
        if edition.in_force:
            _line(out, _("in force"), _("since {day}", day=edition.in_force.isoformat()))
        if edition.ends:
            _line(out, _("ends"), edition.ends.isoformat())
        _line(out, _("checked"), edition.checked.isoformat())
    if source.link:
        _line(out, _("link"), source.link)


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
