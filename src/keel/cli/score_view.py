"""How scores and instruments look in a terminal: number first, on its scale, then what must be said."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from keel.assessment.instruments.answers import span_text
from keel.cli.language import _, say
from keel.cli.terminal import finding_view
from keel.messages import FactName, Message, Name, Numeral, Slot, listed

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.instruments import Change, Score
    from keel.assessment.instruments.catalogue import InstrumentSummary
    from keel.knowledge import Knowledge
    from keel.knowledge.instruments import ChangeRule, Instrument, Item


def score_view(score: "Score", shape: "Instrument", out: "Console") -> None:
    """A score: findings, total on its scale, subscales, cut-offs, what is missing, rights."""
    out.print(Text(f"\n{say(score.title)}", style="bold"))
    if not score.validated:
        out.print(Text(_("Not validated: no test of how well it finds what it asks about."), style="bold yellow"))
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
        total: Slot = Numeral(score.total)
        if score.range.most is not None:
            total = Message("{total} of {most}", total=total, most=Numeral(score.range.most))
        how = {"prorated": _("(estimated, some answers missing)"), "entered": _("(entered as a total)")}
        parts = (f"  {part}" for part in (say(score.band or ""), how.get(score.how)) if part)
        yield Text.assemble((say(total), "bold"), *parts)
    elif score.band is not None:
        yield Text(say(score.band), style="bold")
    elif score.bounds.least is not None or score.bounds.most is not None:
        span = Numeral(f"{score.bounds.least} to {score.bounds.most}")
        yield Text(_("no total: it could be {span}", span=span), style="bold")


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
        number = _("not known") if value is None else say(Numeral(value))
        table.add_row(
            name, Text("  ".join(filter(None, (number, say(score.subscale_bands.get(name, "")), say(titles[name])))))
        )
    for cut in score.cutoffs:
        reached = {True: _("reached"), False: _("not reached"), None: _("not known")}[cut.reached]
        facts = ", ".join(f"{say(FactName(fact))} {say(Name(value))}" for fact, value in cut.for_whom.items())
        whom, detail = f" ({facts})" if facts else "", f"; {say(cut.accuracy)}" if cut.accuracy else ""
        means = f"{reached}: {say(cut.means)}{whom}{detail} [{say(cut.certainty.label)}]"
        table.add_row(_("cut at {cut}", cut=cut.cut), Text(means))
    if score.prorated_from:
        known = score.prorated_from
        table.add_row(_("estimated from"), _("{answered} of {of} items", answered=known.answered, of=known.of))
    if score.missing:
        table.add_row(_("without an answer"), ", ".join(score.missing))
    not_asked = [item for item, state in score.unanswered.items() if state == "not_asked"]
    if not_asked:
        table.add_row(_("not asked"), ", ".join(not_asked))
    declined = [item for item, state in score.unanswered.items() if state == "declined"]
    if declined:
        table.add_row(_("declined"), ", ".join(declined))
    table.add_row(_("asks about"), say(listed(map(Message, score.recall))))
    version = _("{instrument} version {version}", instrument=score.instrument, version=score.version)
    table.add_row(_("scoring"), f"{version}; {say(score.certainty.label)}")
    table.add_row(_("sources"), ", ".join(score.sources) or _("none"))
    return table


def change_view(change: "Change", knowledge: "Knowledge", out: "Console") -> None:
    """A change between two scores: the numbers, each rule with whether it is met, and where sources disagree."""
    percent = "" if change.percent is None else f" ({change.percent:+g} %)"
    numbers = Numeral(f"{change.before} → {change.after}, {change.difference:+g}{percent}")
    out.print(Text(f"\n{_('Change: {numbers}', numbers=numbers)}", style="bold"))
    out.print(say(change.statement), markup=False)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for verdict in change.verdicts:
        met = {True: _("✓ met"), False: _("✗ not met"), None: _("– does not apply")}[verdict.met]
        note = f" ({say(verdict.note)})" if verdict.note else ""
        sources = ", ".join(verdict.sources) or say(verdict.certainty.label)
        table.add_row(met, say(verdict.kind.value), Text(f"{say(verdict.rule)}{note}; {sources}"))
    out.print(table)
    for conflict in (knowledge.conflicts[name] for name in change.conflicts):
        sides = f"{say(conflict.one_side)} / {say(conflict.other_side)}"
        shown = _("Shown: {text}", text=Message(conflict.shown))
        out.print(Text.assemble((f"{_('Sources disagree.')} ", "yellow"), f"{say(conflict.question)} {sides} {shown}"))


def list_view(entries: "Iterable[InstrumentSummary]", out: "Console") -> None:
    """Every instrument by domain: how it is entered, its range, and what its licence allows."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    columns = (_("id"), _("asks about"), _("items"), _("range"), _("entered as"), _("licence"))
    for position, column in enumerate(columns):
        table.add_column(column, no_wrap=position in (0, 2, 3))
    for entry in entries:
        least, most = entry.range.least, entry.range.most
        table.add_row(
            entry.id,
            say(entry.domain),
            "" if entry.items is None else str(entry.items),
            "" if least is None else _span(least, most),
            _entered_as(entry),
            entry.licence,
        )
    out.print(table)
    labels = dict.fromkeys((entry.licence, entry.licence_label) for entry in entries)
    out.print(Text("\n" + "; ".join(f"{code} {say(label)}" for code, label in labels), style="dim"))
    out.print(Text(f"\n{_('keel score ID describes one; keel score ID --answers … scores it.')}", style="dim"))


