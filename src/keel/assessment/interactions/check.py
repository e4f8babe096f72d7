"""The one check of a medicine list, called by the page, the clinic and the command line."""

from collections.abc import Iterable

from keel.assessment.interactions.errors import UnknownForm, UnknownRoute
from keel.assessment.interactions.names import Names, names_of
from keel.assessment.interactions.rate import ROUTES, Ketamine, rate
from keel.assessment.interactions.reading import entries
from keel.assessment.interactions.recognise import Read, recognise
from keel.assessment.interactions.report import InteractionsReport, Item, Status
from keel.findings import worst_first
from keel.knowledge import Knowledge
from keel.knowledge.interactions import Danger, KetamineForm


def check_medicines(
    texts: Iterable[str], *, substance: str | None = None, route: str | None = None, knowledge: Knowledge
) -> InteractionsReport:
    """What the typed medicines mean together with ketamine.

    `texts` are entries or whole lists (one a line, or separated by commas or semicolons). `substance` is racemic or
    esketamine, `route` one of Keel's routes; where either is None the more serious answer holds. Raises UnknownForm or
    UnknownRoute. The order of entries changes the order of items and nothing else.
    """
    ketamine = Ketamine(_form(substance), _route(route))
    names = names_of(knowledge)
    reads = [read for text in texts for entry in entries(text) for read in recognise(entry, names)]
    items = tuple(_item(read, names, ketamine, knowledge) for read in reads)
    return InteractionsReport(
        items=items,
        worst=Danger.worst([item.severity for item in items if item.severity]),
        not_recognised=tuple(item.input for item in items if item.status is Status.NOT_RECOGNISED),
        to_confirm=tuple(item.input for item in items if item.status is Status.AMBIGUOUS),
    )


def _item(read: Read, names: Names, ketamine: Ketamine, knowledge: Knowledge) -> Item:
    meaning = read.meaning
    if meaning is None:
        return Item(input=read.typed, status=Status.NOT_RECOGNISED)
    if meaning.to_confirm:
        return Item(input=read.typed, status=Status.AMBIGUOUS, how=meaning.how, did_you_mean=meaning.substances)
    rated = [each for name in meaning.substances for each in rate(names.rows_of(name), ketamine, knowledge)]
    return Item(
        input=read.typed,
        status=Status.INTERACTION if rated else Status.NOTHING_ON_FILE,
        substances=meaning.substances,
        how=meaning.how,
        severity=Danger.worst([each.danger for each in rated]),
        findings=worst_first(each.finding for each in rated),
    )


def _form(substance: str | None) -> KetamineForm | None:
    if substance is None:
        return None
    if substance not in (KetamineForm.RACEMIC, KetamineForm.ESKETAMINE):
        raise UnknownForm(substance)
    return KetamineForm(substance)


def _route(route: str | None) -> str | None:
    if route is not None and route not in ROUTES:
        raise UnknownRoute(route, ROUTES)
    return route
