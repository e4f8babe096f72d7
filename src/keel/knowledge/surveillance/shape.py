"""What is watched in treatment or use, how often, and what a change means: the shape of data/surveillance/*.toml."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition
from keel.knowledge.documents import Document, Id
from keel.knowledge.overlay_guard import HEADER, RULE_KEYS, changed, cut_problems, signature_problems, verb_problems
from keel.knowledge.protocols.shape import Cut, Signature, Verb


class Every(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An interval, named by its cut, and the condition under which it applies; without one it applies always."""

    cut: str
    when: Condition | None = None


class WatchItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to look at again.

    `bands` limits it to exposure bands. It is done by a measurement with one of `codes` or `names` in it, or by a
    sitting of one of `instruments`. `each_session` asks for it on every day of a dose; otherwise the first of `every`
    whose condition holds is the interval, and the first time is before the first dose (`baseline`). `confirmed` is a
    clinic's signature under a default.
    """

    id: Id
    domain: str
    what: str
    bands: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    each_session: bool = False
    every: tuple[Every, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()
    note: str = ""
    confirmed: Signature | None = None


class TrendRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a change of a measurement is worth saying.

    `measure` is times_upper_limit (of the laboratory), ratio or difference (newest against the first on record), rise
    (of a score, any), level (the newest at or above the cut), or reference_change: a rise beyond chance, where `cut` is
    the variation within a person and `assay` that of the test, both in per cent. `codes` are of the measurement,
    `instruments` of the score. `may_loosen_to`, `confirmed` and `set_by` are as in a rule of a protocol.
    """

    id: Id
    domain: str
    measure: Literal["times_upper_limit", "ratio", "difference", "rise", "reference_change", "level"]
    cut: str = ""
    assay: str = ""
    codes: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    severity: Verb
    text: str
    next_step: str
    sources: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    note: str = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class ScoreTrend(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a worsening beyond the published change of an instrument means, by domain of the instrument."""

    id: Id
    domain: str
    severity: Verb
    text: str
    next_step: str
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class Surveillance(Document, frozen=True, kw_only=True):
    """One schedule. `lane` is medical or non_medical; `does_not_show` belongs to every view of dose and response.

    An overlay may shorten an interval, make a trend speak louder, ask for something at each session, confirm and add.
    """

    lane: Literal["medical", "non_medical"]
    cuts: dict[str, Cut]
    items: tuple[WatchItem, ...]
    trends: tuple[TrendRule, ...] = ()
    score_trends: tuple[ScoreTrend, ...] = ()
    does_not_show: tuple[str, ...] = ()

    @staticmethod
    def overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
        """What an overlay does to a schedule that it may not; empty where all of it is allowed."""
        for key, value in above.items():
            if key in HEADER or value == below.get(key):
                continue
            if key == "cuts":
                for name, change in value.items():
                    yield from cut_problems(f"cuts.{name}", below.get("cuts", {}).get(name), change)
            elif key == "items":
                yield from _each(below, above, key, _item_problems)
            elif key in ("trends", "score_trends"):
                yield from _each(below, above, key, _trend_problems)
            elif key != "does_not_show" or not set(below.get(key, ())) <= set(value):
                yield f"“{key}” cannot be changed by an overlay. Confirm, tighten, or add an entry of your own."


Problems = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Iterator[str]]


def _each(below: Mapping[str, Any], above: Mapping[str, Any], key: str, problems: Problems) -> Iterator[str]:
    known = {row["id"]: row for row in below.get(key, ())}
    for change in above[key]:
        if change.get("id") in known:
            yield from problems(change["id"], known[change["id"]], change)


def _item_problems(name: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := changed(old, change, {"id", "each_session", "confirmed", "note"}):
        yield f"{name}: “{foreign[0]}” cannot be changed. Shorten its interval in `cuts`, or add an entry of your own."
    if old.get("each_session") and not change.get("each_session", True):
        yield f"{name}: it is asked at each session; asking less often would loosen it, which is not allowed."
    yield from signature_problems(f"{name}: confirmed", change.get("confirmed"))


def _trend_problems(name: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := changed(old, change, RULE_KEYS):
        yield f"{name}: “{foreign[0]}” cannot be changed. Move its number in `cuts`, or add a trend of your own."
        return
    yield from verb_problems(name, old, change)
