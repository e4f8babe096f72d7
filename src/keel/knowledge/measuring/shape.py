"""Questionnaires between visits: the shapes of data/measure-schedules and data/answer-rules."""

import msgspec

from keel.knowledge.documents import Document, Number


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often one instrument is asked: `every` so long while the last dose in treatment is not longer ago than
    `within`, and once after each time in `after` since the last dose.
    """

    instrument: str
    every: Number | None = None
    within: Number | None = None
    after: tuple[Number, ...] = ()


class MeasureSchedule(Document, frozen=True, kw_only=True):
    """Which instruments are asked when, of somebody in treatment."""

    asks: tuple[Asked, ...]


class AnswerRules(Document, frozen=True, kw_only=True):
    """What holds for answers that come from a person alone.

    A private link lives for `link_lasts`. An answer that alarms is to be taken by somebody within `acknowledge`, the
    person reached within `contact`, and tried again after `again`; who is told next holds the next permission of
    `told`, and after the last all of them are told again. `crisis_words` stand where a clinic wrote none of its own.
    """

    link_lasts: Number
    acknowledge: Number
    contact: Number
    again: Number
    told: tuple[str, ...]
    crisis_words: str
    not_watched: str
