"""What an instrument says of answers that stand among the facts of a gate, where it is stricter than the protocol.

The protocol's rules read answers and totals as facts; the instrument has verbs of its own for the same answers. The
stricter verb holds. Where an instrument leaves the verb to the protocol (`under_protocol`), that is its verb here.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.scoring import score_instrument
from keel.assessment.protocols.facts import PARTS
from keel.assessment.protocols.suicide_facts import SCREENS
from keel.findings import Facts, Finding, Severity
from keel.knowledge import Knowledge

_TOTAL = "total"
FACTS_OF: Mapping[str, Mapping[str, str]] = {
    **SCREENS,
    "moaa-s": {"1": "moaas"},
    "aldrete": {_TOTAL: "aldrete"},
    "cadss": {_TOTAL: "cadss"},
    "cadss-6": {_TOTAL: "cadss6"},
    "phq-9": {_TOTAL: "phq9_total"},
}
"""Instrument to its items and the fact that each is; a total is an item of its own."""
_OF_SUICIDE = ("suicide_risk_high", "suicide_risk_level", "suicide_yes_open", "any_suicide_risk_now")
_GRAVE = (Severity.BLOCK, Severity.HOLD)


def stricter_verbs(facts: Facts, spoken: Iterable[Finding], knowledge: Knowledge) -> Iterator[Finding]:
    """The blocks and holds of instruments whose answers are facts, above what was spoken of the same answers."""
    known = list(spoken)
    for name, items in FACTS_OF.items():
        verbs = [one.severity for one in known if _read(one) & {*items.values()}]
        most = min((verb.rank for verb in verbs), default=len(Severity))
        yield from (one for one in _said(name, items, facts, knowledge) if one.severity.rank < most)


def _said(name: str, items: Mapping[str, str], facts: Facts, knowledge: Knowledge) -> Iterator[Finding]:
    answers = {item: facts[fact] for item, fact in items.items() if facts.get(fact) is not None}
    given = {item: int(value) for item, value in answers.items() if isinstance(value, bool | int | float)}
    instrument = knowledge.instruments.get(name)
    if not given or instrument is None:
        return
    verbs = {f"{name}/{rule.id}": rule.under_protocol for rule in instrument.rules if rule.under_protocol}
    try:
        found = score_instrument(name, given, knowledge=knowledge).findings
    except AnswersRefused:  # the catalogue of facts allows what the instrument does not: the protocol's rules stand
        return
    for one in found:
        under = replace(one, severity=Severity(verbs[one.rule])) if one.rule in verbs else one
        if under.severity in _GRAVE:
            yield under


def _read(finding: Finding) -> set[str]:
    """The facts that a finding speaks of, with the answers from which one was worked out."""
    named = {str(reason.name) for reason in finding.why}
    read = {part for name in named for part in (name, *PARTS.get(name, ()))}
    if read & {*_OF_SUICIDE}:
        read |= {fact for items in SCREENS.values() for fact in items.values()}
    return read
