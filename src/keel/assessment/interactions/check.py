"""The one check of a medicine list, called by the page, the clinic and the command line."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from keel.assessment.interactions.errors import ListTooLong, UnknownForm, UnknownRoute
from keel.assessment.interactions.items import Answer, answer
from keel.assessment.interactions.limits import interactions_edition, limits
from keel.assessment.interactions.names import Names, TypedName, names_of
from keel.assessment.interactions.rate import Ketamine, Rater
from keel.assessment.interactions.recognise import EntryNames, join_words, read_list, split_list
from keel.assessment.interactions.report import UNCONFIRMED, InteractionsReport, Item, Status
from keel.assessment.interactions.stacking import stacked
from keel.assessment.interactions.summary import summary
from keel.assessment.interactions.typed_list import lists, words
from keel.findings import worst_first
from keel.knowledge import Knowledge
from keel.knowledge.interactions import Danger, KetamineForm
from keel.messages import Message, joined, plural

MOST_WORDS = 2000
"""Words in one question. Longer texts are not medicine lists."""
MOST_UNREAD = 20
"""Medicines that could not be read, named one by one; the others are counted."""
LONGEST_SHOWN = 60
"""Characters that are shown of a medicine that could not be read."""


WHOLE_LIST = Message(
    "Another line of this list is serious: the prescriber looks at the whole list first. If this one is prescribed: do "
    "not stop it suddenly."
)
"""The next step of a line that by itself would go on."""


def check_medicines(
    texts: Iterable[str],
    *,
    substance: str | None = None,
    route: str | None = None,
    on: dt.date | None = None,
    knowledge: Knowledge,
) -> InteractionsReport:
    """What the typed medicines mean together with ketamine.

    `texts` are entries or whole lists (one a line, or separated by commas or semicolons). `substance` is racemic or
    esketamine, `route` one of Keel's routes; where either is None, or the substance has no labels of its own, the more
    serious answer holds. `on` is the day of the question: past a year after the sources were looked at the answer says
    so first. Raises UnknownForm, UnknownRoute or ListTooLong. The order of entries changes the order of
    items and nothing else; another medicine never lowers `worst`.
    """
    ketamine = Ketamine(_form(substance, knowledge), _route(route, knowledge))
    names = names_of(knowledge)
    rater = Rater(ketamine, knowledge)
    read = _read(list(texts), names)
    answers = [answer(each, names, rater) for each in read.names]
    stacks = stacked((one for each in answers for one in each.rated), knowledge.stacks.values())
    worst = Danger.worst(
        [each.danger for answered in answers for each in answered.rated] + [one.danger for one in stacks]
    )
    items = tuple(_beside_others(each, worst) for each in answers)
    edition = interactions_edition(knowledge)
    doubtful = tuple(dict.fromkeys(read.doubtful))
    report = InteractionsReport(
        items=items,
        stacking=worst_first(each.finding for each in stacks),
        worst=worst,
        not_recognised=_inputs(items, Status.NOT_RECOGNISED),
        could_be=Danger.worst([item.could_be for item in items if item.could_be]),
        to_confirm=_inputs(items, *UNCONFIRMED),
        ignored=tuple(dict.fromkeys(read.ignored)),
        unread=(*_inputs(items, Status.NOT_RECOGNISED), *doubtful),
        data_as_of=edition.in_force,
        looked_at=edition.checked,
        limits=limits(edition, on),
    )
    return msgspec.structs.replace(report, summary=summary(report, [each.stack for each in stacks]))


def check_recorded(
    texts: Iterable[str],
    *,
    substance: str | None = None,
    route: str | None = None,
    on: dt.date | None = None,
    knowledge: Knowledge,
) -> InteractionsReport:
    """The same for the medicines of a record: one that is too long to be read never keeps the others from being read.

    It is an item of its own, not recognised. Raises UnknownForm or UnknownRoute.
    """
    kept, left_out = _readable(list(texts))
    report = check_medicines(kept, substance=substance, route=route, on=on, knowledge=knowledge)
    if not left_out:
        return report
    unread = tuple(_unread(left_out))
    items = (*report.items, *unread)
    lost = _inputs(items, Status.NOT_RECOGNISED)
    all_unread = tuple(dict.fromkeys((*lost, *report.unread)))
    report = msgspec.structs.replace(report, items=items, not_recognised=lost, unread=all_unread)
    said = Message("{summary} {unread}", summary=report.summary, unread=joined(" ", (one.message for one in unread)))
    return msgspec.structs.replace(report, summary=said)


def is_readable(text: str) -> bool:
    """Whether a text is short enough to be a medicine, or a list of them."""
    return len(words(text)) <= MOST_WORDS


def _readable(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts that fit into one question, and those that do not; the shortest come first, so a long one yields."""
    counts = [len(words(text)) for text in texts]
    room, kept = MOST_WORDS, set[int]()
    for place in sorted(range(len(texts)), key=lambda place: counts[place]):
        room -= counts[place]
        if room < 0:
            break
        kept.add(place)
    left_out = [text for place, text in enumerate(texts) if place not in kept]
    return [text for place, text in enumerate(texts) if place in kept], left_out


