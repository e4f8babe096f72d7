"""The check of a dose by others than who starts it: how many a clinic wants (`dose_checkers`), and what they read.

A check counts for the order that stood when it was written, where it read the amount of that order.
"""

from collections.abc import Iterator

from keel.assessment.session.events import DeviceGiven, DoseChecked, DoseStarted, Event, Started
from keel.assessment.session.plan import dose_mg
from keel.assessment.session.view import SessionView
from keel.findings import Finding
from keel.messages import Numeral

_SAME_MG = 1e-6


def missing_checks(view: SessionView) -> Iterator[Finding]:
    """How many of those are missing who must check the dose: before it, and where it was started all the same.

    A sheet of paper names them beside the dose.
    """
    needed = view.knowledge.session_rules["session"].cuts.get("dose_checkers")  # rules of older sessions have none
    others = {name for name, one in _newest_checks(view).items() if _fits(one, view)}
    given = next((one for one in view.events if isinstance(one, DoseStarted | DeviceGiven)), None)
    if given is not None:
        others = (others | ({_name(given.checked_by)} if given.sheet else set())) - {_doer(given), ""}
    missing = 0 if needed is None else int(needed.value) - len(others)
    if needed is not None and missing > 0:
        yield view.finding("KEEL-NOT-CHECKED", missing=str(missing), needed=f"{needed.value:g}")


def differing_checks(view: SessionView) -> Iterator[Finding]:
    """What somebody read at their newest check of the order, where it is another amount."""
    for one in _newest_checks(view).values():
        read, ordered = dose_mg(one.amount, view.order.weight_kg), view.plan.mg
        if not _fits(one, view) and read is not None and ordered is not None:
            told = {"read": Numeral(f"{read:g}"), "ordered": Numeral(f"{ordered:g}")}
            yield view.finding("KEEL-CHECK-DIFFERS", by=one.by, event=one.id, **told)


def _newest_checks(view: SessionView) -> dict[str, DoseChecked]:
    """The newest check of each person since the order that stands."""
    ordered = max((one.at for one in view.events if isinstance(one, Started) and one.plan), default=None)
    checks = (one for one in view.events if isinstance(one, DoseChecked))
    return {_doer(one): one for one in checks if ordered is None or one.at >= ordered}


def _fits(check: DoseChecked, view: SessionView) -> bool:
    """Whether a check read the amount that is ordered, of devices all of them or one."""
    read, ordered, devices = dose_mg(check.amount, view.order.weight_kg), view.plan.mg, view.plan.devices
    if read is None or ordered is None:
        return ordered is None
    return any(abs(read - one) < _SAME_MG for one in (ordered, ordered / (devices or 1)))


def _doer(event: Event) -> str:
    return _name(event.seen_by or event.by)


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()
