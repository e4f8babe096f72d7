"""What the readings of now allow of the Aldrete score: circulation and oxygen computed, the whole at most.

Points are those of the instrument (Aldrete 1995): two for each of five signs. A sign that no reading tells counts two,
so that the sum is the most that a rater can have seen.
"""

from collections.abc import Callable, Mapping

from keel.findings import Fact

_WHOLE = 2


def aldrete_facts(facts: Mapping[str, Fact], cut: Callable[[str], float | None]) -> dict[str, Fact]:
    """The points of circulation and oxygen, the most that the score can be, and how far a typed one lies above it.

    Empty where the protocol has no limits for it.
    """
    near, far = cut("aldrete_circulation_near"), cut("aldrete_circulation_far")
    full, least = cut("aldrete_oxygen_full"), cut("aldrete_oxygen_least")
    if near is None or far is None or full is None or least is None:
        return {}
    off, spo2, moaas = (_number(facts.get(name)) for name in ("sbp_off_baseline_percent", "spo2", "moaas"))
    circulation = None if off is None else _WHOLE if off <= near else 1 if off < far else 0
    on_oxygen = facts.get("on_oxygen") is True
    oxygen = None if spo2 is None else _WHOLE if spo2 > full and not on_oxygen else 1
    if on_oxygen and spo2 is not None and spo2 <= least:
        oxygen = 0
    awake = None if moaas is None else _WHOLE if moaas >= 5 else 1 if moaas > 0 else 0
    breathing = 0 if facts.get("apnoea") is True else 1 if facts.get("dyspnoea") is True else None
    points = (circulation, oxygen, awake, breathing, None)
    most = sum(_WHOLE if one is None else one for one in points)
    found: dict[str, Fact] = {
        "aldrete_circulation": circulation,
        "aldrete_oxygen": oxygen,
        "aldrete_most": most,
    }
    typed = _number(facts.get("aldrete"))
    if typed is not None:
        found["aldrete_over_readings"] = max(0.0, typed - most)
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Fact) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
