"""What must be true of an instrument before anybody is scored with it: rights, references, ranges, bands, codes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from keel.knowledge.certainty import Certainty
from keel.knowledge.clinical_facts import AnswerFact, ClinicalFact
from keel.knowledge.errors import FactsFileError
from keel.knowledge.instruments.parts import Banding, Condition, Method, Scale
from keel.knowledge.instruments.shape import Instrument, wording_problems
from keel.knowledge.problem import Problem, error

SEVERITIES = ("block", "hold", "warn", "note")
STATES = ("", "answered", "missing", "declined", "not_asked")


def checked_instruments(instruments: Mapping[str, Instrument]) -> Mapping[str, Instrument]:
    """The same instruments; FactsFileError with the first problem where there is one."""
    for instrument in instruments.values():
        problems = instrument_problems(instrument)
        if problems:
            raise FactsFileError(f"instruments/{instrument.id}.toml: {problems[0]}")
    return instruments


def instrument_problems(instrument: Instrument) -> list[str]:
    """Everything that is wrong with an instrument, one line each; empty when all is well."""
    return [
        *wording_problems(instrument),
        *_repeats(instrument),
        *_item_problems(instrument),
        *_scale_problems(instrument),
        *_banding_problems(instrument),
        *_rule_problems(instrument),
        *_change_problems(instrument),
        *_look_back_problems(instrument),
        *_code_problems(instrument),
        *_source_problems(instrument),
    ]


def loinc_check_digit(stem: str) -> int:
    """The check digit of a LOINC number, or of an answer code (`LA…`), without its last digit.

    Mod 10 over the characters from the right, every first, third … doubled. A letter counts by its distance from “0”
    in ASCII, which for digits is the plain rule (loinc.org, users' guide, calculating mod 10 check digits).

    >>> loinc_check_digit("12345"), loinc_check_digit("LA6568")
    (5, 5)
    """
    total = 0
    for place, character in enumerate(reversed(stem)):
        value = ord(character) - ord("0")
        total += value if place % 2 else 2 * value - value // 5 * 9
    return -total % 10


def is_loinc(code: str) -> bool:
    """Whether a code has the form of a LOINC term or answer code and the right check digit."""
    found = re.fullmatch(r"((?:LA)?\d+)-(\d)", code, re.ASCII)
    return found is not None and loinc_check_digit(found[1]) == int(found[2])


def _repeats(instrument: Instrument) -> Iterator[str]:
    kinds = {
        "item": [item.id for item in instrument.items] + [scale.id for scale in instrument.scales],
        "answer set": [answers.id for answers in instrument.answer_sets],
        "rule": [rule.id for rule in instrument.rules],
        "change": [rule.id for rule in instrument.change],
        "cutoff": [cutoff.id for cutoff in instrument.cutoffs],
        "banding": [banding.id for banding in instrument.bandings],
        "LOINC code": [item.loinc for item in instrument.items if item.loinc],
    }
    for kind, names in kinds.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield f"{kind} “{name}” occurs {count} times; each needs its own (items and scales share names)."


def _item_problems(instrument: Instrument) -> Iterator[str]:
    sets = {answers.id for answers in instrument.answer_sets}
    for item in instrument.items:
        if item.answers and item.answers not in sets:
            yield f"item {item.id}: there is no answer set “{item.answers}”."
        if item.kind == "choice" and None in instrument.limits(item):
            yield f"item {item.id}: name its `answers`, or give `least` and `most`."
        for condition in (item.asked_when, item.applies_when):
            yield from _condition_problems(instrument, f"item {item.id}", condition)


def _scale_problems(instrument: Instrument) -> Iterator[str]:
    items = {item.id for item in instrument.items}
    scales = {scale.id for scale in instrument.scales}
    for scale in instrument.scales:
        unknown = [name for name in scale.item_ids() if name not in items]
        unknown += [name for name in scale.scales if name not in scales or name == scale.id]
        unknown += [name for name in scale.thresholds if name not in scale.item_ids()]
        if unknown:
            yield f"scale {scale.id}: no item or scale is called {', '.join(unknown)}."
        elif (scale.items or scale.scales) and (made := _attainable(instrument, scale)) != (scale.least, scale.most):
            yield f"scale {scale.id}: its items make {made[0]} to {made[1]}; the file says otherwise."


def _attainable(instrument: Instrument, scale: Scale) -> tuple[float | None, float | None]:
    if scale.method is Method.COUNT:
        return 0, float(len(scale.items))
    parts = [_part_limits(instrument, part) for part in scale.parts()]
    parts += [(part.least, part.most) for part in instrument.scales if part.id in scale.scales]
    least, most = [low for low, _ in parts], [high for _, high in parts]
    return _scaled_sum(least, scale.multiply), _scaled_sum(most, scale.multiply)


def _part_limits(instrument: Instrument, names: tuple[str, ...]) -> tuple[float | None, float | None]:
    lows, highs = [], []
    for item in instrument.items:
        if item.id in names:
            low, high = instrument.limits(item)
            lows.append(None if low is None else low * item.weight)
            highs.append(None if high is None else high * item.weight)
    return _highest(lows), _highest(highs)


def _highest(ends: list[float | None]) -> float | None:
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _scaled_sum(ends: list[float | None], multiply: float) -> float | None:
    known = [end for end in ends if end is not None]
    return sum(known) * multiply if len(known) == len(ends) else None


def _banding_problems(instrument: Instrument) -> Iterator[str]:
    scales = {scale.id: scale for scale in instrument.scales}
    for banding in instrument.bandings:
        if banding.scale not in scales:
            yield f"banding {banding.id}: there is no scale “{banding.scale}”."
        else:
            yield from _band_gaps(banding, scales[banding.scale])
    for cutoff in instrument.cutoffs:
        if cutoff.scale not in scales:
            yield f"cutoff {cutoff.id}: there is no scale “{cutoff.scale}”."
        if (cutoff.at_least is None) == (cutoff.at_most is None):
            yield f"cutoff {cutoff.id}: give one of `at_least` and `at_most`."


def _band_gaps(banding: Banding, scale: Scale) -> Iterator[str]:
    expected = scale.least
    for band in banding.bands:
        if band.least != expected or (band.most is not None and band.most < band.least):
            yield f"banding {banding.id}: “{band.name}” starts at {band.least:g} and must start at {expected}."
        expected = None if band.most is None else band.most + 1
    end = None if scale.most is None else scale.most + 1
    if expected != end:
        yield f"banding {banding.id}: the last band must end where the scale does, at {scale.most}."


def _rule_problems(instrument: Instrument) -> Iterator[str]:
    for rule in instrument.rules:
        if rule.severity not in SEVERITIES:
            yield f"rule {rule.id}: severity “{rule.severity}” is not one of {', '.join(SEVERITIES)}."
        yield from _condition_problems(instrument, f"rule {rule.id}", rule.when)


def _condition_problems(instrument: Instrument, where: str, condition: Condition | None) -> Iterator[str]:
    items = {item.id for item in instrument.items}
    scales = {scale.id for scale in instrument.scales}
    for clause in condition.clauses() if condition else ():
        if (clause.items and clause.scale) or not (clause.items or clause.scale or clause.given):
            yield f"{where}: a clause names `items` or a `scale`, or facts `given`."
        if any(name not in items for name in clause.items) or (clause.scale and clause.scale not in scales):
            yield f"{where}: a clause names an item or scale that is not there."
        if clause.state not in STATES:
            yield f"{where}: state “{clause.state}” is not one of {', '.join(STATES[1:])}."


def _change_problems(instrument: Instrument) -> Iterator[str]:
    bands = {band.name for banding in instrument.bandings for band in banding.bands}
    scales = {scale.id for scale in instrument.scales}
    for rule in instrument.change:
        if rule.scale not in scales or any(band not in bands for band in rule.at_baseline):
            yield f"change {rule.id}: names a scale or band that is not there."
    if instrument.change and instrument.better == "none":
        yield "change: say with `better` whether lower or higher is better."


def _look_back_problems(instrument: Instrument) -> Iterator[str]:
    told = instrument.look_back
    if told is None:
        return
    if not instrument.safety_items:
        yield "look_back: no item asks about safety, so there is nothing that stands."
    if told.time.unit != "d" or told.time.value <= 0:
        yield "look_back: give `time` as a number of days (unit “d”)."
    if told.time.certainty in (Certainty.SEEN, Certainty.SECONDHAND) and not told.time.sources:
        yield f"look_back: is marked {told.time.certainty} and names no source."


def _code_problems(instrument: Instrument) -> Iterator[str]:
    codes = [choice.loinc for answers in instrument.answer_sets for choice in answers.choices]
    codes += [instrument.loinc.panel, instrument.loinc.total, *(item.loinc for item in instrument.items)]
    for code in codes:
        if code and not is_loinc(code):
            yield f"LOINC {code}: the check digit is wrong. Look the code up; never copy it from an app."


def _source_problems(instrument: Instrument) -> Iterator[str]:
    parts = {
        "rights": instrument.rights,
        "recall": instrument.recall,
        **{f"scale {scale.id}": scale for scale in instrument.scales},
        **{f"banding {banding.id}": banding for banding in instrument.bandings},
        **{f"cutoff {cutoff.id}": cutoff for cutoff in instrument.cutoffs},
        **{f"rule {rule.id}": rule for rule in instrument.rules},
        **{f"fact {fact.id}": fact for fact in instrument.facts},
        **{f"code {code.code}": code for code in instrument.codes},
    }
    sure = (Certainty.SEEN, Certainty.SECONDHAND)
    for where, part in parts.items():
        if part.certainty in sure and not part.sources:
            yield f"{where}: is marked {part.certainty} and names no source. Name one, or mark it memory or default."
    for rule in instrument.change:
        if rule.value.certainty in sure and not rule.value.sources and not rule.value.claim:
            yield f"change {rule.id}: is marked {rule.value.certainty} and names no source."


def answer_fact_problems(
    answer_facts: Mapping[str, AnswerFact],
    clinical_facts: Mapping[str, ClinicalFact],
    instruments: Mapping[str, Instrument],
) -> Iterator[Problem]:
    """Rows that name a fact, an instrument or an item that is not there."""
    for row in answer_facts.values():
        if row.fact not in clinical_facts:
            yield error("answer facts", row.fact, "There is no such fact in clinical-facts.csv.")
        instrument = instruments.get(row.instrument)
        known = {item.id for item in instrument.items} if instrument else set()
        if not row.items or not known.issuperset(row.items):
            yield error("answer facts", row.fact, f"“{row.instrument}” has no item {', '.join(row.items)}.")
