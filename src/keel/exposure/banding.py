"""Bands of an exposure history: the facts of a lane, the first rule that is met, and what could still lift it.

A missing fact never passes and never fails a rule. The band is then “at least” this one, and the facts that could lift
it are named. Intervals are read in the middle; the bands at their low and high ends are given beside.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from keel.findings import Facts, Finding, Reason, Severity, Truth, Verdict, evaluate
from keel.findings.conditions import End
from keel.knowledge import Certainty, Knowledge, Number
from keel.knowledge.criteria import BandDefinition, BandRule, BandSet
from keel.messages import Message, joined

BAND_SET = "uropathy-bands"


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The band of a history.

    `id` and `name` as in the reference, `lane` that it was found in, `rules` that fired, `says` in words,
    `confidence` the weakest mark of the cuts used. `at_least` is True where a missing fact (`could_rise_with`) could
    lift it. `low` and `high` are the bands at the ends of the intervals. `other_lane` is the band of the other lane
    where both apply; the higher one is given. `version` names the rule set.
    """

    id: str
    name: Message
    lane: str
    rules: tuple[str, ...]
    says: tuple[Message, ...]
    confidence: Certainty
    version: str
    at_least: bool = False
    could_rise_with: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    other_lane: str | None = None


class _Outcome(msgspec.Struct, frozen=True):
    rule: BandRule
    verdict: Verdict
    open_facts: tuple[str, ...]


Cases = Sequence[Facts]
Lane = Sequence[Sequence[Cases]]


def band_of(lanes: Mapping[str, Lane], knowledge: Knowledge) -> tuple[Band, Finding] | None:
    """The band of the facts of each lane (“non_medical”, “medical”), and its finding; None without any history.

    A lane is one or several readings of what was told: of several the lowest band counts, “at least”. Within a reading
    the heaviest pattern counts, and of a pattern whose facts stand in several cases the lowest of them, “at least”.
    """
    bands = knowledge.criteria[BAND_SET]
    outcomes = {lane: outcome for lane, told in lanes.items() if (outcome := _of_lane(bands, lane, told, "mid"))}
    if not outcomes:
        return None
    by_id = {band.id: band for band in bands.bands}
    lane = max(outcomes, key=lambda name: by_id[outcomes[name].rule.band].rank)
    outcome, told = outcomes[lane], lanes[lane]
    meaning = by_id[outcome.rule.band]
    low, high = _of_lane(bands, lane, told, "low"), _of_lane(bands, lane, told, "high")
    others = [outcomes[name].rule.band for name in outcomes if name != lane]
    marks = [outcome.rule.certainty, *(certainty_of(bands.cuts[cut], knowledge) for cut in outcome.verdict.cuts)]
    band = Band(
        id=meaning.id,
        name=Message(meaning.name),
        lane=lane,
        rules=(outcome.rule.id,),
        says=tuple(Message(text) for text in (outcome.rule.says, outcome.rule.note) if text),
        confidence=Certainty.weakest(marks),
        version=f"{bands.id}/{bands.version}",
        at_least=bool(outcome.open_facts),
        could_rise_with=outcome.open_facts,
        low=low.rule.band if low else meaning.id,
        high=high.rule.band if high else meaning.id,
        other_lane=others[0] if others else None,
    )
    return band, _finding(band, meaning, outcome, bands, knowledge)


def _of_lane(bands: BandSet, lane: str, readings: Lane, end: End) -> _Outcome | None:
    """The outcome of the reading with the lowest band; where readings differ the fact that could lift it is named."""
    ranks = {band.id: band.rank for band in bands.bands}
    found = []
    for patterns in readings:
        outcomes = [outcome for cases in patterns if (outcome := _lowest(bands, lane, cases, end))]
        if outcomes:
            found.append(max(outcomes, key=lambda one: ranks[one.rule.band]))
    if not found:
        return None
    lowest = min(found, key=lambda outcome: ranks[outcome.rule.band])
    if len({outcome.rule.band for outcome in found}) == 1:
        return lowest
    return msgspec.structs.replace(lowest, open_facts=tuple(dict.fromkeys([*lowest.open_facts, "days_per_week"])))


def _lowest(bands: BandSet, lane: str, cases: Cases, end: End) -> _Outcome | None:
    """The outcome of the case with the lowest band; what varies between cases is named as open."""
    ranks = {band.id: band.rank for band in bands.bands}
    found = [outcome for facts in cases if (outcome := _first(bands, lane, facts, end))]
    if not found:
        return None
    lowest = min(found, key=lambda outcome: ranks[outcome.rule.band])
    varying = [name for name in cases[0] if any(case[name] != cases[0][name] for case in cases)]
    return msgspec.structs.replace(lowest, open_facts=tuple(dict.fromkeys([*lowest.open_facts, *varying])))


def _first(bands: BandSet, lane: str, facts: Facts, end: End) -> _Outcome | None:
    """The first rule of a lane that is met, and the facts that kept a higher one open."""
    open_facts: list[str] = []
    for rule in bands.rules:
        if rule.lane not in (lane, "any"):
            continue
        verdict = evaluate(rule.when, facts, bands.cuts, end)
        if verdict.truth is Truth.MET:
            return _Outcome(rule, verdict, tuple(dict.fromkeys(open_facts)))
        if verdict.truth is Truth.NOT_KNOWN:
            open_facts.extend(verdict.missing)
    return None


def certainty_of(number: Number, knowledge: Knowledge) -> Certainty:
    """How sure a cut is: the weaker of its own mark and its claim’s."""
    claim = knowledge.claims.get(number.claim) if number.claim else None
    return Certainty.weakest([number.certainty, *([claim.certainty] if claim else [])])


def sources_of(numbers: Iterable[Number], knowledge: Knowledge) -> tuple[str, ...]:
    """The sources of cuts and of their claims, each once."""
    found: list[str] = []
    for number in numbers:
        claim = knowledge.claims.get(number.claim) if number.claim else None
        found += [*number.sources, *(claim.sources if claim else ())]
    return tuple(dict.fromkeys(found))


def _finding(band: Band, meaning: BandDefinition, outcome: _Outcome, bands: BandSet, knowledge: Knowledge) -> Finding:
    cuts = [bands.cuts[cut] for cut in outcome.verdict.cuts]
    return Finding(
        rule=f"{bands.id}/{bands.version}:{outcome.rule.id}",
        severity=Severity(meaning.severity),
        subject="band",
        summary=joined(" ", [_headline(band, outcome.rule), Message(meaning.summary)]),
        why=tuple(Reason(reason.name, _shown(reason.value), reason.unit) for reason in outcome.verdict.reasons),
        sources=tuple(dict.fromkeys([*sources_of(cuts, knowledge), *meaning.sources])),
        confidence=band.confidence,
        next_step=Message(meaning.next_step),
    )


def _headline(band: Band, rule: BandRule) -> Message:
    if band.at_least:
        return Message("Band {id} or higher: {rule}.", id=band.id, rule=Message(rule.says))
    return Message("Band {id}, {name}: {rule}.", id=band.id, name=Message(band.name.lower()), rule=Message(rule.says))


def _shown(value: float | int | str | bool | None) -> float | int | str | bool | None:
    return round(value, 2) if isinstance(value, float) else value
