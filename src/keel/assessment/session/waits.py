"""When a hold ends by itself: the first whole minute at which its rule no longer speaks, nothing else changing.

Only a time that grows ends by itself. The minute is tried on the session as it will stand then, so that the printed
time opens the gate, and the minute before it does not.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator

import msgspec

from keel.assessment.session.answers import GROWS
from keel.assessment.session.view import SessionView
from keel.findings import Finding, Severity
from keel.knowledge.protocols import Rule, leaves
from keel.messages import Message


def with_ends(view: SessionView, findings: Iterable[Finding]) -> list[Finding]:
    """The findings; one that holds or blocks until a time says the time."""
    rules = {rule.id: rule for rule in view.protocol.rules}
    return [
        _until(view, finding, moment)
        if finding.severity in (Severity.BLOCK, Severity.HOLD)
        and finding.rule in rules
        and (moment := _end(view, rules[finding.rule])) is not None
        else finding
        for finding in findings
    ]


def _end(view: SessionView, rule: Rule) -> dt.datetime | None:
    return next((moment for moment in sorted(set(_candidates(view, rule))) if not _speaks(view, rule, moment)), None)


def _candidates(view: SessionView, rule: Rule) -> Iterator[dt.datetime]:
    """The whole minutes at which a time that grows reaches its limit, and those just after."""
    for leaf in leaves(rule.when):
        minutes = next((unit for name, unit in GROWS.items() if leaf.fact.startswith(name)), None)
        value = view.facts.get(leaf.fact)
        if minutes is None or leaf.op not in ("<", "<=") or isinstance(value, bool):
            continue
        limit = view.protocol.cuts[leaf.cut].value if leaf.cut else leaf.value
        if not isinstance(value, int | float) or not isinstance(limit, int | float) or value > limit:
            continue
        exact = view.at + dt.timedelta(minutes=(limit - value) * minutes)
        whole = exact.replace(second=0, microsecond=0)
        late = math.ceil(round((exact - whole).total_seconds() / 60, 6))
        yield whole + dt.timedelta(minutes=late)
        yield whole + dt.timedelta(minutes=late + 1)


def _speaks(view: SessionView, rule: Rule, moment: dt.datetime) -> bool:
    later = view.later(moment)
    return moment <= view.at or any(one.rule == rule.id for one in later.ask([rule.phase], later.facts))


def _until(view: SessionView, finding: Finding, moment: dt.datetime) -> Finding:
    there, here = moment.astimezone(view.zone), view.at.astimezone(view.zone)
    clock = there.strftime("%H:%M" if there.date() == here.date() else "%Y-%m-%d %H:%M")
    summary = Message("{finding} Earliest {time}.", finding=finding.summary, time=clock)
    return msgspec.structs.replace(finding, summary=summary, opens_at=there)
