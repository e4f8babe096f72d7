"""The interaction tables agree with each other: rows with their classes, names with rows, groups with classes."""

from collections.abc import Iterator

from keel.knowledge.base import Knowledge
from keel.knowledge.checks.problem import Problem, error
from keel.knowledge.interactions.shape import ClassRule, Danger, Interaction


def interaction_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Every place where two of the tables disagree, with how to mend it."""
    yield from _row_problems(knowledge)
    yield from _class_problems(knowledge)
    yield from _name_problems(knowledge)


def _row_problems(knowledge: Knowledge) -> Iterator[Problem]:
    classes = knowledge.interaction_classes
    for row in knowledge.interactions.values():
        where = f"interactions/{row.id}"
        unknown = [name for name in row.classes if name not in classes]
        for name in unknown:
            yield _error(where, f"no class is called “{name}”. Take one of class-rules/classes.csv.")
        if row.modifier and row.modifier not in knowledge.modifiers:
            yield _error(where, f"no modifier is called “{row.modifier}”. Mend the name or leave the cell empty.")
        if not row.classes:
            yield _error(where, "has no class. Name one of class-rules/classes.csv.")
        elif not unknown:
            for message in _disagreements(row, [classes[name] for name in row.classes]):
                yield _error(where, message)


def _disagreements(row: Interaction, rules: list[ClassRule]) -> Iterator[str]:
    worst = Danger.worst([rule.severity for rule in rules])
    if worst is not row.severity:
        yield f"severity is {row.severity}, its classes say {worst}. Make them the same."
    mechanisms = {name for rule in rules for name in rule.mechanisms}
    if mechanisms != set(row.mechanisms):
        yield f"mechanisms differ from those of its classes: {', '.join(sorted(mechanisms ^ set(row.mechanisms)))}."


def _class_problems(knowledge: Knowledge) -> Iterator[Problem]:
    used = {name for row in knowledge.interactions.values() for name in row.classes}
    for rule in knowledge.interaction_classes.values():
        where = f"interaction_classes/{rule.id}"
        for name in set(rule.mechanisms) - set(knowledge.mechanisms):
            yield _error(where, f"no mechanism is called “{name}”. Take one of class-rules/mechanisms.csv.")
        for name in set(rule.weak_routes) - set(knowledge.routes):
            yield _error(where, f"no route is called “{name}”. Take one of routes/.")
        for name in set(rule.weak_routes) - set(knowledge.route_limits) if rule.changes_exposure else ():
            yield _error(where, f"class-rules/route-limits.csv has no line for “{name}”. Add it.")
        if bool(rule.weak_routes) != (rule.weak_severity is not None):
            yield _error(where, "weak_routes and weak_severity need each other. Fill in both or neither.")
        if rule.weak_severity and rule.weak_severity.rank < rule.severity.rank:
            yield _error(where, "weak_severity is more serious than severity. Turn them round.")
        if rule.id not in used:
            yield _error(where, "no row of interactions.csv has this class. Name it in a row, or take it out.")


def _name_problems(knowledge: Knowledge) -> Iterator[Problem]:
    rows = {row.name for row in knowledge.interactions.values()}
    others = _other_names(knowledge, rows)
    for alias in knowledge.synonyms.values():
        unknown = set(alias.substances) - rows - (others if alias.ambiguous else set())
        for name in sorted(unknown):
            yield _error(f"synonyms/{alias.alias}", f"no row of interactions.csv is called “{name}”. Add it, or mend.")
    for product in knowledge.products.values():
        for name in sorted(set(product.substances) - rows - others):
            yield _error(f"products/{product.name}", f"“{name}” is neither a row nor a known name. Mend it.")
    for group in knowledge.class_words.values():
        for name in sorted(set(group.classes) - set(knowledge.interaction_classes)):
            yield _error(
                f"class_words/{group.id}", f"no class is called “{name}”. Take one of class-rules/classes.csv."
            )
        for name in sorted(set(group.examples) - rows - others):
            yield _error(f"class_words/{group.id}", f"“{name}” is neither a row nor a known name. Mend it.")


def _other_names(knowledge: Knowledge, rows: set[str]) -> set[str]:
    """Names of what has no row. A second name of something with a row is none: it would hide the interaction."""
    names = {name for contents in knowledge.medicine_names.values() for name in contents}
    return names | {name for name, contents in knowledge.medicine_names.items() if rows.isdisjoint(contents)}


def _error(where: str, message: str) -> Problem:
    return error("interactions", where, message)
