"""`keel screen`: a record or facts against the rules of a protocol, as findings with reasons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.messages import Message

if TYPE_CHECKING:
    from keel.knowledge import Knowledge
    from keel.knowledge.protocols import Protocol


def screen(
    file: options.RecordFile = None,
    protocol: Annotated[
        str | None, typer.Option(help="Which protocol, for example iv-racemic; without one, all are listed.")
    ] = None,
    phase: Annotated[
        list[str] | None,
        typer.Option(help="Ask another gate instead: pre_dose, discharge, ...; may be repeated.", show_default=False),
    ] = None,
    facts: options.Facts = None,
    jurisdiction: Annotated[
        str, typer.Option(help="Whose rules: US, EU, UK, ...; else the protocol's or the person's.", show_default=False)
    ] = "",
    route: Annotated[str, typer.Option(help="The route, where a protocol has several.", show_default=False)] = "",
    at: options.At = None,
    timezone: options.Timezone = None,
    questions: options.Questions = False,
    overlay: options.Overlay = None,
    json: options.Json = False,
) -> None:
    """Screen a person for a protocol: what blocks, what holds, what is not known, what is to be done first.

    What was not answered is not a no: it is named and holds. Ends with 0 when nothing blocks or holds, with 1 when
    something does.

    Example: keel screen record.json --protocol iv-racemic --facts '{"capacity_to_consent": true}'
    """
    from keel.assessment.protocols import find_protocol
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if protocol is None or protocol.strip().casefold() == "list":
        _list(knowledge, json)
        return
    known = find_protocol(knowledge, protocol)
    if questions:
        _questions(knowledge, known, tuple(phase or ()), json)
        return
    _screen(knowledge, known, file, tuple(phase or ()), facts, jurisdiction, route, at, timezone, json)


def _screen(
    knowledge: "Knowledge",
    protocol: "Protocol",
    file: Path | None,
    phases: tuple[str, ...],
    facts: str | None,
    jurisdiction: str,
    route: str,
    at: str | None,
    timezone: str | None,
    json: bool,
) -> None:
    from keel.assessment.screening import screening
    from keel.cli.errors import CommandError
    from keel.cli.facts_text import read_facts_text, read_people
    from keel.cli.records import answer_json, print_notes
    from keel.cli.screen_view import screen_view
    from keel.cli.terminal import console, parse_time, write_json

    if file is None and facts is None:
        raise CommandError(
            Message(
                "Name a record file, or write --facts with what is known ({empty} where nothing is). "
                "`{command}` prints what is asked.",
                empty="{}",
                command=f"keel screen --protocol {protocol.id} --questions",
            )
        )
    told, when = read_facts_text(facts), parse_time(at)
    people, reading = read_people(file, at=when, knowledge=knowledge, timezone=timezone)
    found = [
        screening(
            record,
            protocol,
            at=when,
            knowledge=knowledge,
            jurisdiction=jurisdiction,
            route=route,
            phases=phases,
            facts=told,
        )
        for record in people
    ]
    if json:
        write_json(answer_json(found, reading))
    else:
        out = console()
        for record, one in zip(people, found, strict=True):
            screen_view(one, record.person, protocol, knowledge, out)
        print_notes(reading, out)
    if any(one.holds for one in found):
        raise typer.Exit(1)


def _list(knowledge: "Knowledge", json: bool) -> None:
    from keel.assessment.screening import screening_phases
    from keel.cli.screen_view import protocols_view
    from keel.cli.terminal import console, write_json

    if not json:
        protocols_view(knowledge, console())
        return
    write_json(
        [
            {
                "id": one.id,
                "title": one.title,
                "name": one.name,
                "substance": one.substance,
                "routes": one.routes,
                "jurisdiction": one.jurisdiction,
                "screening": screening_phases(one),
                "phases": list(dict.fromkeys(rule.phase for rule in one.rules)),
            }
            for one in knowledge.protocols.values()
        ]
    )


def _questions(knowledge: "Knowledge", protocol: "Protocol", phases: tuple[str, ...], json: bool) -> None:
    from keel.assessment.protocols import UnknownPhase
    from keel.assessment.screening import screening_phases
    from keel.assessment.screening.questions import questions_of
    from keel.cli.screen_view import print_questions

    known = {rule.phase for rule in protocol.rules}
    for name in phases:
        if name not in known:
            raise UnknownPhase(protocol.id, name, known)
    asked = questions_of(protocol, phases or screening_phases(protocol), knowledge.clinical_facts)
    print_questions(asked, knowledge, json=json)
