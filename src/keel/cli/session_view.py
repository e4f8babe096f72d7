"""The state of a session for the terminal: the verdict, alarms, the gate, what is due, the record, the dose."""

from typing import TYPE_CHECKING

from keel.cli.language import _, numeral, say
from keel.messages import Message, Name, Numeral, Slot, listed

if TYPE_CHECKING:
    import datetime as dt

    from rich.console import Console

    from keel.assessment.session.state import SessionState

_START = (Message("The dose may start."), Message("The dose may not start."))
_GO_ON = (Message("The dose may go on."), Message("The dose may not go on as it is."))
_VERDICTS = {
    "planned": _START,
    "preparing": _START,
    "dosing": _GO_ON,
    "paused": _GO_ON,
    "observing": (Message("The person may leave."), Message("The person may not leave yet.")),
    "discharged": (Message("The person has left."), Message("The person has left, and something is open.")),
    "left_against_advice": (Message("The person has left against advice."),) * 2,
    "transferred": (Message("The person was taken to hospital."),) * 2,
}
_GATES = {
    "planned": Message("Before the dose"),
    "preparing": Message("Before the dose"),
    "dosing": Message("Before going on"),
    "paused": Message("Before going on"),
    "observing": Message("Before leaving"),
    "discharged": Message("When the person left"),
    "left_against_advice": Message("When the person left"),
    "transferred": Message("When the person left"),
}

_PHASES = {
    "planned": Message("planned"),
    "preparing": Message("preparing"),
    "dosing": Message("dosing"),
    "paused": Message("paused"),
    "observing": Message("observing"),
    "discharged": Message("discharged"),
    "left_against_advice": Message("left against advice"),
    "transferred": Message("taken to hospital"),
}
_READINGS = {
    "sbp": Message("systolic"),
    "dbp": Message("diastolic"),
    "hr": Message("pulse"),
    "rr": Message("breathing"),
    "spo2": Message("oxygen"),
    "on_oxygen": Message("on oxygen"),
    "moaas": Name("MOAA/S"),
    "cadss6": Name("CADSS-6"),
    "cadss": Name("CADSS"),
}


def print_state(state: "SessionState", out: "Console") -> None:
    """A state for the terminal: alarms first, then what the gate says, what is due, the dose and the clocks."""
    from rich.text import Text

    from keel.cli.terminal import finding_view, heading, indented

    when = state.as_of.strftime("%Y-%m-%d %H:%M %z")
    out.rule(f"[bold]{state.protocol}[/bold], {say(_PHASES[state.phase])}, {when}", align="left")
    out.print(verdict(state), style="bold green" if state.may_proceed else "bold red")
    loud = [one for one in state.alarms if one.severity in ("block", "hold")]
    quiet = [one for one in state.alarms if one not in loud]
    if loud:
        out.print(heading(_("Alarms")))
        for finding in loud:
            out.print(finding_view(finding))
    if reasons := [one for one in state.reasons if one not in loud and one.subject != "phase"]:
        out.print(heading(say(_GATES[state.phase])))
        for finding in reasons:
            out.print(finding_view(finding))
    if state.due:
        out.print(heading(_("Due")))
        for due in state.due:
            late = _("overdue by {minutes} min", minutes=Numeral(f"{due.minutes_overdue:.0f}")) if due.overdue else ""
            line = Text.assemble(f"{_clock(due.due_at, state)}  {say(due.what)}", (f"  {late}".rstrip(), "bold red"))
            out.print(indented(line, depth=2, hang=7))
    if state.log:
        out.print(heading(_("Record")))
        for entry in state.log:
            done = _("{time}  {what} ({by})", time=_clock(entry.at, state), what=entry.what, by=entry.by)
            out.print(indented(done, depth=2, hang=7))
    out.print(heading(_("Dose")))
    for text in _dose_lines(state):
        out.print(indented(text, depth=2))
    if quiet:
        out.print(heading(_("Also")))
        for finding in quiet:
            out.print(finding_view(finding))
    out.print(Text(_("Keel records and reminds. It is no alarm system and does not replace a monitor."), style="dim"))


