"""A day of a clinic as a script: what reaches the server, when, from whose tablet. A seed writes it, people read it.

Each line stands for itself, so that any of them may be left out: that is how a failing day is shrunk.
"""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from support.live import evening

DELAYS_S = (20, 90, 400, 1900)
"""How late a sending may come: from a slow answer to a tablet that was away for half an hour."""
SKEWS_S = (0, 0, 0, -45, 200, -900)
"""By how much the clock of a tablet may be off."""
BAD_ANSWERS = (
    {"intoxicated": True},
    {"hours_since_solids": 3},
    {"new_urinary_symptoms": True},
    {"time_out_people": 1},
    {"escort_confirmed": False, "safe_transport": False},
    {"cssrs_q2": True, "cssrs_q4": True},
    {"acutely_unwell": None},
    {"psychosis_current": True},
    {"chest_pain": True},
)
BAD_SIGNS = (
    {"sbp": 152},
    {"sbp": 168, "dbp": 101},
    {"sbp": 186},
    {"spo2": 93},
    {"spo2": 86},
    {"rr": 6},
    {"hr": 136},
    {"hr": 118},
)


class Step(NamedTuple):
    """One line: second of the day, room, who, what; `more` says the rest (`event`, `asked`, `fault`, `device`)."""

    at_s: int
    room: int
    by: str
    what: str
    more: dict[str, Any]


def day(seed: int, rooms: int = 2) -> list[Step]:
    """The script of a day."""
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    steps = [step for room in range(rooms) for step in _Room(dice, room).steps()]
    if dice.random() < 0.5:
        down = dice.randint(20, 90) * 60
        steps += [Step(down, 0, "", "watcher_down", {}), Step(down + dice.randint(60, 1500), 0, "", "watcher_up", {})]
    return sorted(steps, key=lambda one: one.at_s)