def _unread(texts: Sequence[str]) -> Iterator[Item]:
    for text in texts[:MOST_UNREAD]:
        beginning = f"{' '.join(text[:LONGEST_SHOWN].split())}…"
        message = Message("“{input}” could not be read: it is too long. Nothing was checked for it.", input=beginning)
        yield Item(input=beginning, status=Status.NOT_RECOGNISED, message=message)
    if len(texts) > MOST_UNREAD:
        message = plural(
            "{count} more medicine could not be read. Nothing was checked for it.",
            "{count} more medicines could not be read. Nothing was checked for them.",
            count=len(texts) - MOST_UNREAD,
        )
        yield Item(input=f"… (+{len(texts) - MOST_UNREAD})", status=Status.NOT_RECOGNISED, message=message)


def split_names(text: str, knowledge: Knowledge) -> list[str]:
    """The entries of a typed list, each of which can be checked by itself."""
    return [entry for each in lists(text) for entry in split_list(each, names_of(knowledge))]


def join_names(typed: Sequence[str], knowledge: Knowledge) -> list[str]:
    """Arguments of a command line, joined where several of them are one name: night nurse, st john's wort."""
    return join_words(typed, names_of(knowledge))


def _read(texts: Sequence[str], names: Names) -> EntryNames:
    """All entries of all texts, read; where nothing but doses was typed, that text itself, not recognised."""
    listed = [each for text in texts for each in lists(text)]
    typed = [entry for each in listed for entry in each]
    count = sum(len(words(entry)) for entry in typed)
    if count > MOST_WORDS:
        raise ListTooLong(count, MOST_WORDS)
    read = [one for each in listed for one in read_list(each, names)]
    found = tuple(one for each in read for one in each.names)
    ignored = tuple(word for each in read for word in each.ignored)
    doubtful = tuple(word for each in read for word in each.doubtful)
    if typed and not found:
        return EntryNames(tuple(TypedName(entry) for entry in typed), ())
    return EntryNames(found, ignored, doubtful)


def _beside_others(answered: Answer, worst: Danger | None) -> Item:
    """The item of an answer; where another line of the list holds, its findings do not say that this one goes on."""
    item = answered.item
    if worst is None or worst.rank > Danger.MAJOR.rank:
        return item
    going_on = [each.finding for each in answered.rated if each.rule.goes_on and each.danger.rank > Danger.MAJOR.rank]
    findings = tuple(
        msgspec.structs.replace(one, next_step=WHOLE_LIST, public_next_step=None) if one in going_on else one
        for one in item.findings
    )
    return msgspec.structs.replace(item, findings=findings)


def _inputs(items: Sequence[Item], *statuses: Status) -> tuple[str, ...]:
    return tuple(item.input for item in items if item.status in statuses)


def _form(substance: str | None, knowledge: Knowledge) -> KetamineForm | None:
    """The form whose rows speak; None, which is both, for a substance without labels of its own."""
    if substance is None:
        return None
    if substance not in knowledge.substances:
        raise UnknownForm(substance)
    return KetamineForm(substance) if substance in set(KetamineForm) else None


def _route(route: str | None, knowledge: Knowledge) -> str | None:
    if route is not None and route not in knowledge.routes:
        raise UnknownRoute(route, tuple(knowledge.routes))
    return route
