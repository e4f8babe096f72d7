"""What a record tells of the risk of suicide at a time, in the words of the rules: what was told stands.

A yes of a screen stands for the look-back time of its instrument, whatever is answered later, and only a clinician's
assessment with name and reason closes it. A no of one sitting never fills what another left open.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from keel.assessment.protocols.facts import RISK_LEVELS, suicide_risk_level
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.record import Answers, Measurement, Record, RiskAssessment
from keel.record.selection import (
    NOT_UNDERSTOOD,
    closing_assessments,
    has_been,
    is_above_no,
    standing_sittings,
    tells_danger,
    yes_or_no,
)

RISK = "suicide"
SCREENS: Mapping[str, Mapping[str, str]] = {
    "c-ssrs-screener": {
        **{str(number): f"cssrs_q{number}" for number in range(1, 6)},
        "6": "cssrs_q6_lifetime",
        "6-recent": "cssrs_q6_3_months",
    },
    "asq": {str(number): f"asq_{number}" for number in range(1, 6)},
}
"""Screen to its items and the fact that each is."""
Known = Mapping[str, bool]


def suicide_facts(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """The facts on suicide of a record at `at`: answers to screens, an item above zero, levels told, what is unread."""
    limit = dt.timedelta(days=knowledge.protocols["level-of-care"].number("answers_age"))
    unread = False
    for name, standing in standing_sittings(record, at, knowledge).items():
        instrument = knowledge.instruments.get(name)
        if instrument is None or instrument.look_back is None or instrument.look_back.risk != RISK:
            continue
        span = max(limit, dt.timedelta(days=instrument.look_back.time.value))
        used = [one for one in standing if is_used(one, at, limit, span, knowledge)]
        items = [one.items.get(item) for one in used for item in instrument.safety_items]
        unread = unread or NOT_UNDERSTOOD in items
        if name in SCREENS:
            yield from screen_facts(SCREENS[name], used).items()
        elif any(map(is_above_no, items)):
            yield "suicide_item", True
        elif 0 in items:
            yield "suicide_item", False
    levels = list(_levels(record, at, limit, knowledge))
    if unread or None in levels:
        yield "suicide_screen_unread", True
    if known := [level for level in levels if level is not None]:
        yield "suicide_risk_level", max(known, key=RISK_LEVELS.index)


def is_used(sitting: Answers, at: dt.datetime, limit: dt.timedelta, span: dt.timedelta, knowledge: Knowledge) -> bool:
    """Whether a sitting is young enough: `limit` for any, `span` for one that tells a danger; undated ones always."""
    if sitting.at is None or at - sitting.at <= limit:
        return True
    return at - sitting.at <= span and tells_danger(sitting, knowledge)


def screen_facts(facts: Mapping[str, str], standing: Sequence[Answers]) -> dict[str, bool]:
    """The facts of a screen from its standing sittings, oldest first: a yes of any, else a no.

    What an earlier sitting left open a later answer fills, and never the other way round. Where a sitting stays open,
    its open questions are open: no other sitting answers them with no.
    """
    dated = [one for one in standing if one.at is not None]
    moments = [_known(facts, list(same)) for _, same in groupby(dated, key=lambda one: one.at)]
    whole = [_filled(known, moments[place + 1 :]) for place, known in enumerate(moments)]
    whole += [_known(facts, [one]) for one in standing if one.at is None and _has_yes(facts, one)]
    merged: dict[str, bool] = {}
    for known in whole:
        merged |= {name: is_yes or merged.get(name, False) for name, is_yes in known.items()}
    open_facts = {
        name for known in whole if suicide_risk_level(known) is None for name in facts.values() if name not in known
    }
    return {name: is_yes for name, is_yes in merged.items() if is_yes or name not in open_facts}


def _known(facts: Mapping[str, str], sittings: Sequence[Answers]) -> dict[str, bool]:
    """The answers of one moment by fact; where they differ the yes counts."""
    known: dict[str, bool] = {}
    for sitting in sittings:
        for item, fact in facts.items():
            is_yes = yes_or_no(sitting.items.get(item))
            if is_yes is not None:
                known[fact] = is_yes or known.get(fact, False)
    return known


def _filled(known: Known, later: Sequence[Known]) -> dict[str, bool]:
    filled = dict(known)
    for answers in later:
        filled = dict(answers) | filled
    return filled


def _has_yes(facts: Mapping[str, str], sitting: Answers) -> bool:
    return any(yes_or_no(sitting.items.get(item)) for item in facts)


def _levels(record: Record, at: dt.datetime, limit: dt.timedelta, knowledge: Knowledge) -> Iterator[str | None]:
    """The levels that were told and stand: of the newest closing assessment, and any told since; None for unread."""
    closing = closing_assessments(record, at, RISK)
    last = closing[-1].at if closing else None
    # Of two of one moment neither closes the other.
    yield from (one.level.value for one in closing if one.at == last and _is_recent(one, at, limit))
    for one in record.risk_assessments:
        if one.risk == RISK and one not in closing and _stands(one, last, at, limit):
            yield one.level.value
    for measured in record.measurements:
        meant = knowledge.reading_codes.coded(CodeKind.MEASURE, measured.system, measured.code)
        is_level = meant is not None and meant.means == "suicide_risk_level" and not measured.absent
        if is_level and _stands(measured, last, at, limit):
            row = knowledge.reading_codes.named(CodeKind.RISK_LEVEL, str(measured.value))
            yield row.means if row else None


def _stands(told: RiskAssessment | Measurement, last: dt.datetime | None, at: dt.datetime, limit: dt.timedelta) -> bool:
    """Whether a level that was told is of the time, and not closed; one without a time always stands."""
    if told.at is None:
        return True
    return _is_recent(told, at, limit) and (last is None or told.at > last)


def _is_recent(told: RiskAssessment | Measurement, at: dt.datetime, limit: dt.timedelta) -> bool:
    return told.at is not None and has_been(told.at, at) and at - told.at <= limit
