"""What one hands over, as I-PASS: how ill, the person so far, what is to be done, what may come and what then.

How ill is said by who hands over, the last of it, what was understood, by who takes over; all between comes from the
session itself (live-session reference, section 7).
"""

from typing import NamedTuple

import msgspec

from keel.assessment.session.emergency import ReadOut, read_out
from keel.assessment.session.events import HandedOver
from keel.assessment.session.handover import open_offer
from keel.assessment.session.state import DueCheck, SessionState
from keel.assessment.session.view import SessionView
from keel.findings import Finding, Severity
from keel.messages import Message

_HOLDING = (Severity.BLOCK, Severity.HOLD)


class Contingency(NamedTuple):
    """What may come in this session, and what is done then."""

    comes: Message
    then: Message


class HandoverForm(msgspec.Struct, frozen=True, kw_only=True):
    """What one hands over: the person so far, what is due and what holds, alarms, and what may come with what then."""

    summary: ReadOut
    actions: tuple[DueCheck, ...]
    holds: tuple[Finding, ...]
    alarms: tuple[Finding, ...]
    contingencies: tuple[Contingency, ...]
    offer: HandedOver | None


def handover_form(view: SessionView, state: SessionState) -> HandoverForm:
    """The form of a session at the time of the view; `state` is its fold then."""
    running = view.protocol.rules_of(*view.protocol.gates.running)
    grave = [rule for rule in running if rule.severity in ("block", "hold") and rule.next_step]
    return HandoverForm(
        summary=read_out(view),
        actions=state.due,
        holds=tuple(one for one in state.reasons if one.severity in _HOLDING and one not in state.alarms),
        alarms=state.alarms,
        contingencies=tuple(
            Contingency(Message(rule.title), Message(rule.next_step))
            for rule in grave
            if rule.is_in_force(view.at.date()) and rule.holds_in(view.jurisdiction)
        ),
        offer=open_offer(view.events),
    )
