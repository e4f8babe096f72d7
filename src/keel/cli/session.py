"""`keel session`: a session's events in, its state at a time out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import Console

    from keel.assessment.session.state import SessionState

_START = ("The dose may start.", "The dose may not start.")
_GO_ON = ("The dose may go on.", "The dose may not go on as it is.")
_VERDICTS = {
    "planned": _START,
    "preparing": _START,
    "dosing": _GO_ON,
    "paused": _GO_ON,
    "observing": ("The person may leave.", "The person may not leave yet."),
    "discharged": ("The person has left.", "The person has left, and something is open."),
}
_GATES = {
    "planned": "Before the dose",
    "preparing": "Before the dose",
    "dosing": "Before going on",
    "paused": "Before going on",
    "observing": "Before leaving",
    "discharged": "When the person left",
}

_READINGS = {
    "sbp": "systolic",
    "dbp": "diastolic",
    "hr": "pulse",
    "rr": "breathing",
    "spo2": "oxygen",
    "on_oxygen": "on oxygen",
    "moaas": "MOAA/S",
    "cadss6": "CADSS-6",
    "cadss": "CADSS",
}


def session(
    file: Annotated[Path | None, typer.Argument(help="A session file (JSON).", show_default=False)] = None,
    at: Annotated[str | None, typer.Option(help="The time to look at, for example 2026-11-21T10:20+01:00.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder in which the clinic confirms, tightens or adds.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="Print an empty session of this protocol, with its questions.")
    ] = None,
) -> None:
    """The state of a dosing session: phase, what blocks, what is due, alarms, the dose given.

    Ends with 0 when the gate lets go on (start, continue, leave), with 1 when it holds.

    Example: keel session session.json --at 2026-11-21T10:20+01:00
    """
    from keel.assessment.session.fold import fold_session
    from keel.cli.errors import CommandError
    from keel.cli.terminal import console, parse_time, write_json
    from keel.interop import read_session, session_template
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if template is not None:
        write_json(session_template(template, knowledge))
        return
    if file is None:
        raise CommandError("Name a session file, or ask for an empty one with --template iv-racemic.")
    state = fold_session(
        read_session(_bytes(file), knowledge=knowledge, filename=file.name), at=parse_time(at), knowledge=knowledge
    )
    if json:
        write_json(state)
    else:
        print_state(state, console())
    if not state.may_proceed:
        raise typer.Exit(1)


def _bytes(file: Path) -> bytes:
    from keel.cli.errors import CommandError

    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file.name} cannot be read: {error.strerror}. Check the name and the rights.") from None


def print_state(state: "SessionState", out: "Console") -> None:
    """A state for the terminal: alarms first, then what the gate says, what is due, the dose and the clocks."""
    from rich.text import Text

    from keel.cli.terminal import finding_view, indented

    when = state.as_of.strftime("%Y-%m-%d %H:%M %z")
    out.rule(f"[bold]{state.protocol}[/bold], {state.phase}, {when}", align="left")
    out.print(_verdict(state), style="bold green" if state.may_proceed else "bold red")
    loud = [one for one in state.alarms if one.severity in ("block", "hold")]
    quiet = [one for one in state.alarms if one not in loud]
    if loud:
        out.print("\n[bold]Alarms[/bold]")
        for finding in loud:
            out.print(finding_view(finding))
    if state.reasons:
        out.print(f"\n[bold]{_GATES[state.phase]}[/bold]")
        for finding in state.reasons:
            out.print(finding_view(finding))
    if state.due:
        out.print("\n[bold]Due[/bold]")
        for due in state.due:
            late = f"  overdue by {due.minutes_overdue:.0f} min" if due.overdue else ""
            line = Text.assemble(f"{_clock(due.due_at, state)}  {due.what}", (late, "bold red"))
            out.print(indented(line, depth=2, hang=7))
    out.print("\n[bold]Dose[/bold]")
    for text in _dose_lines(state):
        out.print(indented(text, depth=2))
    if quiet:
        out.print("\n[bold]Also[/bold]")
        for finding in quiet:
            out.print(finding_view(finding))
    out.print("[dim]Keel records and reminds. It is no alarm system and does not replace a monitor.[/dim]")


def _verdict(state: "SessionState") -> str:
    yes, no = _VERDICTS[state.phase]
    holding = [one.rule for one in (*state.alarms, *state.reasons) if one.severity in ("block", "hold")]
    return yes if state.may_proceed else f"{no} Held by: {', '.join(dict.fromkeys(holding))}."


def _clock(moment: "dt.datetime", state: "SessionState") -> str:
    """The time of day in the zone that was asked for, with the date where it is another day."""
    there = moment.astimezone(state.as_of.tzinfo)
    return there.strftime("%H:%M" if there.date() == state.as_of.date() else "%Y-%m-%d %H:%M")


def _shown(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"


def _dose_lines(state: "SessionState") -> list[str]:
    dose, watch, predicted = state.dose, state.observation, state.predicted
    given = "not known" if state.given_mg is None else f"{state.given_mg:.4g} mg"
    planned = "" if dose.planned_mg is None else f" of {dose.planned_mg:g} mg planned"
    lines = [f"given {given}{planned}"]
    if dose.is_running and dose.rate_mg_per_h:
        until = f", done at {_clock(dose.due_end, state)}" if dose.due_end else ""
        lines.append(f"running at {dose.rate_mg_per_h:g} mg/h{until}")
    if watch.minutes is not None:
        required = f" of {watch.required_min:g}" if watch.required_min is not None else ""
        over = f", over at {_clock(watch.over_at, state)}" if watch.over_at else ""
        lines.append(f"observation {watch.minutes:.0f}{required} min since {watch.counted_from}{over}")
    if predicted.ng_per_ml is None:
        lines.append(f"predicted concentration: {predicted.unknown}")
    else:
        valid = "" if predicted.valid else " (not valid here)"
        lines.append(
            f"predicted {predicted.analyte} {predicted.ng_per_ml:.0f} ng/mL, between people {predicted.low:.0f} to "
            f"{predicted.high:.0f}; model {predicted.model}, {predicted.site}; no measurement{valid}"
        )
    lines += [f"! {warning}" for warning in predicted.warnings]
    ages = sorted({one.age_min for one in state.latest.values()})
    for age in ages:
        shown = [
            f"{_READINGS.get(name, name)} {_shown(one.value)}"
            for name, one in state.latest.items()
            if one.age_min == age
        ]
        lines.append(f"{', '.join(shown)}: {age:.0f} min old")
    lines += [f"passed by {one.name} ({one.role}): {one.rule}, {one.reason}" for one in state.passed]
    lines += [f"corrected by {one.by}: {one.corrects}, {one.reason}" for one in state.corrections]
    return lines
