"""What is due and overdue in a session: the schedule of its protocol against the vital signs on record.

A check is done when its reading comes at most a little before its time, or at any time after it. Once the next reading
is there, an earlier gap is no longer due; it is listed as missed.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from keel.assessment.session.check_times import Anchors, CheckTime, check_times
from keel.assessment.session.events import Started, minutes_between
from keel.assessment.session.state import DueCheck, MissedCheck
from keel.assessment.session.view import SessionView
from keel.assessment.session.vitals import Vitals
from keel.findings import Severity
from keel.knowledge.protocols import CHECKS
from keel.messages import Message, listed


def due_checks(view: SessionView) -> tuple[tuple[DueCheck, ...], tuple[MissedCheck, ...]]:
    """What is due now or next, earliest first; and what was missed."""
    at, anchors, until = view.at, _anchors(view), _laid_out_until(view)
    timed_checks = [timed for timed in view.protocol.slots if not timed.routes or view.route in timed.routes]
    missed: dict[tuple[dt.datetime, str], list[str]] = {}
    open_now: dict[str, list[CheckTime]] = {}
    coming: dict[str, list[CheckTime]] = {}
    for check in dict.fromkeys(check for timed in timed_checks for check in timed.checks):
        done = _done_at(view.vitals, check)
        times = [one for timed in timed_checks for one in check_times(timed, check, view.protocol, anchors, until)]
        times.sort(key=lambda one: one.order)
        newest = max(done, default=None)
        for one, following in zip(times, _next_counts_from(times), strict=True):
            is_done = newest is not None and newest >= one.counts_from
            if one.due_at > at:
                if not is_done:
                    coming.setdefault(one.timed.id, []).append(one)
            elif not is_done:
                open_now.setdefault(one.timed.id, []).append(one)
            elif one.timed.ends != "dose_start" and not _was_done(one, following, done):
                missed.setdefault((one.due_at, one.timed.title), []).append(check)
    # A close check that is late is one thing to do, not two.
    ahead = {name: ones for name, ones in coming.items() if name not in open_now or ones[0].timed.anchor != "trigger"}
    due = [_due(ones, at) for found in (open_now, ahead) for ones in found.values()]
    gaps = tuple(
        MissedCheck(what=_what(title, checks), due_at=when) for (when, title), checks in sorted(missed.items())
    )
    return tuple(sorted([*due, *_repeats(view)], key=lambda one: (one.due_at, one.rule))), gaps


def _laid_out_until(view: SessionView) -> dt.datetime:
    """How far the schedule is laid out: to now, but not for years in a session that nobody closed."""
    if not view.events:
        return view.at
    return min(view.at, view.events[-1].at + dt.timedelta(days=view.knowledge.reading_limits.longest_session.value))


def _anchors(view: SessionView) -> Anchors:
    dose, devices = view.dose, view.dose.devices
    first_event = view.events[0].at if view.events else None
    return Anchors(
        session_start=next((one.at for one in view.events if isinstance(one, Started)), first_event),
        dose_start=dose.first_at,
        dose_end=dose.ended_at,
        first_device=devices[0].at if devices else None,
        last_device=devices[-1].at if devices else None,
        trigger=_trigger(view),
        discharge=view.left_at,
    )


def _trigger(view: SessionView) -> dt.datetime | None:
    """The newest set or pause while close checks still run: until enough sets in a row are in range.

    Out of range asks for `stable_sets` more, a warning for one. Looked at from the newest back: what lies before the
    last that decides plays no part, so that a monitor's hundreds of sets are not all judged anew.
    """
    enough, in_range = view.cut("stable_sets"), 0
    if enough is None or not view.turns:
        return None
    last = view.turns[-1][0]
    for moment, is_pause in reversed(view.turns):
        found = () if is_pause else view.at_moment(moment).out_of_range
        if is_pause or any(one.severity in (Severity.BLOCK, Severity.HOLD) for one in found):
            return last
        if found and not in_range:
            return last
        in_range += not found
        if in_range >= enough:
            return None
    return None


def _repeats(view: SessionView) -> Iterator[DueCheck]:
    """Before the dose: readings that a rule wants to see again."""
    if view.dose.has_begun or not view.vitals.sets:
        return
    rules = {rule.id: rule for rule in view.protocol.rules}
    for finding in view.ask(view.protocol.gates.start, view.facts):
        rule = rules[finding.rule]
        if rule.repeat:
            when = view.vitals.sets[-1].at + dt.timedelta(minutes=view.protocol.number(rule.repeat))
            what = Message("Repeat the reading: {title}", title=Message(rule.title[0].lower() + rule.title[1:]))
            yield _check(what, when, view.at, rule.id)


def _done_at(vitals: Vitals, check: str) -> list[dt.datetime]:
    """When a check was done."""
    if check == "bp":
        return [one.at for one in vitals.pressures]
    facts = {"sedation": ("moaas",), "dissociation": ("cadss6", "cadss", "dissociation")}.get(check, (check,))
    return sorted(one.at for fact in facts for one in vitals.of(fact))


def _next_counts_from(times: Sequence[CheckTime]) -> list[dt.datetime | None]:
    """For each time of one check, in order, from when on a reading counts for the next later one."""
    found: list[dt.datetime | None] = []
    later: CheckTime | None = None
    for one, following in zip(reversed(times), [None, *reversed(times)], strict=False):
        if following is not None and following.due_at > one.due_at:
            later = following
        found.append(later.counts_from if later else None)
    return found[::-1]


def _was_done(one: CheckTime, after: dt.datetime | None, done: Sequence[dt.datetime]) -> bool:
    """Whether a reading came between a due time and the next one of the same check; `done` is in order."""
    first = bisect_left(done, one.counts_from)
    return first < len(done) and (after is None or done[first] < after)


def _due(ones: Sequence[CheckTime], at: dt.datetime) -> DueCheck:
    first = min(ones, key=lambda one: one.order)
    checks = tuple(dict.fromkeys(one.check for one in ones))
    return _check(_what(first.timed.title, checks), first.due_at, at, first.timed.id, checks)


def _check(what: Message, due_at: dt.datetime, at: dt.datetime, rule: str, checks: tuple[str, ...] = ()) -> DueCheck:
    late = minutes_between(due_at, at)
    overdue = max(0.0, round(late, 2))
    return DueCheck(what=what, due_at=due_at, overdue=late > 0, minutes_overdue=overdue, checks=checks, rule=rule)


def _what(title: str, checks: Sequence[str]) -> Message:
    names = listed(Message(CHECKS[check]) for check in checks)
    return Message("{title}: {checks}", title=Message(title), checks=names)
