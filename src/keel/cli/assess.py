"""`keel assess`: a person's facts in, their Picture out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.curve import Curve
    from keel.assessment.picture import Picture
    from keel.interop import Reading


def assess(
    file: Annotated[Path, typer.Argument(help="A record file; its kind is told by its content.", show_default=False)],
    at: Annotated[str | None, typer.Option(help="The time to look from, for example 2026-11-21.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """The Picture of a person: exposure, curve, findings, what is due, who can help.

    Reads a Keel record, FHIR R4 (Bundle, resource, NDJSON), a Journal export, or a folder of trial tables.

    Example: keel assess record.json --at 2026-11-21
    """
    from keel.assessment.picture import picture_of
    from keel.cli.records import read_file
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load

    knowledge, when = load(), parse_time(at)
    reading = read_file(file, at=when, knowledge=knowledge)
    pictures = [picture_of(record, at=when, knowledge=knowledge) for record in reading.records]
    if json:
        write_json(pictures[0] if len(pictures) == 1 else {"people": pictures, "notes": reading.notes})
        return
    out = console()
    for picture in pictures:
        print_picture(picture, out)
    print_reading(reading, out)


def print_picture(picture: "Picture", out: "Console") -> None:
    """A Picture for the terminal: urgent things first, then exposure, curve, scores, medicines, what is not known."""
    from keel.cli.exposure import print_exposure
    from keel.cli.terminal import finding_view

    out.rule(f"[bold]{person_text(picture)}[/bold]", align="left")
    own = set(picture.exposure.findings)
    for finding in (finding for finding in picture.findings if finding not in own):
        out.print(finding_view(finding))
    if picture.exposure.by_substance or picture.exposure.band:
        out.print("\n[bold]Exposure[/bold]")
        print_exposure(picture.exposure, out)
    out.print("\n[bold]Concentration[/bold]")
    for line in curve_lines(picture.curve):
        out.print(line, markup=False)
    for score in picture.scores:
        total = "not known" if score.total is None else f"{score.total:g}"
        out.print(f"\n[bold]{score.title}[/bold] {total}{f', {score.band}' if score.band else ''}")
    if picture.interactions.items:
        out.print(f"\n[bold]Medicines[/bold] {picture.interactions.summary}")
    rest = [line for line in picture.unknown if line not in picture.exposure.unknown]
    if rest:
        out.print("\n[bold]What could not be computed, and why[/bold]")
        for line in rest:
            out.print(f"  ? {line}", markup=False)
    for note in picture.notes:
        out.print(
            f"  - {note.what} ×{note.count}{f' at {note.where}' if note.where else ''}: {note.reason}", markup=False
        )
    out.print()


def person_text(picture: "Picture") -> str:
    """“Dana, 34 years, female, 70 kg”, with what is not known left out."""
    person = picture.person
    parts = [
        person.id or "This person",
        f"{person.age_years:g} years" if person.age_years is not None else "",
        str(person.sex) if person.sex != "unknown" else "",
        f"{person.weight_kg:g} kg" if person.weight_kg is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def curve_lines(curve: "Curve", height: int = 8, width: int = 60) -> list[str]:
    """A small chart of the parent drug over the first 6 hours, and what it rests on; or why there is none."""
    if not curve.available:
        return [f"  No curve. {reason}" for reason in curve.reasons]
    parent = curve.series[0]
    points = [(minute, value) for minute, value in parent["points"] if minute <= 360]
    top = max(value for _, value in points) or 1.0
    rows = [[" "] * width for _ in range(height)]
    for minute, value in points:
        column = min(width - 1, int(minute / 360 * width))
        for row in range(int(value / top * (height - 1) + 0.5) + 1):
            rows[height - 1 - row][column] = "█"
    lines = [f"{top * (height - 1 - i) / (height - 1):>7.0f} │{''.join(row).rstrip()}" for i, row in enumerate(rows)]
    lines.append(f"  ng/mL └{'─' * width}")
    lines.append("         0 h" + " " * (width // 2 - 6) + "3 h" + " " * (width // 2 - 4) + "6 h")
    peaks = "; ".join(
        f"{one['analyte']} peak {one['cmax']:.0f} ng/mL at {one['tmax_min']:.0f} min" for one in curve.metrics
    )
    state = "" if curve.valid else " NOT VALID HERE."
    sure = curve.certainty.label if curve.certainty else ""
    lines.append(
        f"  {parent['analyte']}, model {curve.model}, {curve.site} plasma, typical values; {sure}.{state} {peaks}."
    )
    lines += [f"  ! {warning}" for warning in curve.warnings]
    return lines


def print_reading(reading: "Reading", out: "Console") -> None:
    """What was read, and what was met but belongs to nobody."""
    out.print(f"[dim]Read as {reading.format}: {len(reading.records)} people.[/dim]")
    for note in reading.notes:
        out.print(
            f"  - {note.what} ×{note.count}{f' at {note.where}' if note.where else ''}: {note.reason}", markup=False
        )
