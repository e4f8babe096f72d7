"""The interaction tables agree with each other: rows with their classes, names with rows, groups with classes."""

import re
from collections.abc import Iterator, Mapping

from keel.knowledge.interactions.shape import (
    ClassRule,
    ClassWord,
    Danger,
    Interaction,
    Mechanism,
    NameKind,
    Product,
    RouteLimit,
    Synonym,
)
from keel.knowledge.models.routes import Route
from keel.knowledge.modifiers.shape import Modifier
from keel.knowledge.problem import Problem, error

Interactions = Mapping[str, Interaction]
ClassRules = Mapping[str, ClassRule]
Names = Mapping[str, tuple[str, ...]]


def interaction_problems(
    interactions: Interactions, interaction_classes: ClassRules, modifiers: Mapping[str, Modifier]
) -> Iterator[Problem]:
    """Rows that disagree with their classes, or name a class or modifier that is not there."""
    for row in interactions.values():
        where = f"interactions/{row.id}"
        unknown = [name for name in row.classes if name not in interaction_classes]
        for name in unknown:
            yield _error(where, f"no class is called “{name}”. Take one of class-rules/classes.csv.")
        if row.modifier and row.modifier not in modifiers:
            yield _error(where, f"no modifier is called “{row.modifier}”. Fix the name or leave the cell empty.")
        if not row.classes:
            yield _error(where, "has no class. Name one of class-rules/classes.csv.")
        elif not unknown:
            for message in _disagreements(row, [interaction_classes[name] for name in row.classes]):
                yield _error(where, message)


def _disagreements(row: Interaction, rules: list[ClassRule]) -> Iterator[str]:
    worst = Danger.worst([rule.severity for rule in rules])
    if worst is not row.severity:
        yield f"severity is {row.severity}, its classes say {worst}. Make them the same."
    mechanisms = {name for rule in rules for name in rule.mechanisms}
    if mechanisms != set(row.mechanisms):
        yield f"mechanisms differ from those of its classes: {', '.join(sorted(mechanisms ^ set(row.mechanisms)))}."


def class_problems(
    interaction_classes: ClassRules,
    interactions: Interactions,
    mechanisms: Mapping[str, Mechanism],
    routes: Mapping[str, Route],
    route_limits: Mapping[str, RouteLimit],
) -> Iterator[Problem]:
    """Classes that nothing has, that contradict themselves, or that name a mechanism or route that is not there."""
    used = {name for row in interactions.values() for name in row.classes}
    for rule in interaction_classes.values():
        where = f"interaction_classes/{rule.id}"
        for name in set(rule.mechanisms) - set(mechanisms):
            yield _error(where, f"no mechanism is called “{name}”. Take one of class-rules/mechanisms.csv.")
        for name in set(rule.weak_routes) - set(routes):
            yield _error(where, f"no route is called “{name}”. Take one of routes/.")
        for name in set(rule.weak_routes) - set(route_limits) if rule.changes_exposure else ():
            yield _error(where, f"class-rules/route-limits.csv has no line for “{name}”. Add it.")
        if bool(rule.weak_routes) != (rule.weak_severity is not None):
            yield _error(where, "weak_routes and weak_severity need each other. Fill in both or neither.")
        if rule.weak_severity and rule.weak_severity.rank < rule.severity.rank:
            yield _error(where, "weak_severity is more serious than severity. Turn them round.")
        if rule.id not in used:
            yield _error(where, "no row of interactions.csv has this class. Name it in a row, or take it out.")


def synonym_problems(
    synonyms: Mapping[str, Synonym], interactions: Interactions, medicine_names: Names, combinations: Names
) -> Iterator[Problem]:
    """Names of substances that have no row, and brands with fewer substances than a vocabulary lists.

    An ambiguous name may also lead to a substance with nothing on file.
    """
    rows, others = _names(interactions, medicine_names)
    for alias in synonyms.values():
        for name in sorted(set(alias.substances) - rows - (others if alias.ambiguous else set())):
            yield _error(f"synonyms/{alias.alias}", f"no row of interactions.csv is called “{name}”. Add it, or fix.")
        if alias.kind is NameKind.BRAND and not alias.ambiguous:
            yield from _lost_parts(f"synonyms/{alias.alias}", alias.alias, alias.substances, combinations)


def product_problems(
    products: Mapping[str, Product], interactions: Interactions, medicine_names: Names, combinations: Names
) -> Iterator[Problem]:
    """Products of which a part is not known, or of which a vocabulary lists more parts."""
    rows, others = _names(interactions, medicine_names)
    for product in products.values():
        yield from _unknown(f"products/{product.name}", product.substances, rows | others)
        yield from _lost_parts(f"products/{product.name}", product.name, product.substances, combinations)


def _lost_parts(where: str, name: str, substances: tuple[str, ...], combinations: Names) -> Iterator[Problem]:
    listed = combinations.get(key_of(name), ())
    if len(listed) > len(substances):
        parts = ", ".join(listed)
        yield _error(where, f"a vocabulary lists more in it: {parts}. Write all of them into products.csv.")


def key_of(name: str) -> str:
    """A brand as vocabulary/combinations.csv writes it: lower case, words by single spaces.

    >>> key_of("Exforge-HCT")
    'exforge hct'
    """
    return " ".join(re.findall(r"[^\W_]+", name.lower().replace("'", "").replace("’", "")))


def class_word_problems(
    class_words: Mapping[str, ClassWord],
    interaction_classes: ClassRules,
    interactions: Interactions,
    medicine_names: Names,
) -> Iterator[Problem]:
    """Words for groups whose classes or examples are not known."""
    rows, others = _names(interactions, medicine_names)
    for group in class_words.values():
        where = f"class_words/{group.id}"
        for name in sorted(set(group.classes) - set(interaction_classes)):
            yield _error(where, f"no class is called “{name}”. Take one of class-rules/classes.csv.")
        yield from _unknown(where, group.examples, rows | others)


def _unknown(where: str, substances: tuple[str, ...], known: set[str]) -> Iterator[Problem]:
    for name in sorted(set(substances) - known):
        yield _error(where, f"“{name}” is neither a row nor a known name. Fix it.")


def _names(interactions: Interactions, medicine_names: Names) -> tuple[set[str], set[str]]:
    """Names of rows, and of what has no row. A second name of something with a row would hide the interaction."""
    rows = {row.name for row in interactions.values()}
    contents = {name for contained in medicine_names.values() for name in contained}
    return rows, contents | {name for name, contained in medicine_names.items() if rows.isdisjoint(contained)}


def _error(where: str, message: str) -> Problem:
    return error("interactions", where, message)