def _span(least: float | None, most: float | None) -> str:
    low, high = (Numeral("?" if end is None else f"{end:g}") for end in (least, most))
    return _("{low} to {high}", low=low, high=high)


def _entered_as(entry: "InstrumentSummary") -> str:
    words = {
        "scored": _("items") if entry.wording else _("numbers"),
        "totals": _("totals only"),
        "unscored": _("items, no score"),
        "named": _("named only"),
    }[entry.form]
    return words if entry.validated else f"{words}; {_('not validated')}"


def text_view(shape: "Instrument", out: "Console") -> None:
    """The questionnaire with its official words, and the notice under them."""
    out.print(Text(f"\n{say(shape.title)}\n", style="bold"))
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
        return " · ".join(f"{value:g}: {say(label)}" if label else f"{value:g}" for value, label in labels)
    least, most = shape.limits(item)
    return _("in words") if least is None else say(span_text(least, most))


def _change_words(rule: "ChangeRule") -> str:
    amount = rule.value.value
    if rule.measure == "score_at_most":
        return _("a score of {value} or less", value=amount)
    return f"{say(amount)} {'%' if rule.measure == 'percent' else _('points')}"


def describe_view(shape: "Instrument", out: "Console") -> None:
    """What is known of an instrument: purpose, rights, structure, scoring, change, facts, codes."""
    out.print(Text(f"\n{say(shape.title)}", style="bold"))
    out.print(Padding(Text(say(shape.purpose)), (0, 0, 1, 0)))
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
    terms = f"{rights.licence_class}: {say(rights.licence_class.label)}. {say(rights.terms)} {say(rights.needs)}"
    yield _("licence"), terms.rstrip()
    yield _("owner"), say(rights.holder)
    yield _("answered by"), say(shape.rater)
    yield _("asks about"), say(listed(map(Message, shape.recall.periods)))
    for item in shape.items:
        yield _("item {id}", id=item.id), f"{say(item.text or item.theme)}  [{offer(shape, item)}]".strip()
    for scale in shape.scales:
        title = f"{say(scale.title)}, {_span(scale.least, scale.most)} [{say(scale.certainty.label)}]"
        yield _("scale {id}", id=scale.id), title
    for banding in shape.bandings:
        bands = [f"{b.least:g}-{'' if b.most is None else f'{b.most:g}'} {say(b.name)}" for b in banding.bands]
        yield _("bands {id}", id=banding.scale), f"{', '.join(bands)} [{say(banding.certainty.label)}]"
    for rule in shape.change:
        note = f", {say(rule.note)}" if rule.note else ""
        certainty = say(rule.value.certainty.label)
        yield _("change"), f"{say(rule.kind.value)}: {_change_words(rule)}{note} [{certainty}]"
    for fact in shape.facts:
        yield _("fact"), f"{say(fact.text)} [{say(fact.certainty.label)}]"
    for code in shape.codes:
        yield f"{code.system}", f"{code.code} {say(code.means)}"
    if shape.loinc.panel or shape.loinc.total or shape.loinc.note:
        codes = _("panel {panel}, total {total}.", panel=shape.loinc.panel or "-", total=shape.loinc.total or "-")
        yield "LOINC", f"{codes} {say(shape.loinc.note)}".rstrip()