class _Room:
    def __init__(self, dice: random.Random, room: int) -> None:
        self.dice, self.room, self.number = dice, room, 0
        self.start = room * dice.randint(0, 20) * 60
        self.skew = {name: dice.choice(SKEWS_S) for name in ("bob", "ben", "alice")}
        self.kinds: list[str] = []

    def steps(self) -> Iterator[Step]:
        dice, minute = self.dice, 60
        yield Step(self.start, self.room, "bob", "open", {})
        yield from self._gate()
        begun = self.start + 14 * minute
        yield from self._dose(begun)
        yield from self._during(begun)
        yield from self._recovery(begun + 40 * minute)
        for at in range(self.start + 600, begun + 60 * minute, dice.randint(420, 900)):
            if dice.random() < 0.4:
                yield Step(at, self.room, "", "monitor", {"number": dice.randint(0, 20)})

    def _gate(self) -> Iterator[Step]:
        checked = next(one for one in evening() if one["type"] == "checked")["facts"]
        bad = self.dice.choice(BAD_ANSWERS) if self.dice.random() < 0.3 else {}
        yield from self.told(self.start + 60, "bob", "checked", facts={**checked, **bad})
        if bad and self.dice.random() < 0.5:
            right = {name: checked.get(name, False) for name in bad}
            yield from self.told(self.start + 540, "bob", "checked", facts=right)
        for second in (240, 660):
            yield from self._signs(self.start + second, danger=0.2)
            yield from self.told(self.start + second + 30, "bob", "dissociation_scored", cadss6=0)
        if self.dice.random() < 0.3:
            yield from self.told(self.start + 700, "bob", "held", reason="wait for the prescriber")
        for rule in self.dice.sample(["A-PRE-02", "A-PRE-03", "A-PRE-10", "A-PRE-07", "A-PRE-15", "A-PRE-09"], 2):
            who = self.dice.choice(["alice", "alice", "bob"])
            said = {"rule": rule, "name": "A", "reason": "seen", "in_person": True}
            yield from self.told(self.start + 720 + self.dice.randint(0, 60), who, "overridden", **said)

    def _dose(self, begun: int) -> Iterator[Step]:
        amount, over = self.dice.choice([("35 mg", "40 min")] * 6 + [("350 mg", "40 min"), ("35 mg", "4 min")])
        is_asked = self.dice.random() < 0.85
        yield from self.told(begun, "bob", "dose_started", asked=is_asked, amount=amount, over=over)
        if self.dice.random() < 0.6:
            yield from self.told(
                begun + self.dice.randint(0, 9), "ben", "dose_started", asked=True, amount="35 mg", over="40 min"
            )
        if self.dice.random() < 0.5:
            yield from self._signs(begun + 100)
            yield from self.told(begun + 120, "bob", "dose_started", asked=True, amount="35 mg", over="40 min")

    def _during(self, begun: int) -> Iterator[Step]:
        for second in range(begun + 600, begun + 2400, 600):
            if self.dice.random() < 0.85:
                yield from self._signs(second, danger=0.25)
                yield from self._answer(second)
        if self.dice.random() < 0.4:
            at = begun + self.dice.randint(300, 2000)
            yield from self.told(at, "bob", "dose_paused", reason="pressure")
            yield from self.told(at + self.dice.randint(60, 400), "ben", "dose_resumed", asked=self.dice.random() < 0.7)
        if self.dice.random() < 0.3:
            rate = self.dice.choice(["30 mg/h", "52.5 mg/h", "90 mg/h", "525 mg/h"])
            at = begun + self.dice.randint(300, 2000)
            yield from self.told(at, "bob", "rate_changed", rate=rate, asked=self.dice.random() < 0.7)
        if self.dice.random() < 0.2:
            at = begun + self.dice.randint(300, 2000)
            yield from self.told(at, "bob", "adverse_event", what="vomiting")
            yield from self.told(at + 600, "bob", "adverse_event", what="vomiting", resolved=True)
        if self.dice.random() < 0.3:
            yield Step(begun + 1000, self.room, "charlie", "stranger", {})
        if self.dice.random() < 0.3:
            yield Step(begun + 1010, self.room, "bob", "forged", {})

    def _recovery(self, end: int) -> Iterator[Step]:
        if self.dice.random() < 0.92:
            said = {"given": "35 mg"} if self.dice.random() < 0.3 else {}
            yield from self.told(end, "bob", "dose_stopped", **said)
        for minute in (1, 15, 30, 45, 60, 90, 118):
            if self.dice.random() < 0.93:
                yield from self._signs(end + minute * 60, danger=0.05)
                yield from self._answer(end + minute * 60)
        if self.dice.random() < 0.3:
            yield from self._correction(end)
        if self.dice.random() < 0.3:
            yield from self.told(end + 45 * 60, "bob", "discharged", asked=True, name="Bob")
        ending = self.dice.random()
        if ending < 0.12:
            yield from self.told(end + 70 * 60, "bob", "left_against_advice", told="no driving")
            return
        if ending < 0.18:
            yield from self.told(end + 70 * 60, "alice", "transferred", to="the hospital", reason="chest pain")
            return
        criteria = next(one for one in evening() if one["type"] == "criteria_checked")["criteria"]
        yield from self.told(end + 119 * 60, "bob", "dissociation_scored", cadss6=0)
        bad = {"gait_steady": False} if self.dice.random() < 0.15 else {}
        yield from self.told(end + 119 * 60 + 30, "bob", "criteria_checked", criteria={**criteria, **bad})
        for minute in (119, 121):
            yield from self.told(end + minute * 60 + 50, "alice", "discharged", asked=True, name="Alice")

    def _signs(self, at_s: int, danger: float = 0.0) -> Iterator[Step]:
        signs: dict[str, Any] = {"sbp": 124 + self.dice.randint(-3, 3), "dbp": 78, "hr": 72, "rr": 14, "spo2": 98}
        if self.dice.random() < danger:
            signs |= self.dice.choice(BAD_SIGNS)
        if self.dice.random() < 0.1:
            signs.pop(self.dice.choice(sorted(signs)))
        yield from self.told(at_s, "bob", "vitals_recorded", **signs)
        yield from self.told(at_s + 20, "bob", "sedation_scored", moaas=5)

    def _answer(self, at_s: int) -> Iterator[Step]:
        """Somebody sees or pauses whatever alarm stands first then."""
        if self.dice.random() < 0.4:
            kind = self.dice.choice(["alarm_acknowledged", "alarm_acknowledged", "alarm_paused"])
            who = self.dice.choice(["bob", "ben", "alice"])
            more = {"kind": kind, "id": self._name(), "over": self.dice.choice(["1 min", "60 min"])}
            yield Step(at_s + self.dice.randint(25, 240), self.room, who, "answer", more)

    def _correction(self, at_s: int) -> Iterator[Step]:
        sets = [name for name in self.kinds if name.endswith("vitals_recorded")]
        name = self.dice.choice(sets)
        new = {"id": name, "type": "vitals_recorded", "sbp": 121, "dbp": 77, "hr": 70, "rr": 14, "spo2": 98}
        yield from self.told(at_s + 300, "ben", "corrected", corrects=name, reason="typed again", event=new)

    def _name(self) -> str:
        self.number += 1
        return f"r{self.room}-{self.number}"

    def told(self, at_s: int, by: str, kind: str, *, asked: bool = False, **said: Any) -> Iterator[Step]:
        """An event, and how its sendings fare: once, twice, late, out of order, or into a server that fails."""
        name = f"{self._name()}-{kind}"
        self.kinds.append(name)
        event = {"id": name, "type": kind, "at_s": at_s + self.skew[by], **said}
        told = {"event": event, "device": f"tablet-{by}"} | ({"asked": True} if asked else {})
        arrives = at_s
        if not asked and self.dice.random() < 0.18:
            arrives += self.dice.choice(DELAYS_S)
        fault = self.dice.choice(["write", "write", "commit", "answer"]) if self.dice.random() < 0.08 else ""
        if fault:
            more = told | {"fault": fault, "number": self.dice.randint(1, 8)}
            yield Step(arrives, self.room, by, "send", more)
            arrives += self.dice.choice((3, 20))
        yield Step(arrives, self.room, by, "send", told)
        if self.dice.random() < 0.12:
            yield Step(arrives + self.dice.choice((1, 300)), self.room, by, "send", told)
