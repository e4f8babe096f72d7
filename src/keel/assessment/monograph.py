"""A monograph of ketamine or esketamine, for people or for professionals, from the same claims.

Professionals get every statement and every table of side effects; people get what is said in words for them, each side
effect once, by how often it comes. Neither amounts nor doses are told to people.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from keel.knowledge import Certainty, Knowledge
from keel.knowledge.base import find
from keel.knowledge.interactions import ClassRule, Danger, KetamineForm
from keel.knowledge.monographs import AdverseEffect, EffectSeries, Frequency, Part
from keel.knowledge.monographs import Monograph as Named
from keel.messages import Message, Numeral, Slot, joined, listed


class Audience(StrEnum):
    """For whom a monograph is written."""

    PEOPLE = "people"
    PROFESSIONALS = "professionals"


class Entry(msgspec.Struct, frozen=True):
    """One line: what it is about, what is said, and what it rests on."""

    id: str
    label: str
    text: str
    sources: tuple[str, ...]
    certainty: Certainty | None
    conflicts: tuple[str, ...] = ()


class EffectRow(msgspec.Struct, frozen=True):
    """How often one effect came: in words, and as counted, with those of the comparison."""

    id: str
    effect: str
    figure: str
    comparison: str
    frequency: Frequency
    how_often: str
    timing: str
    seriousness: str
    count: int | None
    of: int | None
    percent: float | None
    other_count: int | None
    other_of: int | None
    other_percent: float | None
    conflicts: tuple[str, ...]
    see: str


class EffectGroup(msgspec.Struct, frozen=True):
    """Side effects of one table together: for people those of one class of frequency. `about` says who was counted."""

    title: str
    about: tuple[str, ...]
    rows: tuple[EffectRow, ...]
    sources: tuple[str, ...]
    certainty: Certainty


class Section(msgspec.Struct, frozen=True):
    """A part of a monograph: lines, or groups of side effects."""

    id: str
    title: str
    entries: tuple[Entry, ...] = ()
    groups: tuple[EffectGroup, ...] = ()


class Monograph(msgspec.Struct, frozen=True, kw_only=True):
    """A monograph as it is shown. `conflicts` are questions on which its sources disagree."""

    substance: str
    audience: Audience
    title: str
    summary: str
    sections: tuple[Section, ...]
    conflicts: tuple[str, ...]
    knowledge_hash: str


EFFECTS, INTERACTIONS = "effects", "interactions"
_TITLES: dict[str, Message] = {
    Part.WHAT: Message("What it is"),
    Part.APPROVAL: Message("Where it is approved, and for what"),
    Part.CONTROL: Message("Control and warnings of authorities"),
    Part.DOSE: Message("Doses as labelled and as studied"),
    Part.CONTRAINDICATION: Message("When it must not be used"),
    Part.WARNING: Message("Warnings"),
    EFFECTS: Message("Side effects, and how often they come"),
    Part.WHEN: Message("When side effects come and go"),
    Part.TODO: Message("When to get help"),
    INTERACTIONS: Message("With other medicines and drugs"),
    Part.GROUPS: Message("Pregnancy, age, liver, kidney"),
    Part.DEPENDENCE: Message("Misuse and dependence"),
    Part.OVERDOSE: Message("Too much"),
    Part.UNKNOWN: Message("What nobody knows yet"),
}
_FIRST_FOR_PEOPLE: tuple[str, ...] = (
    Part.WHAT,
    Part.TODO,
    EFFECTS,
    Part.WHEN,
    Part.WARNING,
    Part.CONTRAINDICATION,
    INTERACTIONS,
)
_CLASSES = {
    Frequency.VERY_COMMON: Message("Very common: 1 in 10 people or more"),
    Frequency.COMMON: Message("Common: up to 1 in 10 people"),
    Frequency.UNCOMMON: Message("Uncommon: up to 1 in 100 people"),
    Frequency.RARE: Message("Rare: up to 1 in 1,000 people"),
    Frequency.VERY_RARE: Message("Very rare: fewer than 1 in 10,000 people"),
    Frequency.NOT_KNOWN: Message("How often is not known"),
}


def monograph_of(name: str, audience: Audience, knowledge: Knowledge) -> Monograph:
    """The monograph called `name`; UnknownId names the others. Sections without a line are left out."""
    one = _called(name, knowledge)
    is_for_people = audience is Audience.PEOPLE
    tables = [table for table in knowledge.effect_series.values() if table.monograph == one.id]
    groups = _by_frequency(tables, knowledge) if is_for_people else _by_table(tables, knowledge)
    order = dict.fromkeys([*(_FIRST_FOR_PEOPLE if is_for_people else ()), *_TITLES])
    sections = []
    for part in order:
        if part == EFFECTS:
            entries: tuple[Entry, ...] = ()
        elif part == INTERACTIONS:
            entries = tuple(_interactions(one.form, is_for_people, knowledge))
        else:
            entries = tuple(_statements(one.id, part, is_for_people, knowledge))
        section = Section(str(part), _TITLES[part], entries, tuple(groups) if part == EFFECTS else ())
        sections += [section] if section.entries or section.groups else []
    told = [name for section in sections for name in _conflicts_of(section)]
    return Monograph(
        substance=one.id,
        audience=audience,
        title=Message(one.title),
        summary=Message(one.plain if is_for_people else one.summary),
        sections=tuple(sections),
        conflicts=one.plain_conflicts if is_for_people else tuple(dict.fromkeys([*one.conflicts, *told])),
        knowledge_hash=knowledge.hash,
    )


def _called(name: str, knowledge: Knowledge) -> Named:
    """The monograph of this id, of this form of ketamine, or of the one substance that a name or brand stands for."""
    monographs, lowered = knowledge.monographs, name.strip().casefold()
    synonym = knowledge.synonyms.get(lowered)
    wanted = synonym.substances[0] if synonym and len(synonym.substances) == 1 else lowered
    by_form = next((one for one in monographs.values() if one.form == wanted), None)
    return by_form or find(Message("monograph"), monographs, wanted)


def _conflicts_of(section: Section) -> Iterator[str]:
    for entry in section.entries:
        yield from entry.conflicts
    for group in section.groups:
        for row in group.rows:
            yield from row.conflicts


def _statements(monograph: str, part: str, is_for_people: bool, knowledge: Knowledge) -> Iterator[Entry]:
    found = [one for one in knowledge.monograph_statements.values() if monograph in one.monographs]
    for one in sorted((one for one in found if one.section == part), key=lambda one: one.order):
        if text := one.plain if is_for_people else one.text:
            label = Message(one.label)
            if one.date and not is_for_people:
                label = Message("{place}, {date}", place=label, date=Numeral(one.date))
            yield Entry(one.id, label, Message(text), one.sources, one.certainty, one.conflicts)


def _interactions(form: KetamineForm, is_for_people: bool, knowledge: Knowledge) -> Iterator[Entry]:
    """What acts on ketamine: for people the serious classes and what to do, for professionals by mechanism."""
    rules = [one for one in knowledge.interaction_classes.values() if one.applies_to in (KetamineForm.BOTH, form)]
    rules.sort(key=lambda one: (one.severity.rank, one.label))
    if is_for_people:
        for one in rules:
            action = one.public_action.removeprefix("-") or ("" if one.public_action else one.action)
            if one.severity in (Danger.CONTRAINDICATED, Danger.MAJOR) and action:
                effects = listed([Message(knowledge.mechanisms[name].means) for name in one.mechanisms])
                text = Message("{effect}. {action}.", effect=effects, action=Message(action)).capital()
                yield Entry(one.id, Message(one.label).capital(), text, one.sources, None)
        return
    for mechanism in knowledge.mechanisms.values():
        acting = [one for one in rules if mechanism.id in one.mechanisms]
        if acting:
            sources = tuple(dict.fromkeys(source for one in acting for source in one.sources))
            conflicts = tuple(dict.fromkeys(name for one in acting for name in one.conflicts))
            text = joined("; ", _by_danger(acting))
            yield Entry(mechanism.id, Message(mechanism.means).capital(), text, sources, None, conflicts)


def _by_danger(rules: Sequence[ClassRule]) -> Iterator[Message]:
    for danger in Danger:
        if labels := listed([Message(one.label) for one in rules if one.severity is danger]):
            yield Message("{danger}: {classes}", danger=Message(danger), classes=labels)


def _by_table(tables: Sequence[EffectSeries], knowledge: Knowledge) -> Iterator[EffectGroup]:
    """Every table as it was printed, the most frequent first."""
    for table in tables:
        rows = [_row(one, table, knowledge, is_for_people=False) for one in _effects(table, knowledge)]
        about = [Message(text) for text in (table.route, table.counted, table.timing) if text]
        if table.comparator:
            about.append(Message("compared with {comparator}", comparator=Message(table.comparator)))
        rows.sort(key=_most_frequent_first)
        study = knowledge.sources[table.sources[0]].short_name
        title = Message("{study}: {population}", study=study, population=Message(table.population))
        yield EffectGroup(title, tuple(about), tuple(rows), table.sources, table.certainty)


def _by_frequency(tables: Sequence[EffectSeries], knowledge: Knowledge) -> Iterator[EffectGroup]:
    """Each effect once, from the first table for people that has it, the most frequent first."""
    shown = sorted((one for one in tables if one.people_order), key=lambda one: one.people_order or 0)
    chosen: dict[str, tuple[EffectSeries, EffectRow]] = {}
    for table in shown:
        for one in _effects(table, knowledge):
            chosen.setdefault(one.term, (table, _row(one, table, knowledge, is_for_people=True)))
    for frequency, title in _CLASSES.items():
        for table in shown:
            rows = [row for origin, row in chosen.values() if origin is table and row.frequency is frequency]
            if rows:
                rows.sort(key=_most_frequent_first)
                yield EffectGroup(title, (Message(table.who),), tuple(rows), table.sources, table.certainty)


def _most_frequent_first(row: EffectRow) -> tuple[int, float]:
    return list(Frequency).index(row.frequency), -(row.percent or 0)


def _effects(table: EffectSeries, knowledge: Knowledge) -> list[AdverseEffect]:
    return [one for one in knowledge.adverse_effects.values() if one.series == table.id]


def _row(one: AdverseEffect, table: EffectSeries, knowledge: Knowledge, *, is_for_people: bool) -> EffectRow:
    term = knowledge.effect_terms[one.term]
    see = knowledge.monograph_statements[term.see] if term.see else None
    other = _share(one.other_percent, one.other_count, one.other_of, "", is_for_people)
    comparator = table.plain_comparator if is_for_people else table.comparator
    if other and comparator:
        other = Message("{figure} with {comparator}", figure=other, comparator=Message(comparator))
    if one.other and not is_for_people:
        other = joined("; ", [text for text in (other, Message(one.other)) if text])
    return EffectRow(
        id=one.id,
        effect=Message(term.words if is_for_people else term.term),
        figure=_share(one.percent, one.count, one.of, one.figure, is_for_people),
        comparison=other,
        frequency=one.how_often,
        how_often=_CLASSES[one.how_often],
        timing=Message("" if is_for_people else one.timing),
        seriousness=Message("" if is_for_people else one.seriousness),
        count=one.count,
        of=one.of,
        percent=one.percent,
        other_count=one.other_count,
        other_of=one.other_of,
        other_percent=one.other_percent,
        conflicts=one.conflicts,
        see=Message((see.plain if is_for_people else see.text) if see else ""),
    )


def _share(percent: float | None, count: int | None, of: int | None, words: str, is_for_people: bool) -> Message:
    """A share in words: of 100 people, with who was counted; as printed where it is not a share."""
    if percent is None:
        return Message(words)
    slots: dict[str, Slot] = {"part": count, "whole": of} if count is not None and of is not None else {}
    if is_for_people:
        figure = Message("{number} of 100", number=Numeral(f"{percent:.0f}"))
        if 0 < percent < 1:
            figure = Message("fewer than 1 of 100")
        return Message("{figure} ({part} of {whole})", figure=figure, **slots) if slots else figure
    figure = Message("{number}%", number=Numeral(f"{percent:.1f}" if percent >= 0.1 else f"{percent:.1g}"))
    if slots:
        figure = Message("{part}/{whole} ({figure})", figure=figure, **slots)
    elif of is not None:
        figure = Message("{figure} of {whole}", figure=figure, whole=of)
    return joined("; ", [figure, Message(words)]) if words else figure