def verdict(state: "SessionState") -> str:
    """What the gate of the phase says, in a sentence, with the rules that hold."""
    yes, no = _VERDICTS[state.phase]
    holding = [one.rule for one in (*state.alarms, *state.reasons) if one.severity in ("block", "hold")]
    if state.may_proceed or not holding:
        return say(yes if state.may_proceed else no)
    return _("{verdict} Held by: {rules}.", verdict=no, rules=listed(dict.fromkeys(holding)))


def _clock(moment: "dt.datetime", state: "SessionState") -> str:
    """The time of day in the zone that was asked for, with the date where it is another day."""
    there = moment.astimezone(state.as_of.tzinfo)
    return there.strftime("%H:%M" if there.date() == state.as_of.date() else "%Y-%m-%d %H:%M")


def _shown(value: float | str | bool) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return say(value) if isinstance(value, str) else numeral(f"{value:g}")


def _dose_lines(state: "SessionState") -> list[str]:
    lines = [_given_line(state)]
    dose, watch = state.dose, state.observation
    if dose.is_running and dose.rate_mg_per_h:
        rate = Numeral(f"{dose.rate_mg_per_h:g}")
        if dose.due_end:
            lines.append(_("running at {rate} mg/h, done at {time}", rate=rate, time=_clock(dose.due_end, state)))
        else:
            lines.append(_("running at {rate} mg/h", rate=rate))
    if watch.minutes is not None:
        minutes = Message("{minutes}", minutes=Numeral(f"{watch.minutes:.0f}"))
        if watch.required_min is not None:
            minutes = Message("{part} of {whole}", part=minutes, whole=Numeral(f"{watch.required_min:g}"))
        line = Message("observation {minutes} min since {begin}", minutes=minutes, begin=watch.counted_from)
        if watch.over_at:
            line = Message("{clock}, over at {time}", clock=line, time=_clock(watch.over_at, state))
        lines.append(say(line))
    lines += [_predicted_line(state), *(f"! {say(warning)}" for warning in state.predicted.warnings)]
    for age in sorted({one.age_min for one in state.latest.values()}):
        shown = [
            f"{say(_READINGS.get(name, name))} {_shown(one.value)}"
            for name, one in state.latest.items()
            if one.age_min == age
        ]
        lines.append(_("{values}: {minutes} min old", values=", ".join(shown), minutes=Numeral(f"{age:.0f}")))
    lines += [
        _("passed by {name} ({role}): {rule}, {reason}", name=one.name, role=one.role, rule=one.rule, reason=one.reason)
        for one in state.passed
    ]
    lines += [
        _("corrected by {name}: {row}, {reason}", name=one.by, row=one.corrects, reason=one.reason)
        for one in state.corrections
    ]
    return lines


def _given_line(state: "SessionState") -> str:
    given: Slot = Message("not known") if state.given_mg is None else Numeral(f"{state.given_mg:.4g} mg")
    if state.dose.planned_mg is None:
        return _("given {given}", given=given)
    return _("given {given} of {planned} mg planned", given=given, planned=Numeral(f"{state.dose.planned_mg:g}"))


def _predicted_line(state: "SessionState") -> str:
    predicted = state.predicted
    if predicted.ng_per_ml is None:
        return _("predicted concentration: {reason}", reason=predicted.unknown)
    line = Message(
        "predicted {analyte} {value} ng/mL, between people {low} to {high}; model {model}, {site}; no measurement",
        analyte=Name(predicted.analyte),
        value=Numeral(f"{predicted.ng_per_ml:.0f}"),
        low=Numeral(f"{predicted.low:.0f}"),
        high=Numeral(f"{predicted.high:.0f}"),
        model=predicted.model,
        site=Message(predicted.site),
    )
    return say(line) if predicted.valid else _("{prediction} (not valid here)", prediction=line)
