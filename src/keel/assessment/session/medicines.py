"""What the medicines of a session bring to the gate."""

import msgspec

from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.report import Item, Match, Status
from keel.assessment.interactions.unchecked import unchecked
from keel.assessment.protocols.record_facts import medicine_facts
from keel.assessment.session.facts import MedicineList
from keel.findings import Finding, Severity
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol


def medicine_list(listed: tuple[str, ...], protocol: Protocol, route: str, knowledge: Knowledge) -> MedicineList:
    """What a list says under a protocol."""
    return MedicineList(dict(medicine_facts(listed, knowledge)), _findings(listed, protocol, route, knowledge))


def _findings(listed: tuple[str, ...], protocol: Protocol, route: str, knowledge: Knowledge) -> tuple[Finding, ...]:
    """What the medicine list brings to the gate before a dose, by the one checker.

    What a label forbids blocks, what is major holds until a prescriber has decided (interactions reference,
    section 1); what is weaker speaks through the rules of the protocol. A name that was not recognised warns; one that
    may mean something grave (“coke”) holds until it is said.
    """
    if not listed:
        return ()
    known_route = route if route in knowledge.routes else None
    report = check_recorded(listed, substance=protocol.substance or None, route=known_route, knowledge=knowledge)
    grave = [one for one in report.findings if one.severity in (Severity.BLOCK, Severity.HOLD)]
    named = [name for one in report.items if _is_open_name(one) for name in one.did_you_mean]
    may_be = check_recorded(named, substance=protocol.substance or None, route=known_route, knowledge=knowledge)
    of_grave = {
        one.message
        for one in report.items
        if _is_open_name(one) and any(each.input in one.did_you_mean and _is_grave(each) for each in may_be.items)
    }
    for finding in unchecked(report):
        severity = Severity.HOLD if finding.summary in of_grave else finding.severity
        grave.append(msgspec.structs.replace(finding, severity=severity))
    return tuple(grave)


def _is_open_name(item: Item) -> bool:
    """Whether a name was found as typed and may mean several things; a guess at a misspelling is none."""
    return item.status is Status.AMBIGUOUS and item.how is not Match.FUZZY


def _is_grave(item: Item) -> bool:
    return any(one.severity in (Severity.BLOCK, Severity.HOLD) for one in item.findings)
