"""`keel triage`: where a person is to be cared for, and the working state of the bladder, with reasons."""

from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.cli.language import _, say
from keel.messages import Message, Slot, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from keel.assessment.screening import Triage
    from keel.findings import Finding
    from keel.knowledge import Knowledge
    from keel.record import Person


def triage(
    file: options.RecordFile = None,
    facts: options.Facts = None,
    jurisdiction: Annotated[
        str, typer.Option(help="Whose rules: US, EU, UK, ...; else the person's.", show_default=False)
    ] = "",
    route: Annotated[str, typer.Option(help="The route of the planned treatment.", show_default=False)] = "",
    at: options.At = None,
    timezone: options.Timezone = None,
    questions: options.Questions = False,
    overlay: options.Overlay = None,
    json: options.Json = False,
) -> None:
    """The level of care (home, office, clinic, emergency, inpatient) and the working state of the bladder.

    A red-flag question that nobody answered counts as triggered. An emergency is said first, with whom to call.
    Always ends with 0: the answer is a place, not a yes or no (in JSON, `is_emergency` says whether it is one).

    Example: keel triage record.json --route sublingual --facts '{"chest_pain": false, "confusion": false}'
    """
    from keel.assessment.screening import triage as triage_of
    from keel.cli.errors import CommandError
    from keel.cli.facts_text import read_facts_text, read_people
    from keel.cli.records import answer_json, print_notes
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if questions:
        _questions(knowledge, json)
        return
    if file is None and facts is None:
        raise CommandError(
            Message(
                "Name a record file, or write --facts with what is known ({empty} where nothing is). "
                "`{command}` prints what is asked.",
                empty="{}",
                command="keel triage --questions",
            )
        )
    told, when = read_facts_text(facts), parse_time(at)
    if route:
        told = {"route": route, **told}
    people, reading = read_people(file, at=when, knowledge=knowledge, timezone=timezone)
    found = [
        triage_of(record, at=when, knowledge=knowledge, jurisdiction=jurisdiction, facts=told) for record in people
    ]
    if json:
        write_json(answer_json(found, reading))
        return
    out = console()
    for record, one in zip(people, found, strict=True):
        triage_view(one, record.person, knowledge, out)
    print_notes(reading, out)


def _questions(knowledge: "Knowledge", json: bool) -> None:
    from keel.assessment.screening.questions import questions_of
    from keel.cli.screen_view import print_questions

    catalogue = knowledge.clinical_facts
    care = questions_of(knowledge.protocols["level-of-care"], ("triage",), catalogue)
    bladder = questions_of(knowledge.protocols["use-disorder"], ("bladder_state",), catalogue)
    print_questions(tuple(dict.fromkeys([*care, *bladder])), knowledge, json=json)


def triage_view(found: "Triage", person: "Person", knowledge: "Knowledge", out: "Console") -> None:
    """A triage for the terminal: in an emergency the number to call stands above everything else."""
    from rich.text import Text

    from keel.assessment.screening import rests_on_known
    from keel.cli.assess import help_view
    from keel.cli.terminal import finding_view, heading
    from keel.findings import worst_first

    place = found.jurisdiction or _("place not stated")
    rest = f", {place}, {found.at:%Y-%m-%d %H:%M %z}"
    out.rule(Text.assemble((person.id or _("This person"), "bold"), rest), align="left")
    care, bladder = found.care, found.bladder
    if found.is_emergency:
        # An emergency that nobody has told of is one until the questions are answered.
        open_only = (found.known.rank or 0) < care.rank
        level = say(care.title).upper()
        if open_only:
            level = _("{level}, as long as the questions below have no answer", level=level)
        out.print(Text(f"{level}. {help_view(found.help)[0]}", style="bold white on red"))
    else:
        least = _("At least: {level}", level=care.title) if care.at_least else say(care.title)
        out.print(Text(least, style="bold"))
    out.print(Text(say(care.text)))
    out.print(Text(f"→ {say(care.next_step)}\n", style="bold"))
    answered = [one for one in care.findings if rests_on_known(one)]
    for finding in worst_first([*answered, *found.said, *_unanswered(care.findings, knowledge)]):
        out.print(finding_view(finding))
    _not_known(_("Could raise the level, and is not known"), care.not_known, knowledge, out)
    slots: dict[str, Slot] = {"level": bladder.level, "title": bladder.title, "text": bladder.text}
    least = (
        _("at least {level}: {title}. {text}", **slots) if bladder.at_least else _("{level}: {title}. {text}", **slots)
    )
    out.print(Text.assemble((f"{_('Bladder')}  ", "bold"), least))
    for finding in bladder.findings:
        out.print(finding_view(finding))
    _not_known(_("Could raise the state of the bladder, and is not known"), bladder.not_known, knowledge, out)
    for unread in found.unread:
        out.print(f"  ? {say(unread)}", markup=False)
    out.print(heading(_("Who can help")))
    for line in help_view(found.help):
        out.print(f"  {line}", markup=False)
    out.print()


def _unanswered(findings: "tuple[Finding, ...]", knowledge: "Knowledge") -> "Iterator[Finding]":
    """What nobody answered, one finding a verb: a list of twenty would hide what was answered."""
    from msgspec.structs import replace

    from keel.assessment.screening import rests_on_known
    from keel.findings import Severity

    for severity in Severity:
        group = [one for one in findings if not rests_on_known(one) and one.severity is severity]
        if group:
            why = tuple(reason for one in group for reason in one.why)
            asked = joined("; ", (Message(knowledge.clinical_facts[reason.name].label) for reason in why))
            yield replace(
                group[0],
                rule=", ".join(one.rule for one in group),
                summary=Message("Not answered, and so counted as triggered: {asked}.", asked=asked),
                why=why,
                sources=tuple(dict.fromkeys(source for one in group for source in one.sources)),
                conflicts=tuple(dict.fromkeys(name for one in group for name in one.conflicts)),
            )


def _not_known(title: str, names: "tuple[str, ...]", knowledge: "Knowledge", out: "Console") -> None:
    from rich.text import Text

    if names:
        labels = "; ".join(say(knowledge.clinical_facts[name].label) for name in names)
        out.print(Text(f"{title}: {labels}.\n", style="dim"))
