"""`keel score`: an instrument scored, described, or all of them listed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keel.cli import options

if TYPE_CHECKING:
    from keel.knowledge import Knowledge
    from keel.knowledge.instruments import Instrument


def score(
    instrument: Annotated[str | None, typer.Argument(help="Which instrument, for example phq-9.")] = None,
    answers: Annotated[
        str | None,
        typer.Option(
            help="A file, JSON, a FHIR QuestionnaireResponse, a list in item order (0,1,2,,3: empty is no answer), "
            "pairs (1=0,2=3) or total=12. "
            "Words for no answer: declined, not_asked."
        ),
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="Earlier answers, or an earlier total: says what the change means.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option(help="A fact beside the answers, for example sex=female. May be repeated.")
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Every instrument, with licence and range.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The questions, where their licence frees them.")] = False,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")
    ] = None,
    fhir: Annotated[bool, typer.Option("--fhir", help="The instrument as a FHIR R4 Questionnaire.")] = False,
    json: options.Json = False,
) -> None:
    """Score a questionnaire or scale, with what its answers call for; without answers, describe it.

    Example: keel score phq-9 --answers 1,1,2,0,1,0,2,0,0
    """
    from keel.knowledge import load

    knowledge = load(tuple(overlay or ()))
    if list_all or instrument is None:
        _list(knowledge, json)
    elif answers is not None:
        _score(knowledge, instrument, answers, before, _facts(knowledge, instrument, given or []), json)
    elif fhir:
        _fhir(knowledge, instrument)
    elif text:
        _text(knowledge, instrument, json)
    else:
        _describe(knowledge, instrument, json)


def _list(knowledge: "Knowledge", json: bool) -> None:
    from keel.assessment.instruments.catalogue import catalogue
    from keel.cli.score_view import list_view
    from keel.cli.terminal import console, write_json

    entries = catalogue(knowledge)
    if json:
        write_json(entries)
    else:
        list_view(entries, console())


def _score(
    knowledge: "Knowledge", name: str, answers: str, before: str | None, given: dict[str, str], json: bool
) -> None:
    import msgspec

    from keel.assessment.instruments import change, score_answers
    from keel.cli.language import chosen_catalogue
    from keel.cli.score_view import change_view, score_view
    from keel.cli.terminal import console, write_json
    from keel.messages import text_hook

    shape = _instrument(knowledge, name)
    result = score_answers(shape, _answers(knowledge, shape, answers), given)
    moved = None
    if before is not None:
        earlier = score_answers(shape, _answers(knowledge, shape, before, lone="total"), given)
        moved = change(shape.id, earlier, result, knowledge)
    if json:
        write_json(
            msgspec.to_builtins(result, enc_hook=text_hook(chosen_catalogue())) | ({"change": moved} if moved else {})
        )
        return
    out = console()
    score_view(result, shape, out)
    if moved:
        change_view(moved, knowledge, out)


def _answers(knowledge: "Knowledge", shape: "Instrument", text: str, lone: str | None = None) -> "Any":
    """The answers as typed, in a file, or in a QuestionnaireResponse."""
    from keel.cli.score_answers import answers_content, fhir_answers, is_fhir, read_answers_text
    from keel.interop.answers import in_numbers

    content, where = answers_content(text)
    if is_fhir(content):
        return fhir_answers(content, where, shape, knowledge)
    return in_numbers(shape, read_answers_text(text, lone=lone), knowledge)


def _instrument(knowledge: "Knowledge", name: str) -> "Instrument":
    """The instrument with its questions in the language of the terminal, where they are held in it."""
    from keel.assessment.instruments import find_instrument
    from keel.cli.language import chosen

    return knowledge.instrument_in(find_instrument(name, knowledge).id, chosen())


def _facts(knowledge: "Knowledge", name: str, given: list[str]) -> dict[str, str]:
    from keel.assessment.instruments import find_instrument
    from keel.cli.errors import CommandError
    from keel.messages import Message, joined

    known = find_instrument(name, knowledge).facts_used()
    facts = {}
    for pair in given:
        fact, _, value = (part.strip().lower() for part in pair.partition("="))
        if fact not in known or not value:
            problem = Message("--given {pair}: nothing here depends on it.", pair=pair)
            takes = "; ".join(f"{key}={'|'.join(sorted(values))}" for key, values in sorted(known.items()))
            raise CommandError(joined(" ", (problem, Message("It takes {span}", span=takes))) if takes else problem)
        facts[fact] = value
    return facts


def _text(knowledge: "Knowledge", name: str, json: bool) -> None:
    from keel.assessment.instruments import WordingNotHeld
    from keel.cli.score_view import text_view
    from keel.cli.terminal import console, write_json
    from keel.messages import Message, Name

    shape = _instrument(knowledge, name)
    if not shape.has_wording:
        raise WordingNotHeld(
            Message(
                "Keel holds no wording of the {instrument} ({licence}). {terms}",
                instrument=Name(shape.name),
                licence=Message(shape.rights.licence_class.label),
                terms=Message(shape.rights.terms),
            )
        )
    if json:
        write_json(shape)
    else:
        text_view(shape, console())


def _fhir(knowledge: "Knowledge", name: str) -> None:
    from keel.assessment.instruments import find_instrument
    from keel.cli.terminal import write_json
    from keel.interop.fhir_questionnaire import questionnaire

    write_json(questionnaire(find_instrument(name, knowledge)))


def _describe(knowledge: "Knowledge", name: str, json: bool) -> None:
    from keel.cli.score_view import describe_view
    from keel.cli.terminal import console, write_json

    shape = _instrument(knowledge, name)
    if json:
        write_json(shape)
    else:
        describe_view(shape, console())
