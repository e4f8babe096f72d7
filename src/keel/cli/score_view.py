"""How scores and instruments look in a terminal: number first, on its scale, then what must be said."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from keel.cli.terminal import finding_view

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.instruments import Change, Score
    from keel.assessment.instruments.catalogue import Entry
    from keel.knowledge import Knowledge
    from keel.knowledge.instruments import ChangeRule, Instrument, Item


def score_view(score: "Score", shape: "Instrument", out: "Console") -> None:
    """A score: findings, total on its scale, subscales, cut-offs, what is missing, rights."""
    out.print(Text(f"\n{score.title}", style="bold"))
    if not score.validated:
        out.print(Text("Not validated: no test of how well it finds what it asks about.", style="bold yellow"))
    out.print()
    for finding in score.findings:
        out.print(finding_view(finding))
    for line in _headline(score):
        out.print(line)
    for row in scale_lines(score, shape, out.width):
        out.print(row, markup=False)
    out.print()
    out.print(_numbers(score, shape))
    if score.notice:
        out.print(Text(f"\n{score.notice}", style="dim"))


def _headline(score: "Score") -> Iterable[Text]:
    if score.total is not None:
        of = f" of {score.range.most}" if score.range.most is not None else ""
        how = {"prorated": "  (estimated, some answers missing)", "entered": "  (entered as a total)"}
        yield Text.assemble((f"{score.total}{of}", "bold"), f"  {score.band or ''}".rstrip(), how.get(score.how, ""))
    elif score.band is not None:
        yield Text(score.band, style="bold")
    elif score.bounds.least is not None or score.bounds.most is not None:
        yield Text(f"no total: it could be {score.bounds.least} to {score.bounds.most}", style="bold")


def scale_lines(score: "Score", shape: "Instrument", width: int) -> list[str]:
    """The scale of the total in plain characters, with the ends of the bands and the score, or what it could be."""
    least, most = score.range.least, score.range.most
    low, high = score.bounds.least, score.bounds.most
    if least is None or most is None or low is None or high is None:
        return []
    room = max(24, min(width - 8, 60))

    def place(number: float) -> int:
        return round((number - least) / (most - least) * (room - 1))

    axis, marks, labels = ["─"] * room, [" "] * room, [" "] * (room + 8)
    starts = [band.least for banding in shape.bandings if banding.scale == "total" for band in banding.bands]
    for number in sorted({least, most, *starts}):
        axis[place(number)] = "┼"
        written = f"{number:g}"
        if all(character == " " for character in labels[max(0, place(number) - 1) : place(number) + len(written)]):
            labels[place(number) : place(number) + len(written)] = written
    if score.total is not None:
        marks[place(score.total)] = "▼"
    else:
        marks[place(low) : place(high) + 1] = "▒" * (place(high) - place(low) + 1)
    return ["".join(line).rstrip() for line in (marks, axis, labels)]


def _numbers(score: "Score", shape: "Instrument") -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    titles = {scale.id: scale.title for scale in shape.scales}
    for name, value in score.subscales.items():
        band = f"  {score.subscale_bands[name]}" if name in score.subscale_bands else ""
        table.add_row(name, Text(f"{'not known' if value is None else value}{band}  {titles[name]}"))
    for cut in score.cutoffs:
        reached = {True: "reached", False: "not reached", None: "not known"}[cut.reached]
        whom = f" ({', '.join(f'{fact} {value}' for fact, value in cut.for_whom.items())})" if cut.for_whom else ""
        detail = f"; {cut.accuracy}" if cut.accuracy else ""
        table.add_row(f"cut at {cut.cut}", Text(f"{reached}: {cut.means}{whom}{detail} [{cut.certainty.label}]"))
    if score.prorated_from:
        table.add_row("estimated from", f"{score.prorated_from.answered} of {score.prorated_from.of} items")
    if score.missing:
        table.add_row("without an answer", ", ".join(score.missing))
    not_asked = [item for item, state in score.unanswered.items() if state == "not_asked"]
    if not_asked:
        table.add_row("not asked", ", ".join(not_asked))
    declined = [item for item, state in score.unanswered.items() if state == "declined"]
    if declined:
        table.add_row("declined", ", ".join(declined))
    table.add_row("asks about", ", ".join(score.recall))
    table.add_row("scoring", f"{score.instrument} version {score.version}; {score.certainty.label}")
    table.add_row("sources", ", ".join(score.sources) or "none")
    return table


def change_view(change: "Change", knowledge: "Knowledge", out: "Console") -> None:
    """A change between two scores: the numbers, each rule with whether it is met, and where sources disagree."""
    percent = "" if change.percent is None else f" ({change.percent:+g} %)"
    out.print(Text(f"\nChange: {change.before} → {change.after}, {change.difference:+g}{percent}", style="bold"))
    out.print(change.statement, markup=False)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for verdict in change.verdicts:
        met = {True: "✓ met", False: "✗ not met", None: "– does not apply"}[verdict.met]
        note = f" ({verdict.note})" if verdict.note else ""
        sources = ", ".join(verdict.sources) or verdict.certainty.label
        table.add_row(met, verdict.kind.value, Text(f"{verdict.rule}{note}; {sources}"))
    out.print(table)
    for conflict in (knowledge.conflicts[name] for name in change.conflicts):
        sides = f"{conflict.one_side} / {conflict.other_side} Shown: {conflict.shown}"
        out.print(Text.assemble(("Sources disagree. ", "yellow"), f"{conflict.question} {sides}"))


def list_view(entries: "Iterable[Entry]", out: "Console") -> None:
    """Every instrument by domain: how it is entered, its range, and what its licence allows."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("id", "asks about", "items", "range", "entered as", "licence"):
        table.add_column(column, no_wrap=column in ("id", "items", "range"))
    for entry in entries:
        least, most = entry.range.least, entry.range.most
        table.add_row(
            entry.id,
            entry.domain,
            "" if entry.items is None else str(entry.items),
            "" if least is None else f"{least} to {'?' if most is None else most}",
            _entered_as(entry),
            entry.licence,
        )
    out.print(table)
    labels = dict.fromkeys((entry.licence, entry.licence_label) for entry in entries)
    out.print(Text("\n" + "; ".join(f"{code} {label}" for code, label in labels), style="dim"))
    out.print(Text("\nkeel score ID describes one; keel score ID --answers … scores it.", style="dim"))


