"""T12: a machine of rules that makes a session up, step by step, through the actions of the pages and the fold at once.

After each step the two say the same, and neither gate is open against the protocol as `stated.py` states it.
"""

import datetime as dt
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulation.days import as_in_the_beginning
from simulation.stated import Closed, Story, may_leave, may_start
from support.clock import START
from support.live import PLAN, a_session, evening
from support.sessions import read_session

PRESCRIBERS = ("alice",)
GOOD = next(one for one in evening() if one["type"] == "checked")["facts"]
AT_THE_DOOR = next(one for one in evening() if one["type"] == "criteria_checked")["criteria"]
SIGNS = {"sbp": 124, "dbp": 76, "hr": 72, "rr": 14, "spo2": 98}
ONE_SIGN = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"sbp": st.sampled_from([88, 89, 90, 140, 141, 159, 160, 179, 180, None])}),
    st.fixed_dictionaries({"dbp": st.sampled_from([90, 91, 99, 100, 109, 110, None])}),
    st.fixed_dictionaries({"hr": st.sampled_from([49, 50, 110, 111, 131, None])}),
    st.fixed_dictionaries({"rr": st.sampled_from([7, 9, 10, 24, 25, None])}),
    st.fixed_dictionaries({"spo2": st.sampled_from([89, 91, 92, 94, 95, None])}),
)
ANSWERS = st.sampled_from(
    [
        *({name: value} for name in sorted(GOOD) for value in (True, False, None) if isinstance(GOOD[name], bool)),
        *({"hours_since_solids": value} for value in (5.9, 6)),
        *({"hours_since_clear_fluids": value} for value in (1.9, 2)),
        {"breath_alcohol": "positive"},
        {"time_out_people": 1},
        {"cssrs_q4": True},
        {"escort_confirmed": False, "safe_transport": False},
    ]
)
CRITERIA = st.sampled_from([{name: value} for name in sorted(AT_THE_DOOR) for value in (True, False, None, 8, 9)])
_BEFORE = ("01", "02", "03", "05", "06", "07", "10", "12", "15", "17")
_LEAVING = ("01", "02", "03", "04", "05", "08", "09", "MISSING")
RULES = st.sampled_from([*(f"A-PRE-{one}" for one in _BEFORE), *(f"A-DC-{one}" for one in _LEAVING)])


