"""`keel assess`: a person's facts in, their Picture out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.cli.language import _, _n, say
from keel.messages import Message, Name, Slot, either

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from keel.assessment.curve import Curve
    from keel.assessment.help import HelpLine
    from keel.assessment.instruments import Score
    from keel.assessment.picture import Picture
    from keel.assessment.protocols.level_of_care import MinimumCare
    from keel.assessment.surveillance.due import DueItem
    from keel.interop import Reading


def assess(
    file: Annotated[Path, typer.Argument(help="A record file; its kind is told by its content.", show_default=False)],
    at: options.At = None,
    timezone: options.Timezone = None,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="In JSON a list of people, also where there is one.", show_default=False)
    ] = False,
    json: options.Json = False,
) -> None:
    """The Picture of a person: exposure, curve, findings, what is due, who can help.

    Ends with 0 when nothing blocks or holds, with 1 when something does or a suicide risk is moderate or higher.
    Reads a Keel record, FHIR R4 (Bundle, resource, NDJSON), a Journal export, or a folder of trial tables.

    Example: keel assess record.json --at 2026-11-21
    """
    from keel.assessment.picture import picture_of
    from keel.cli.records import answer_json, read_file
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load

    knowledge, when = load(tuple(overlay or ())), parse_time(at)
    reading = read_file(file, at=when, knowledge=knowledge, timezone=timezone)
    pictures = [picture_of(record, at=when, knowledge=knowledge) for record in reading.records]
    if json:
        write_json(answer_json(pictures, reading, everyone=everyone))
    else:
        out = console()
        for picture in pictures:
            print_picture(picture, out)
        print_reading(reading, out)
    if any(picture.holds for picture in pictures):
        raise typer.Exit(1)


def print_picture(picture: "Picture", out: "Console") -> None:
    """A Picture for the terminal: urgent things first, then exposure, curve, scores, medicines, what is not known."""
    from keel.cli.exposure import print_exposure
    from keel.cli.records import note_text
    from keel.cli.terminal import finding_view, heading, indented

    out.rule(f"[bold]{person_text(picture)}[/bold]", align="left")
    own = set(picture.exposure.findings)
    for finding in (finding for finding in picture.findings if finding not in own):
        out.print(finding_view(finding))
    out.print(care_view(picture.care))
    if picture.exposure.by_substance or picture.exposure.band:
        out.print(heading(_("Exposure")))
        print_exposure(picture.exposure, out)
    out.print(heading(_("Concentration")))
    for line in curve_lines(picture.curve):
        out.print(line, markup=False)
    for score in picture.scores:
        band = f", {say(score.band)}" if score.band else ""
        out.print(heading(say(score.title)), f"{score_text(score)}{band}")
    if picture.interactions.items and picture.interactions.summary:
        out.print(heading(_("Medicines")), say(picture.interactions.summary), markup=False)
    if picture.due:
        out.print(heading(_("What is due")))
    for item in picture.due:
        out.print(indented(due_text(item), depth=2))
    rest = [line for line in picture.unknown if line not in picture.exposure.unknown]
    if rest:
        out.print(heading(_("What could not be computed, and why")))
        for line in rest:
            out.print(indented(f"? {say(line)}", depth=2))
    out.print(heading(_("Who can help")))
    for line in help_view(picture.help):
        out.print(indented(line, depth=2))
    if picture.notes:
        out.print(heading(_("Read, and not taken as a fact")))
    for note in picture.notes:
        out.print(indented(f"- {note_text(note)}", depth=2))
    out.print()


def care_view(care: "MinimumCare") -> "Text":
    """The level of care that the record alone asks for, and how many red-flag questions nobody asked."""
    from rich.text import Text

    count = len(care.not_asked)
    if care.level:
        level = _("at least: {level}. {next_step}", level=care.title, next_step=care.next_step)
    else:
        level = _("nothing known asks for one.")
    rest = _n(
        "{count} red-flag question was not asked, which is not a “no”: keel triage asks it.",
        "{count} red-flag questions were not asked, which is not a “no”: keel triage asks them.",
        count=count,
    )
    return Text.assemble((f"{_('Level of care')} ", "bold"), level, (f"\n{rest}" if count else "", "dim"))


def person_text(picture: "Picture") -> str:
    """“Dana, 34 years, female, 70 kg”, with what is not known left out."""
    person = picture.person
    parts = [
        person.id or _("This person"),
        _n("{count} year", "{count} years", count=person.age_years) if person.age_years is not None else "",
        say(Name(person.sex)) if person.sex != "unknown" else "",
        _("{weight} kg", weight=person.weight_kg) if person.weight_kg is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def score_text(score: "Score") -> str:
    """The total; a questionnaire without a score says so, which is another thing than a total that is not known."""
    if score.total is not None:
        return say(score.total)
    return _("gives no score") if score.range.most is None else _("total not known")


def curve_lines(curve: "Curve", height: int = 8, width: int = 60, hours: int = 6) -> list[str]:
    """A small chart of the parent drug over the first hours, and what it rests on; or why there is none."""
    if not curve.available:
        return [f"  {_('No curve. {reason}', reason=reason)}" for reason in curve.reasons]
    parent = curve.series[0]
    minutes, values = zip(*parent["points"], strict=True)
    columns = [_between(minutes, values, (column + 0.5) * hours * 60 / width) for column in range(width)]
    top = max(columns) or 1.0
    lines = []
    for row in reversed(range(height)):
        bar = "".join("█" if value / top * (height - 1) + 0.5 >= row and value > 0 else " " for value in columns)
        lines.append(f"{top * row / (height - 1):>7.0f} │{bar.rstrip()}")
    lines.append(f"  ng/mL └{'─' * width}")
    lines.append("         0 h" + f"{hours // 2} h".center(width - 6) + f"{hours} h")
    lines += [
        "  "
        + _(
            "{analyte}: peak {peak} ng/mL at {time} min",
            analyte=Name(one["analyte"]),
            peak=round(one["cmax"]),
            time=round(one["tmax_min"]),
        )
        for one in curve.metrics[:2]
    ]
    basis = _(
        "Model {model}, {site}, typical person; parameters {mark}.",
        model=curve.model or "",
        site=Message(curve.site or ""),
        mark=Message(curve.certainty.label if curve.certainty else ""),
    )
    lines.append(f"  {basis}" if curve.valid else f"  {basis} {_('NOT VALID HERE:')}")
    return [*lines, *(f"  ! {say(warning)}" for warning in curve.warnings)]


def _between(xs: "Sequence[float]", ys: "Sequence[float]", x: float) -> float:
    """The value at x on the line through the points; 0 past their end."""
    after = next((place for place, known in enumerate(xs) if known >= x), None)
    if after is None or after == 0:
        return ys[0] if after == 0 else 0.0
    share = (x - xs[after - 1]) / (xs[after] - xs[after - 1])
    return ys[after - 1] + share * (ys[after] - ys[after - 1])


def help_view(known: "Sequence[HelpLine]") -> list[str]:
    """Who can help: name, number, hours; where no country is known, that is said first."""
    has_number = any("emergency" in one.needs for one in known)
    lines = [] if has_number else [_("In danger now: call your emergency number.")]
    for one in known:
        text = _("text {word} to {number}", word=one.text_word, number=one.text_to).replace("  ", " ")
        reach = say(either(part for part in (one.phone, text if one.text_to else "") if part))
        stale = f" {_('(not checked lately)')}" if one.stale else ""
        hours = f", {say(one.hours)}" if one.hours else ""
        lines.append(f"{say(one.name)}: {reach or one.url or say(one.how)}{hours}{stale}")
    return lines


def due_text(item: "DueItem") -> str:
    """“! Urine dip: overdue since 2026-11-01 (every 90 days)”."""
    if item.due_on is None:
        return "· " + _("{what}: at the next session ({why})", what=item.what, why=item.why)
    slots: dict[str, Slot] = {"what": item.what, "day": item.due_on.isoformat(), "why": item.why}
    if item.overdue:
        return "! " + _("{what}: overdue since {day} ({why})", **slots)
    return "· " + _("{what}: due on {day} ({why})", **slots)


def print_reading(reading: "Reading", out: "Console") -> None:
    """What was read, and what was met but belongs to nobody."""
    from keel.cli.records import note_text

    read = _n(
        "Read as {format}: {count} person.",
        "Read as {format}: {count} people.",
        count=len(reading.records),
        format=reading.format,
    )
    out.print(read, markup=False, style="dim")
    for note in reading.notes:
        out.print(f"  - {note_text(note)}", markup=False)
