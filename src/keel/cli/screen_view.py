"""How screening looks in a terminal: the verdict, findings worst first, what is open, what the protocol asks for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from keel.cli.language import _, say
from keel.cli.terminal import finding_view
from keel.messages import Message, listed

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.screening import Screening
    from keel.knowledge import Knowledge
    from keel.knowledge.clinical_facts import ClinicalFact
    from keel.knowledge.protocols import Protocol, Statement
    from keel.record import Person

_SHOWN_DEFAULTS = 8


def screen_view(
    found: "Screening", person: "Person", protocol: "Protocol", knowledge: "Knowledge", out: "Console"
) -> None:
    """One person's screening: what blocks and holds first, then what is open, then what is asked for and said."""
    place = found.jurisdiction or _("place not stated")
    who = f"{person.id}: " if person.id else ""
    rest = f", {place}, {found.at:%Y-%m-%d}"
    out.rule(Text.assemble((f"{who}{say(protocol.name)}", "bold"), rest), align="left")
    phases = listed(Message(phase.replace("_", " ")) for phase in found.phases)
    out.print(Text(_("Asked: {phases}", phases=phases), style="dim"))
    out.print(say(found.verdict), style="bold red" if found.holds else "bold green")
    out.print(f"{say(found.summary)}\n", markup=False)
    for finding in found.findings:
        out.print(finding_view(finding))
    _lines(_("Not read as any fact of the rules"), found.unread, out)
    _statements(_("Asked for before a course"), found.work_up, out)
    _statements(_("What is said for and against"), found.positions, out)
    if found.unconfirmed:
        more = len(found.unconfirmed) - _SHOWN_DEFAULTS
        names = listed(found.unconfirmed[:_SHOWN_DEFAULTS])
        if more > 0:
            names = Message("{names} and {count} more", names=names, count=more)
        text = _("Rules that rest on a default which no clinic has confirmed: {names}.", names=names)
        out.print(Text(f"{text}\n", style="dim"))


def _lines(title: str, lines: Sequence[str], out: "Console") -> None:
    if lines:
        out.print(f"[bold]{title}[/bold]")
        for line in lines:
            out.print(Padding(Text(f"? {say(line)}"), (0, 0, 0, 2)))
        out.print()


def _statements(title: str, statements: "Sequence[Statement]", out: "Console") -> None:
    """Each with who says it, how sure that is and its sources; the topic only where it is a new one."""
    if not statements:
        return
    out.print(f"[bold]{title}[/bold]")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", min_width=12, max_width=22)
    table.add_column(ratio=1)
    before = ""
    for one in statements:
        said = Text(f"{f'{say(one.by)}: ' if one.by else ''}{say(one.text)}")
        sources = f"; {_('sources {ids}', ids=listed(one.sources))}" if one.sources else ""
        said.append(f" [{say(one.certainty.label)}{sources}]", style="dim")
        table.add_row("" if one.topic == before else say(one.topic), said)
        before = one.topic
    out.print(Padding(table, (0, 0, 1, 2)))


def protocols_view(knowledge: "Knowledge", out: "Console") -> None:
    """Every protocol: what it is, substance, place, the phases that may be asked."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for position, column in enumerate((_("id"), _("protocol"), _("place"), _("phases"))):
        table.add_column(column, no_wrap=position in (0, 2))
    for one in knowledge.protocols.values():
        phases = ", ".join(dict.fromkeys(rule.phase for rule in one.rules))
        table.add_row(one.id, say(one.title), one.jurisdiction or _("any"), phases)
    out.print(table)
    hint = _(
        "keel screen FILE --protocol ID screens a person; keel screen --protocol ID --questions prints what is asked."
    )
    out.print(Text(f"\n{hint}", style="dim"))


def print_questions(asked: "Sequence[ClinicalFact]", knowledge: "Knowledge", *, json: bool) -> None:
    """What is asked: a table of fact, question and answer, or JSON with null for each fact, to be filled in."""
    from keel.assessment.screening.questions import how_to_answer
    from keel.cli.terminal import console, write_json

    how = {fact.id: how_to_answer(fact, knowledge.units) for fact in asked}
    if json:
        words = {fact.id: f"{say(fact.question)} ({say(how[fact.id])})" for fact in asked}
        write_json({"facts": dict.fromkeys(how), "questions": words})
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for position, column in enumerate((_("fact"), _("question"), _("answer"))):
        table.add_column(column, no_wrap=position == 0)
    for fact in asked:
        table.add_row(fact.id, Text(say(fact.question)), Text(say(how[fact.id])))
    console().print(table)