class FoldMachine(RuleBasedStateMachine):
    """The fold alone: a session file that grows."""

    steps = 0
    opened: ClassVar = {"start": 0, "leaving": 0}

    def __init__(self) -> None:
        super().__init__()
        self.at, self.told, self.number = START, [], 0
        self.document: dict[str, Any] = {}

    @initialize()
    def begin(self) -> None:
        self.document = {
            "id": "m",
            "protocol": "iv-racemic",
            "jurisdiction": "UK",
            "timezone": "Europe/London",
            "doses": [],
            "person": {"age": 34, "sex": "female", "weight": "70 kg", "height": "170 cm", "pregnancy": "not_pregnant"},
            "plan": PLAN,
        }
        self._tell("started")

    # ------------------------------------------------------------------------------------------------ what people do

    @rule(minutes=st.sampled_from([1, 4, 5, 9, 11, 16, 30, 119, 121]))
    def wait(self, minutes: int) -> None:
        self.at += dt.timedelta(minutes=minutes)

    @rule(bad=ONE_SIGN)
    def signs(self, bad: dict[str, Any]) -> None:
        self._signs(bad)

    @rule(bad=ANSWERS)
    def answer(self, bad: dict[str, Any]) -> None:
        self._tell("checked", facts=bad)

    @rule(bad=st.one_of(st.just({}), st.just({}), ANSWERS), late=ONE_SIGN)
    @precondition(lambda self: not self.story.begun)
    def prepare(self, bad: dict[str, Any], late: dict[str, Any]) -> None:
        """All that comes before a dose, perhaps with one answer or one sign otherwise."""
        self._tell("checked", facts={**GOOD, **bad})
        for more in ({}, late):
            self._signs(more)
            self._tell("dissociation_scored", cadss6=0)
            self.at += dt.timedelta(minutes=6)

    @rule(bad=st.one_of(st.just({}), st.just({}), CRITERIA), late=ONE_SIGN, minutes=st.sampled_from([100, 118, 121]))
    @precondition(lambda self: self.story.begun and self.story.stopped and not self.story.has_left)
    def recover(self, bad: dict[str, Any], late: dict[str, Any], minutes: int) -> None:
        """The hours after it, perhaps with one criterion or the last sign otherwise, or too few minutes."""
        end = self.story.stopped
        assert end is not None
        for minute in (15, 30, 45, 60, 90, minutes):
            self.at = max(self.at, end + dt.timedelta(minutes=minute))
            self._signs(late if minute == minutes else {})
        self._tell("dissociation_scored", cadss6=0)
        self._tell("criteria_checked", criteria={**AT_THE_DOOR, **bad})

    @rule()
    def start(self) -> None:
        self._tell("dose_started", asked="may_start", amount="35 mg", over="40 min")

    @rule()
    @precondition(lambda self: self.story.begun and not self.story.stopped)
    def run_and_stop(self) -> None:
        for _ten in range(3):
            self.at += dt.timedelta(minutes=10)
            self._signs({})
        self.at += dt.timedelta(minutes=10)
        self._tell("dose_stopped")
        self._signs({})

    @rule(name=RULES, who=st.sampled_from(["alice", "alice", "bob"]), in_person=st.booleans())
    def override(self, name: str, who: str, in_person: bool) -> None:
        role = "prescriber" if who == "alice" else "nurse"
        self._tell("overridden", by=who, rule=name, name=who, role=role, reason="seen", in_person=in_person)

    @rule()
    def hold(self) -> None:
        self._tell("held", reason="wait")

    @rule()
    def leave(self) -> None:
        self._tell("discharged", by="alice", asked="may_discharge", name="Alice")

    @rule(data=st.data())
    @precondition(lambda self: [one for one in self.told if one["type"] in ("vitals_recorded", "checked")])
    def correct(self, data: st.DataObject) -> None:
        """An entry is taken back, or a set of signs replaced by a good one."""
        wrong = data.draw(st.sampled_from([one for one in self.told if one["type"] in ("vitals_recorded", "checked")]))
        new: dict[str, Any] | None = None
        if wrong["type"] == "vitals_recorded" and data.draw(st.booleans()):
            new = {"id": wrong["id"], "type": "vitals_recorded", "at": wrong["at"], "by": "bob", **SIGNS}
        self._tell("corrected", corrects=wrong["id"], reason="wrong person", event=new)

    # ------------------------------------------------------------------------------------------------ what must hold

    @invariant()
    def no_gate_is_open_against_the_protocol(self) -> None:
        if not self.document:
            return
        type(self).steps += 1
        state = self.folded()
        if state.may_start:
            type(self).opened["start"] += 1
            self._nothing(may_start(self.story, PRESCRIBERS))
        if state.may_discharge and not self.story.has_left:
            type(self).opened["leaving"] += 1
            self._nothing(may_leave(self.story, PRESCRIBERS))
        self.beside(state)

    def beside(self, state: Any) -> None:
        """What else is held against the fold."""

    def _nothing(self, closed: list[Closed]) -> None:
        assert not closed, (closed, self.at.isoformat(), self.told)

    @property
    def story(self) -> Story:
        return Story(self.told, self.at)

    def folded(self) -> Any:
        from keel.assessment.session.fold import fold_session
        from keel.knowledge import load

        events = [_in_a_file(one) for one in self.told]
        return fold_session(read_session({**self.document, "events": events}), at=self.at, knowledge=load())

    def _signs(self, bad: dict[str, Any]) -> None:
        self._tell("vitals_recorded", **{name: value for name, value in {**SIGNS, **bad}.items() if value is not None})
        self._tell("sedation_scored", moaas=5)

    def _tell(self, kind: str, *, by: str = "bob", asked: str = "", **said: Any) -> None:
        self.number += 1
        self.at += dt.timedelta(seconds=1)
        event = {"id": f"e{self.number}", "type": kind, "at": self.at, "by": by, **said}
        if self.stores(event, asked):
            self.told.append(event)

    def stores(self, event: dict[str, Any], asked: str) -> bool:
        """Whether it is taken: a deed is asked of the gate."""
        return not asked or getattr(self.folded(), asked)


class PagesMachine(FoldMachine):
    """The actions of the pages beside the fold."""

    def __init__(self) -> None:
        super().__init__()
        self._database = ExitStack()
        self._database.enter_context(as_in_the_beginning())

    @initialize()
    def begin(self) -> None:
        from simulation.clinic import SimulatedClinic

        clinic = SimulatedClinic(0, 1)
        self.people = clinic.people
        self.live = a_session(clinic.patients[0], clinic.people["bob"], name="machine", room=clinic.places[0])
        self.document = {**self.live.opening.payload["session"], "id": "machine"}
        self.told.append({"id": "machine-start", "type": "started", "at": self.at, "by": "bob"})

    def teardown(self) -> None:
        self._database.close()

    def stores(self, event: dict[str, Any], asked: str) -> bool:
        from keel.web.live.actions import record_events
        from keel.web.live.errors import GateHolds

        sent = {name: value for name, value in _in_a_file(event).items() if name not in ("by", "role")}
        by = self.people[event["by"]]
        try:
            taken = record_events(by=by, live=self.live, events=[sent], at=self.at, is_asked=bool(asked))
        except GateHolds:
            state = self.folded()
            assert not getattr(state, asked) or asked == "may_start", "refused at the screen, open in the fold"
            return False
        if asked and taken.stored:
            closed = may_start if asked == "may_start" else may_leave
            self._nothing(closed(self.story, PRESCRIBERS))
        return bool(taken.stored)

    def beside(self, state: Any) -> None:
        from keel.web.live import sessions

        sessions._kept.clear()
        self.live.refresh_from_db()
        pages = sessions.state_of(self.live, at=self.at)
        for name in ("phase", "may_start", "may_continue", "may_discharge", "given_mg", "observation"):
            assert getattr(pages, name) == getattr(state, name), name


def _in_a_file(event: dict[str, Any]) -> dict[str, Any]:
    """An event as a session file has it."""
    told = event | {"at": event["at"].isoformat()}
    if isinstance(event.get("event"), dict):
        told["event"] = _in_a_file(event["event"])
    return told
