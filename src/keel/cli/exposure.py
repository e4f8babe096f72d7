"""`keel exposure`: the arithmetic and the band of a pattern of use, or of a record file."""

from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.cli.language import _, say

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import Console

    from keel.exposure import Exposure
    from keel.knowledge import Knowledge
    from keel.messages import Message
    from keel.quantities import Interval
    from keel.record import Record


def exposure(
    text: Annotated[list[str], typer.Argument(help="A pattern in words, or one record file.", show_default=False)],
    at: options.At = None,
    timezone: options.Timezone = None,
    json: options.Json = False,
) -> None:
    """Exposure of a pattern of use: milligrams a year, multiple of the reference course, band.

    The pattern is read in the language of `--language`, else in any that Keel reads. Words of an emergency come first.

    Example: keel exposure "400 mg weekly for 3 years, snorted"
    """
    from pathlib import Path

    from msgspec.structs import replace

    from keel.assessment.alarms import alarm_findings, alarm_symptoms, alarms_in
    from keel.cli.records import names_something
    from keel.cli.terminal import console, parse_time, write_json
    from keel.exposure import SymptomFacts, summarise
    from keel.knowledge import load

    knowledge, when, written = load(), parse_time(at), " ".join(text)
    alarms, symptoms = alarms_in((), knowledge), SymptomFacts()
    not_read: tuple[Message, ...] = ()
    if len(text) == 1 and written.strip() and names_something(written):
        from keel.cli.records import read_file

        reading = read_file(Path(text[0]), at=when, knowledge=knowledge, timezone=timezone)
        people = [(record.person.id, record) for record in reading.records]
    else:
        alarms = alarms_in([written], knowledge)
        symptoms = alarm_symptoms(alarms, knowledge)
        if not alarms or not all(alarm.asks for alarm in alarms):
            _say_emergency(written, when, knowledge)
        record, not_read = _told(written, bool(alarms), when, knowledge)
        people = [("", record)]
    answers = [(name, summarise(record, at=when, knowledge=knowledge, symptoms=symptoms)) for name, record in people]
    answers = [
        (
            name,
            replace(one, findings=(*alarm_findings(alarms), *one.findings), unknown=(*not_read, *one.unknown)),
        )
        for name, one in answers
    ]
    if json:
        write_json(answers[0][1] if len(answers) == 1 else {"people": [answer for _, answer in answers]})
        return
    out = console()
    for name, answer in answers:
        if name:
            out.rule(name, align="left", style="dim")
        print_exposure(answer, out)


def _say_emergency(written: str, at: "dt.datetime", knowledge: "Knowledge") -> None:
    """Says on standard error, before anything else, to call for help where the words tell of an emergency."""
    from keel.assessment.protocols.level_of_care import known_care
    from keel.cli.terminal import progress_console
    from keel.record.concepts import concept_facts, read_concepts

    mentions = read_concepts(written, None, knowledge).mentions
    told = concept_facts((knowledge.concepts[one.concept], one.state) for one in mentions).yes
    if known_care(dict.fromkeys(told, True), at=at, knowledge=knowledge).level == "emergency":
        progress_console().print(_("In danger now: call your emergency number."), style="bold", markup=False)


def _told(
    written: str, has_alarms: bool, when: "dt.datetime", knowledge: "Knowledge"
) -> "tuple[Record, tuple[Message, ...]]":
    """The record of what was typed; beside an alarm, what of the rest cannot be read is said and refused no more."""
    from keel.assessment.alarms import without_alarms
    from keel.cli.language import chosen
    from keel.exposure import PatternError, parse_pattern
    from keel.messages import text_of
    from keel.record import Record

    languages = sorted(knowledge.phrases, key=lambda name: (name != chosen(), name))
    rest = without_alarms(written, knowledge) if has_alarms else written
    if has_alarms and not rest:
        return Record(), ()
    try:
        return Record(patterns=parse_pattern(rest, at=when, knowledge=knowledge, language=languages)), ()
    except PatternError as error:
        if not has_alarms:
            raise
        return Record(), (text_of(error),)