def _entered_as(entry: "Entry") -> str:
    words = {
        "scored": "items" if entry.wording else "numbers",
        "totals": "totals only",
        "unscored": "items, no score",
        "named": "named only",
    }[entry.form]
    return words if entry.validated else f"{words}; not validated"


def text_view(shape: "Instrument", out: "Console") -> None:
    """The questionnaire with its official words, and the notice under them."""
    out.print(Text(f"\n{shape.title}\n", style="bold"))
    for words in (shape.instructions, shape.stem):
        if words:
            out.print(Padding(Text(words), (0, 0, 1, 0)))
    for item in shape.items:
        out.print(Text(f"{item.id}. {item.text}"))
        out.print(Padding(Text(offer(shape, item), style="dim"), (0, 0, 1, len(item.id) + 2)))
    out.print(Text(shape.rights.notice, style="dim"))


def offer(shape: "Instrument", item: "Item") -> str:
    """What may be answered to an item: labelled numbers, a range, or words."""
    choices = shape.choices(item)
    if choices:
        labels = [(choice.value, shape.label(item, choice)) for choice in choices]
        return " · ".join(f"{value:g}: {label}" if label else f"{value:g}" for value, label in labels)
    least, most = shape.limits(item)
    if least is None:
        return "in words"
    return f"{least:g} or more" if most is None else f"{least:g} to {most:g}"


def _change_words(rule: "ChangeRule") -> str:
    amount = rule.value.value
    if rule.measure == "score_at_most":
        return f"a score of {amount:g} or less"
    return f"{amount:g} {'%' if rule.measure == 'percent' else rule.measure}"


def describe_view(shape: "Instrument", out: "Console") -> None:
    """What is known of an instrument: purpose, rights, structure, scoring, change, facts, codes."""
    out.print(Text(f"\n{shape.title}", style="bold"))
    out.print(Padding(Text(shape.purpose), (0, 0, 1, 0)))
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, words in _description(shape):
        table.add_row(name, Text(words))
    out.print(table)
    if shape.rights.notice:
        out.print(Text(f"\n{shape.rights.notice}", style="dim"))


def _description(shape: "Instrument") -> Iterable[tuple[str, str]]:
    rights = shape.rights
    yield "licence", f"{rights.licence_class}: {rights.licence_class.label}. {rights.terms} {rights.needs}".rstrip()
    yield "owner", rights.holder
    yield "answered by", shape.rater
    yield "asks about", ", ".join(shape.recall.periods)
    for item in shape.items:
        yield f"item {item.id}", f"{item.text or item.theme}  [{offer(shape, item)}]".strip()
    for scale in shape.scales:
        top = "?" if scale.most is None else f"{scale.most:g}"
        least = "?" if scale.least is None else f"{scale.least:g}"
        yield f"scale {scale.id}", f"{scale.title}, {least} to {top} [{scale.certainty.label}]"
    for banding in shape.bandings:
        bands = [f"{b.least:g}-{'' if b.most is None else f'{b.most:g}'} {b.name}" for b in banding.bands]
        yield f"bands {banding.scale}", f"{', '.join(bands)} [{banding.certainty.label}]"
    for rule in shape.change:
        note = f", {rule.note}" if rule.note else ""
        yield "change", f"{rule.kind}: {_change_words(rule)}{note} [{rule.value.certainty.label}]"
    for fact in shape.facts:
        yield "fact", f"{fact.text} [{fact.certainty.label}]"
    for code in shape.codes:
        yield f"{code.system}", f"{code.code} {code.means}"
    if shape.loinc.panel or shape.loinc.total or shape.loinc.note:
        yield (
            "LOINC",
            f"panel {shape.loinc.panel or '-'}, total {shape.loinc.total or '-'}. {shape.loinc.note}".rstrip(),
        )
