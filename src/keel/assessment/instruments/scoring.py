"""Answers in, a `Score` out: totals, bands, cut-offs, what is missing, and what must be said."""

import math
from collections.abc import Mapping, Sequence

from keel.assessment.instruments.answers import Answer, read_answers
from keel.assessment.instruments.bands import band_name, banding_for, cutoffs_reached, subscale_bands
from keel.assessment.instruments.conditions import Asked, asked_items
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.lookup import find_instrument
from keel.assessment.instruments.scales import ScaleValue, whole, work_out
from keel.assessment.instruments.score import Proration, Range, Score, Whole
from keel.assessment.instruments.score_findings import ScoredSheet, level, spoken
from keel.assessment.instruments.sheet import ItemState, Sheet
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.instruments import Banding, Instrument, Part, Scale
from keel.messages import Message, Name
from keel.quantities import Figure, Interval
from keel.record import Answers, Sex


def score_instrument(
    instrument: str,
    answers: Mapping[str, Answer] | Sequence[Answer],
    *,
    knowledge: Knowledge,
    total: float | None = None,
    given: Mapping[str, str] | None = None,
) -> Score:
    """The score of some answers to the instrument with this id.

    `answers` maps item ids to a number, None, `"declined"` or `"not_asked"`, or lists answers in item order; a total
    made elsewhere is `total` (or the key `"total"`). `given` are facts on which a rule may depend, such as
    `{"sex": "female"}`. Raises UnknownId for an unknown instrument and AnswersRefused for answers that cannot be read.

    >>> from keel import knowledge
    >>> score = score_instrument("phq-9", [1, 1, 1, 1, 1, 1, 1, 1, 1], knowledge=knowledge.load())
    >>> score.total, score.band, score.findings[0].severity
    (9, 'mild', <Severity.HOLD: 'hold'>)
    """
    shape = find_instrument(instrument, knowledge)
    return score_answers(shape, answers if total is None else _with_total(answers, total), given)


def score_sitting(
    sitting: Answers, *, knowledge: Knowledge, sex: Sex = Sex.UNKNOWN, given: Mapping[str, str] | None = None
) -> Score:
    """As `score_instrument`, for a sitting of a record."""
    known = {**({} if sex is Sex.UNKNOWN else {"sex": str(sex)}), **(given or {})}
    return score_instrument(sitting.instrument, sitting.items, total=sitting.total, given=known, knowledge=knowledge)


def score_answers(
    instrument: Instrument, answers: Mapping[str, Answer] | Sequence[Answer], given: Mapping[str, str] | None = None
) -> Score:
    """As `score_instrument`, for an instrument already at hand."""
    sheet = read_answers(instrument, answers, given)
    asked = asked_items(instrument, sheet)
    values = work_out(instrument, sheet, asked)
    _refuse_contradicting_totals(instrument, sheet, values)
    total = values.get("total")
    banding = banding_for(instrument, "total", sheet)
    missing = _missing(instrument, sheet, asked, total)
    standing = ScoredSheet(instrument, sheet, values, asked, missing)
    reached, is_settled = level(standing)
    named = reached.band if reached and is_settled else None
    band = named or band_name(banding, total.number if total else None)
    return Score(
        instrument=instrument.id,
        version=instrument.version,
        title=Message(instrument.title),
        total=_number(total.number) if total else None,
        band=Message(band) if band else None,
        subscales={name: _number(value.number) for name, value in values.items() if name != "total"},
        subscale_bands=subscale_bands(instrument, values, sheet),
        range=total_range(instrument),
        bounds=Range(*map(_number, total.bounds)) if total else Range(None, None),
        how=total.how if total else "items",
        prorated_from=_prorated(instrument, total),
        cutoffs=cutoffs_reached(instrument, values, sheet),
        missing=missing,
        unanswered=_unanswered(instrument, sheet, asked),
        findings=spoken(standing),
        certainty=_certainty(instrument, total, banding, reached.certainty if reached else None),
        validated=instrument.validated,
        recall=instrument.recall.periods,
        licence=instrument.rights.licence_class,
        notice=instrument.rights.notice,
        sources=_sources(instrument),
    )


def _number(number: float | None) -> Whole | None:
    return None if number is None or math.isinf(number) else whole(number)


def _with_total(answers: Mapping[str, Answer] | Sequence[Answer], total: float) -> dict[str, Answer]:
    if not isinstance(answers, Mapping):
        raise AnswersRefused(
            Message("A total beside a list of answers: name the items instead, so that both can be compared.")
        )
    return {**answers, "total": total}


def _refuse_contradicting_totals(instrument: Instrument, sheet: Sheet, values: Mapping[str, ScaleValue]) -> None:
    for name, entered in sheet.entered.items():
        low, high = values[name].by_items
        if not low <= entered <= high:
            raise AnswersRefused(
                Message(
                    "{instrument}: the {scale} of {entered} does not agree with the items, which make {range}. "
                    "Correct one of them, or leave the {scale} out.",
                    instrument=Name(instrument.name),
                    scale=Message(name),
                    entered=entered,
                    range=Figure(Interval.of(low, high)),
                )
            )


def _missing(instrument: Instrument, sheet: Sheet, asked: Asked, total: ScaleValue | None) -> tuple[str, ...]:
    # Of a total that was made elsewhere nobody expects the items, but for those that ask about safety.
    was_entered = total is not None and total.how == "entered"
    scored = {name for scale in instrument.scales for name in scale.item_ids()}
    ruled = {name for rule in instrument.rules for clause in rule.when.clauses() for name in clause.items}
    return tuple(
        item.id
        for item in instrument.items
        if item.id in scored | ruled
        and (item.safety or not was_entered)
        and sheet.responses[item.id].state is not ItemState.ANSWERED
        and asked[item.id]
    )


def _unanswered(instrument: Instrument, sheet: Sheet, asked: Asked) -> dict[str, str]:
    states = {}
    for item in instrument.items:
        state = sheet.responses[item.id].state
        if state is not ItemState.ANSWERED:
            was_left = state is ItemState.UNANSWERED and not asked[item.id]
            states[item.id] = ItemState.NOT_ASKED.value if was_left else state.value
    return states


def _scale(instrument: Instrument, name: str) -> Scale | None:
    return next((scale for scale in instrument.scales if scale.id == name), None)


def total_range(instrument: Instrument) -> Range:
    """From where to where the total runs."""
    scale = _scale(instrument, "total")
    if scale is None:
        return Range(None, None)
    return Range(_number(scale.least), _number(scale.most))


def _prorated(instrument: Instrument, total: ScaleValue | None) -> Proration | None:
    scale = _scale(instrument, "total")
    if total is None or scale is None or total.how != "prorated":
        return None
    return Proration(total.answered, total.parts, scale.missing_certainty)


def _certainty(
    instrument: Instrument, total: ScaleValue | None, banding: Banding | None, reached: Certainty | None
) -> Certainty:
    scale = _scale(instrument, "total")
    made_by: list[Part] = [scale] if scale else [*instrument.scales] or [instrument.rights]
    marks = [part.certainty for part in (*made_by, banding) if part is not None]
    if total is not None and total.how == "prorated" and scale is not None:
        marks.append(scale.missing_certainty)
    return Certainty.weakest(marks + ([reached] if reached else []))


def _sources(instrument: Instrument) -> tuple[str, ...]:
    parts = (instrument.rights, *instrument.scales, *instrument.bandings)
    return tuple(dict.fromkeys(source for part in parts for source in part.sources))