def print_exposure(answer: "Exposure", out: "Console") -> None:
    """An exposure for the terminal: the band first, the scale, the numbers, the arithmetic, what is not known."""
    from rich.padding import Padding

    from keel.cli.terminal import finding_view, heading

    for finding in answer.findings:
        out.print(finding_view(finding))
    out.print()
    for line in scale_lines(answer, out.width):
        out.print(line)
    out.print()
    out.print(_numbers(answer))
    if answer.assumption:
        out.print()
        out.print(say(answer.assumption), markup=False)
    if answer.arithmetic:
        out.print(heading(_("How it was reckoned")))
        for line in answer.arithmetic:
            out.print(Padding(say(line), (0, 0, 0, 2)), markup=False)
    if answer.unknown:
        out.print(heading(_("What is not known")))
        for line in answer.unknown:
            out.print(Padding(f"? {say(line)}", (0, 0, 0, 2)), markup=False)


def _numbers(answer: "Exposure") -> "object":
    from rich.table import Table

    from keel.quantities import Figure, Interval

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column()
    table.add_row(_("sessions a year"), known_text(answer.sessions_per_year_range))
    if len(answer.by_route) > 1:
        for one in answer.by_route:
            table.add_row(say(one.name), say(one.text))
        if answer.absorbed:
            table.add_row(_("absorbed, all routes"), say(answer.absorbed.text))
    else:
        table.add_row(_("a session"), known_text(answer.mg_per_session, "mg"))
        for one in answer.by_route:
            table.add_row(_("a year"), known_text(one.mg_per_year, "mg"))
            table.add_row(_("so far"), known_text(one.cumulative_mg, "mg"))
            table.add_row(_("against the reference"), known_text(one.multiple_of_reference, _("times"), digits=3))
    if answer.doses_per_day:
        table.add_row(_("doses on a day"), say(Figure(Interval.exactly(answer.doses_per_day), 3)))
    if answer.stopped_at:
        table.add_row(_("stopped"), answer.stopped_at.isoformat())
    peak = answer.peak
    if peak and peak.mg_per_year and peak.mg_per_year != answer.now.mg_per_year:
        since, to = (day.isoformat() if day else "?" for day in (peak.from_, peak.to))
        span = f" ({since} – {to})" if peak.from_ or peak.to else ""
        table.add_row(_("a year, at the peak"), known_text(peak.mg_per_year, "mg") + span)
    table.add_row(_("days in 28"), _("not known") if answer.days_in_28 is None else say(answer.days_in_28))
    return table


def known_text(interval: "Interval | None", unit: str = "", digits: int = 6) -> str:
    """“20,800 mg”, “1,000 to 2,000 mg”, or “not known”."""
    from keel.quantities import Figure

    return _("not known") if interval is None else f"{say(Figure(interval, digits))} {unit}".strip()


def scale_lines(answer: "Exposure", width: int) -> list[str]:
    """A logarithmic scale of milligrams a year with the reference course and the person on it, in plain characters."""
    from math import log10

    totals = [one.mg_per_year for one in answer.by_route if one.mg_per_year and one.mg_per_year.high > 0]
    if not totals:
        return []
    absorbed = answer.absorbed.mg_per_year if len(totals) > 1 and answer.absorbed else None
    room = max(30, min(width - 4, 76))
    high = max(1_000_000.0, *(total.high for total in totals))

    def place(mg: float) -> int:
        return round(max(0.0, min(1.0, log10(max(mg, 100) / 100) / log10(high / 100))) * (room - 1))

    ticks = [tick for tick in (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000) if tick <= high]
    axis, labels, marks = ["─"] * room, [" "] * (room + 10), [" "] * room
    for tick in ticks:
        axis[place(tick)] = "┼"
        for offset, character in enumerate(
            {100: "100 mg", 1_000: "1 g", 10_000: "10 g", 100_000: "100 g"}.get(tick, "1 kg")
        ):
            labels[place(tick) + offset] = character
    for total, mark in [*([(absorbed, "○")] if absorbed else []), *((total, "●") for total in totals)]:
        for position in range(place(total.low), place(total.high) + 1):
            marks[position] = "▓"
        marks[place(total.mid)] = mark
    reference = place(answer.reference.mg_per_year)
    marks[reference] = "◆" if marks[reference] == " " else "◈"
    return [
        "".join(marks).rstrip(),
        "".join(axis),
        "".join(labels).rstrip(),
        _("● this  ▓ range  ◆ reference course, mg a year (log scale)"),
        *([_("○ absorbed, all routes")] if absorbed else []),
    ]
