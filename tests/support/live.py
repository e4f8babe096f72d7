"""Live sessions of the tests: one that has begun, and the evening of the specification to play in it."""

import datetime as dt

from support.clock import START, clock_at
from support.sessions import base_session

PERSON = {"age": 34, "sex": "female", "weight": "70 kg", "height": "170 cm", "pregnancy": "not_pregnant"}
PLAN = {"dose": "0.5 mg/kg", "over": "40 min"}


def a_session(patient, by, *, name="a1", protocol="iv-racemic", room=None, plan=PLAN, at=START):
    """A session that has begun, with `name` as its id."""
    from unittest.mock import patch

    from keel.web.live import actions, sessions

    sessions._kept.clear()  # another test's session had this id
    with (
        patch.object(actions, "may_open", lambda clinic, protocol: True),
        patch.object(actions, "new_name", lambda: name),
    ):
        return actions.open_session(
            by=by, patient=patient, protocol=protocol, room=room, plan=plan, key=f"begin-{name}", at=at
        )


def evening(protocol="iv", start=START):
    """The events of the specification's session, moved to begin a minute after `start`, without the first and authors.

    The answers of its screening stand with those of its gate.
    """
    tree = base_session(protocol)
    first = dt.datetime.fromisoformat(tree["events"][0]["at"])
    events = []
    for event in tree["events"][1:]:
        at = dt.datetime.fromisoformat(event["at"]) - first + start + dt.timedelta(minutes=1)
        events.append({key: value for key, value in event.items() if key != "by"} | {"at": at.isoformat()})
    checked = next(event for event in events if event["type"] == "checked")
    checked["facts"] = {**tree["screening"], **checked["facts"]}
    return events


def play(live, by, events=None, until=None):
    """Records the events one by one, each at its time, up to the first of the type `until`; gives the last time."""
    from keel.web.live.actions import record_events

    at = START
    for event in evening() if events is None else events:
        if until is not None and event["type"] == until:
            break
        at = dt.datetime.fromisoformat(event["at"])
        with clock_at(at):
            taken = record_events(by=by, live=live, events=[event], at=at)
        assert taken.refused == (), taken.refused
    return at
