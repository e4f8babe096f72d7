"""Live sessions of the tests: one that has begun, and the evening of the specification to play in it."""

import datetime as dt
import html
import re

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
    checked["facts"] = {**tree["screening"], **checked["facts"], "days_since_weighed": 0}
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


def of(live):
    """What each form of a session says of whose it is."""
    return {"session": live.id, "number": live.patient.number}


class Desk:
    """Somebody at the pages of a session: they fill in the forms that a page holds, as a person does."""

    def __init__(self, log_in, name, live):
        self._log_in, self._name, self.live = log_in, name, live
        self.address = f"/clinic/{live.patient.clinic.slug}/sessions/{live.id}/"

    @property
    def browser(self):
        """A browser that was logged in now: between two steps of an evening the screen may have locked."""
        return self._log_in(self._name)

    def page(self, part=""):
        """The text of a part."""
        answer = self.browser.get(f"{self.address}{part and part + '/'}")
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def send(self, part, kind, **told):
        """Fills in the first form of that type of event on a part, and sends it; gives the answer."""
        hidden = _hidden_of(self.page(part), kind)
        return self.browser.post(f"{self.address}record/", {**hidden, **told})

    def done(self, part, kind, **told):
        """As `send`, and it was recorded."""
        answer = self.send(part, kind, **told)
        assert answer.status_code == 302, problem_of(answer)

    def state(self):
        """The state as programs get it."""
        return self.browser.get(f"{self.address[:-1]}.json").json()


def problem_of(answer):
    """What an answer says is wrong."""
    found = re.search(r'<p class="error">.*?</svg>(.*?)</p>', answer.content.decode(), re.DOTALL)
    return html.unescape(re.sub("<[^>]+>", "", found[1])) if found else ""


def _hidden_of(page, kind):
    for form in re.findall(r"<form[^>]*/record/[^>]*>.*?</form>", page, re.DOTALL):
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        if fields.get("type") == kind:
            return {name: html.unescape(value) for name, value in fields.items()}
    raise AssertionError(f"the page has no form for {kind}")
