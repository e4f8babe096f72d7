"""Completes protocols: takes over what one includes of another, and refuses names that lead nowhere.

A cut that a protocol defines itself is the one its rules use, also those it took over.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.conditions import Condition
from keel.knowledge.errors import FactsFileError
from keel.knowledge.protocols.shape import CHECKS, Inclusion, Protocol, Rule, Statement, TimedCheck, leaves

_ORDERED = (">", ">=", "<", "<=")


def complete_protocols(
    protocols: Mapping[str, Protocol], clinical_facts: Mapping[str, ClinicalFact]
) -> Mapping[str, Protocol]:
    """The protocols with their includes resolved; FactsFileError for a name that leads nowhere."""
    resolved = {name: _with_included(protocol, protocols) for name, protocol in protocols.items()}
    problems = [problem for protocol in resolved.values() for problem in protocol_problems(protocol, clinical_facts)]
    if problems:
        raise FactsFileError(problems[0])
    return resolved


def _with_included(protocol: Protocol, protocols: Mapping[str, Protocol]) -> Protocol:
    if not protocol.includes:
        return protocol
    rules, slots, cuts, dosing = list(protocol.rules), list(protocol.slots), dict(protocol.cuts), protocol.dosing
    for included in protocol.includes:
        other = protocols.get(included.protocol)
        if other is None or other.includes:
            raise FactsFileError(
                f"protocols/{protocol.id}.toml: includes “{included.protocol}”, which is not there or includes others. "
                "Name a protocol that stands on its own."
            )
        rules += [_limited(rule, included) for rule in other.rules_of(*included.phases)]
        slots += [_limited_check(timed, included) for timed in _named(other, included)]
        cuts = {**other.cuts, **cuts}
        dosing = other.dosing if included.dosing else dosing
    return msgspec.structs.replace(protocol, rules=tuple(rules), slots=tuple(slots), cuts=cuts, dosing=dosing)


def _named(other: Protocol, included: Inclusion) -> Iterator[TimedCheck]:
    known = {timed.id: timed for timed in other.slots}
    for name in included.slots:
        if name not in known:
            raise FactsFileError(f"protocols/{other.id}.toml has no slot “{name}”. Near: {', '.join(known)}.")
        yield known[name]


def _limited(rule: Rule, included: Inclusion) -> Rule:
    return msgspec.structs.replace(rule, routes=included.routes) if included.routes and not rule.routes else rule


def _limited_check(timed: TimedCheck, included: Inclusion) -> TimedCheck:
    return msgspec.structs.replace(timed, routes=included.routes) if included.routes and not timed.routes else timed


def protocol_problems(protocol: Protocol, facts: Mapping[str, ClinicalFact]) -> Iterator[str]:
    """What does not hold together inside one protocol, one line each; empty when all is well."""
    where = f"protocols/{protocol.id}.toml"
    ids = [rule.id for rule in protocol.rules]
    for repeated in sorted({rule for rule in ids if ids.count(rule) > 1}):
        yield f"{where}: the rule {repeated} stands there twice. Give one of them another id."
    levels = {level.id for level in protocol.levels}
    for rule in protocol.rules:
        for problem in _rule_problems(rule, protocol, facts, set(ids), levels):
            yield f"{where}: rule {rule.id}: {problem}"
    for statement in (*protocol.work_up, *protocol.positions):
        for problem in _date_problems(statement):
            yield f"{where}: {statement.id}: {problem}"
    for statement in (
        *protocol.dosing.published,
        *protocol.course,
        *protocol.duties,
        *protocol.practice,
        *protocol.leaving,
    ):
        if statement.valid_from or statement.valid_to:
            yield f"{where}: {statement.id}: only [[positions]] and [[work_up]] are read by date. Leave the dates out."
    for timed in protocol.slots:
        for problem in _timed_check_problems(timed, protocol):
            yield f"{where}: slot {timed.id}: {problem}"
    for name in _dosing_cuts(protocol):
        if name not in protocol.cuts:
            yield f"{where}: dosing names the cut “{name}”, which is not in [cuts]."


def _rule_problems(
    rule: Rule, protocol: Protocol, facts: Mapping[str, ClinicalFact], ids: set[str], levels: set[str]
) -> Iterator[str]:
    for leaf in leaves(rule.when):
        yield from _leaf_problems(leaf, protocol, facts)
    for fact in rule.needs:
        if fact not in facts:
            yield f"needs the fact “{fact}”, which is not in clinical-facts.csv."
    for other in rule.yields_to:
        if other not in ids and not other.startswith(protocol.letter):
            yield f"yields to “{other}”, which is not a rule of this protocol."
    if rule.repeat and rule.repeat not in protocol.cuts:
        yield f"repeat names the cut “{rule.repeat}”, which is not in [cuts]."
    if rule.level and rule.level not in levels:
        yield f"level “{rule.level}” is not one of {', '.join(sorted(levels))}."
    yield from _date_problems(rule)


def _date_problems(one: Rule | Statement) -> Iterator[str]:
    if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
        yield "valid_to lies before valid_from."


def _leaf_problems(leaf: Condition, protocol: Protocol, facts: Mapping[str, ClinicalFact]) -> Iterator[str]:
    fact = facts.get(leaf.fact)
    if fact is None:
        yield f"asks about “{leaf.fact}”, which is not in clinical-facts.csv. Add a row, or fix the name."
        return
    if leaf.cut:
        cut = protocol.cuts.get(leaf.cut)
        if cut is None:
            yield f"uses the cut “{leaf.cut}”, which is not in [cuts]."
        elif not same_unit(cut.unit, fact.unit):
            yield f"compares {leaf.fact} in {fact.unit} with the cut {leaf.cut} in {cut.unit}. Use one unit."
    if leaf.op in _ORDERED and fact.kind is not FactKind.NUMBER:
        yield f"{leaf.fact} is not a number: `{leaf.op}` cannot be tried on it."
    if fact.kind is FactKind.YES_NO and leaf.op in ("is", "is_not") and not isinstance(leaf.value, bool):
        yield f"{leaf.fact} is yes or no: compare it with true or false."
    if fact.kind is FactKind.CHOICE and leaf.op in ("is", "is_not", "in"):
        wanted = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        for value in wanted:
            if value not in fact.choices:
                yield f"{leaf.fact} is never “{value}”; it is one of {', '.join(fact.choices)}."


def same_unit(one: str, other: str) -> bool:
    """Whether two units may be compared as they stand: the same code, annotations and bare ratios being alike."""
    plain = {"{score}": "1", "{session}": "1", "/wk": "1", "": "1"}
    return plain.get(one, one) == plain.get(other, other)


def _timed_check_problems(timed: TimedCheck, protocol: Protocol) -> Iterator[str]:
    for check in timed.checks:
        if check not in CHECKS:
            yield f"checks “{check}”, which is not one of {', '.join(CHECKS)}."
    for name in filter(None, (timed.first, timed.every, timed.until, timed.early)):
        cut = protocol.cuts.get(name)
        if cut is None:
            yield f"names the cut “{name}”, which is not in [cuts]."
        elif cut.unit != "min":
            yield f"names the cut {name} in {cut.unit}; the schedule is in minutes."
    if timed.count and timed.count > 1 and not timed.every:
        yield "counts several times and has no `every`."


def _dosing_cuts(protocol: Protocol) -> Iterable[str]:
    dosing = protocol.dosing
    one = (dosing.per_kg, dosing.over, dosing.bmi_all_weights, dosing.rounding, dosing.ceiling_mg, dosing.dilute_from)
    ideal = (dosing.ideal_male, dosing.ideal_female, dosing.ideal_per_inch, dosing.ideal_from_inch)
    options = [name for option in dosing.options for name in (option.mg, option.least_age, option.below_age)]
    devices = (dosing.device_mg, dosing.apart)
    return filter(None, (*one, *ideal, dosing.adjusted_share, *devices, *dosing.strengths, *options))
