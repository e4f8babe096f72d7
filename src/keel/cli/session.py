"""`keel session`: a session's events in, its state at a time out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.messages import Message

if TYPE_CHECKING:
    import datetime as dt

    from keel.assessment.session.events import Session
    from keel.knowledge import Knowledge


def session(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A session file (JSON), or `add`.", show_default=False)] = None,
    at: Annotated[str | None, typer.Option(help="The time to look at, for example 2026-11-21T10:20+01:00.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder in which the clinic confirms, tightens or adds.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="Print an empty session of this protocol, with its questions.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="The person's record: its doses are those before the session.")
    ] = None,
) -> None:
    """The state of a dosing session: phase, what blocks, what is due, alarms, the dose given.

    Ends with 0 when the gate lets go on (start, continue, leave), with 1 when it holds.

    Example: keel session session.json --at 2026-11-21T10:20+01:00

    `keel session add FILE TYPE` writes one more event into the file: --at TIME (else now), --by NAME (else who is
    signed in), and what the event says, under its names in the file. Answers are given by the name of the question;
    --all-no answers a group of them with “no”, each by name. It ends with 0 when the event is in the file.

    Example: keel session add session.json vitals --sbp 142 --dbp 88 --hr 76 --rr 14 --spo2 97 --by bob

    Example: keel session add session.json checked --escort-confirmed yes --hours-since-solids "8 h" --all-no mind
    """
    from keel.assessment.session.fold import fold_session
    from keel.cli.errors import CommandError
    from keel.cli.session_view import print_state
    from keel.cli.terminal import console, parse_time, write_json
    from keel.interop import read_session, session_template
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if template is not None:
        write_json(session_template(template, knowledge))
        return
    if file is not None and str(file) == "add":
        from keel.cli.session_add import add

        add(context.args, at=at, json=json, knowledge=knowledge)
        return
    if context.args:
        raise CommandError(Message("“{word}” is not known here. Try --help.", word=context.args[0]))
    if file is None:
        raise CommandError(Message("Name a session file, or ask for an empty one with --template iv-racemic."))
    read, moment = read_session(_bytes(file), knowledge=knowledge, filename=file.name), parse_time(at)
    if record is not None:
        read = _with_record(read, record, moment, knowledge)
    state = fold_session(read, at=moment, knowledge=knowledge)
    if json:
        write_json(state)
    else:
        print_state(state, console())
    if not state.may_proceed:
        raise typer.Exit(1)


def _with_record(session: "Session", record: Path, at: "dt.datetime", knowledge: "Knowledge") -> "Session":
    """The session with the doses and reviews of the person's record beside its own."""
    import msgspec

    from keel.cli.errors import CommandError
    from keel.interop import read_path

    people = read_path(record, at=at, knowledge=knowledge).records
    name = session.person.id
    mine = (
        [one for one in people if one.person.id == name]
        if len(people) > 1 or (name and people[0].person.id)
        else people
    )
    if len(mine) != 1:
        raise CommandError(
            Message(
                "{file} has no single record of the person “{name}” of the session. Name one person by the same id.",
                file=record.name,
                name=name,
            )
        )
    doses = dict.fromkeys([*(session.doses or ()), *mine[0].doses])
    reviews = dict.fromkeys([*session.reviews, *mine[0].reviews])
    return msgspec.structs.replace(session, doses=tuple(doses), reviews=tuple(reviews))


def _bytes(file: Path) -> bytes:
    from keel.cli.errors import CommandError

    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(
            Message(
                "{file} cannot be read: {reason}. Check the name and the rights.",
                file=file.name,
                reason=error.strerror or "",
            )
        ) from None
