"""Which facts a protocol reads at all, so that one that it does not read is said and not accepted in silence."""

from collections.abc import Iterable

from keel.assessment.protocols.facts import PARTS
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol, facts_of

_ALWAYS = ("person", "plan", "vitals", "derived")
"""Groups of facts that every protocol uses: to work out others, to dose, to watch."""
_SCREENS = ("cssrs_", "asq_")


def facts_read(protocol: Protocol, knowledge: Knowledge) -> frozenset[str]:
    """Every fact that a rule of the protocol reads, and those from which such a one is worked out."""
    read = {name for rule in protocol.rules for name in facts_of(rule)}
    if "level_of_care" in read:
        read |= {name for rule in knowledge.protocols["level-of-care"].rules for name in facts_of(rule)}
    read |= {part for name in list(read) for part in PARTS.get(name, ())}
    if read & {"suicide_risk_high", "suicide_risk_level"}:
        read |= {name for name in knowledge.clinical_facts if name.startswith(_SCREENS)} | {"suicide_risk_level"}
    return frozenset(read)


def not_considered(names: Iterable[str], read: frozenset[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Those of some facts that are not among the `read` ones of a protocol, in their order, each once."""
    catalogue = knowledge.clinical_facts
    return tuple(
        name
        for name in dict.fromkeys(names)
        if name not in read and name in catalogue and catalogue[name].group not in _ALWAYS
    )
