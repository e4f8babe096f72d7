"""`keel monograph`: what is known of ketamine or esketamine as a medicine, for people or for professionals."""

from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.cli.language import _, say

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.monograph import EffectGroup, EffectRow, Monograph
    from keel.knowledge import Certainty, Knowledge


def monograph(
    substance: Annotated[str, typer.Argument(help="esketamine or ketamine.", show_default=False)],
    audience: Annotated[str, typer.Option("--for", help="people or professionals.")] = "professionals",
    json: options.Json = False,
) -> None:
    """Approvals, doses, warnings, side effects with their counts, conflicts, and what is not known.

    People are told no doses. The sources of each line stand in brackets; `keel evidence` prints them.

    Example: keel monograph esketamine --for people
    """
    from keel.assessment.monograph import Audience, monograph_of
    from keel.cli.errors import CommandError
    from keel.cli.terminal import console, write_json
    from keel.knowledge import load
    from keel.messages import Message

    if audience not in set(Audience):
        raise CommandError(
            Message("“{audience}” is not an audience. Write people or professionals.", audience=audience)
        )
    knowledge = load()
    found = monograph_of(substance, Audience(audience), knowledge)
    if json:
        write_json(found)
    else:
        monograph_view(found, knowledge, console())


def monograph_view(found: "Monograph", knowledge: "Knowledge", out: "Console") -> None:
    """A monograph for the terminal."""
    from rich.text import Text

    from keel.cli.evidence import print_fact
    from keel.cli.terminal import heading, indented

    out.print(Text(say(found.title), style="bold"))
    out.print(Text(say(found.summary)))
    for section in found.sections:
        out.print(heading(say(section.title)))
        for entry in section.entries:
            line = f"{say(entry.label)}. {say(entry.text)}" if entry.label else say(entry.text)
            out.print(indented(f"- {line}{_rests_on(entry.sources, entry.certainty)}"))
        for group in section.groups:
            _print_group(group, out)
    if found.conflicts:
        out.print(heading(_("Where sources disagree")))
    for name in found.conflicts:
        print_fact(knowledge, "conflicts", name, out)


def _print_group(group: "EffectGroup", out: "Console") -> None:
    from rich.text import Text

    from keel.cli.terminal import indented

    about = "; ".join(say(text) for text in group.about)
    out.print(Text(f"{say(group.title)} ({about}){_rests_on(group.sources, group.certainty)}", style="underline"))
    for row in group.rows:
        out.print(indented(f"- {_row(row)}"))


def _row(row: "EffectRow") -> str:
    said = ", ".join(say(text) for text in (row.figure, row.comparison, row.timing, row.seriousness) if text)
    return ". ".join(text for text in (f"{say(row.effect)}: {said}" if said else say(row.effect), say(row.see)) if text)


def _rests_on(sources: "tuple[str, ...]", certainty: "Certainty | None") -> str:
    words = [*sources, *([say(certainty.label)] if certainty else [])]
    return f" [{', '.join(words)}]" if words else ""
