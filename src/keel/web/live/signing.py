"""Names put under the defaults of a protocol, and taken away: each with its row of the audit."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel import knowledge
from keel.knowledge.adoption import Decision
from keel.knowledge.files import merge
from keel.knowledge.protocols.overlay import protocol_overlay_problems
from keel.knowledge.sessions.overlay import session_overlay_problems
from keel.messages import Message
from keel.web.clinic import audit
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import place_of
from keel.web.clinic.roles import Permission
from keel.web.language.words import gettext as _
from keel.web.live.adoption import all_decisions, confirmed, tree_of
from keel.web.live.cards import drugs_decision
from keel.web.live.errors import SessionRefused
from keel.web.live.models import Adoption

_OVERLAYS = {"protocols": protocol_overlay_problems, "session_rules": session_overlay_problems}
"""Kinds of document that a clinic makes stricter, each with what says that a change is none."""


def sign_decision(
    *,
    by: AbstractUser,
    clinic: Clinic,
    decision: str,
    digest: str,
    changes: Mapping[str, Mapping[str, Any]],
    reason: str,
    at: dt.datetime,
) -> Adoption:
    """Puts a name under a decision as it stood on the page (`digest`).

    NotAllowed; SessionRefused where the decision has changed meanwhile, or a change is not stricter.
    """
    role = _role(by, clinic)
    known = all_decisions(knowledge.load()).get(decision)
    if known is None or known.digest != digest:
        raise SessionRefused(Message("This decision has changed meanwhile. Read it again."))
    kept = {part: dict(values) for part, values in changes.items() if values}
    row = Adoption(
        clinic=clinic, decision=decision, digest=digest, changes=kept, by=by, role=role, at=at, reason=reason.strip()
    )
    problem = next(_problems(known, row), None)
    if problem:
        raise SessionRefused(Message("Only what is stricter may be written here: {problem}", problem=problem))
    return _write(row, "adopt")


def sign_drugs(
    *, by: AbstractUser, clinic: Clinic, card: str, digest: str, drugs: Sequence[Mapping[str, str]], at: dt.datetime
) -> Adoption:
    """Puts a name under the clinic's own drugs of an emergency card: each with `name`, `dose` and `given_by`.

    NotAllowed; SessionRefused where the card has changed meanwhile, or a box is not whole.
    """
    role, known = _role(by, clinic), knowledge.load().emergency_cards.get(card)
    decision = drugs_decision(known) if known else None
    if decision is None or decision.digest != digest:
        raise SessionRefused(Message("This card has changed meanwhile. Read it again."))
    for box in drugs:
        if not all(box[part].strip() for part in ("name", "dose", "given_by")):
            raise SessionRefused(Message("Each drug needs its name, its dose and who may give it."))
        if re.fullmatch(r"[^a-zA-Zµμ%]*\d[^a-zA-Zµμ%]*", box["dose"]):
            raise SessionRefused(Message("Write the dose with its unit: {dose}.", dose=box["dose"]))
    kept = {"drugs": [{part: " ".join(box[part].split()) for part in ("name", "dose", "given_by")} for box in drugs]}
    row = Adoption(clinic=clinic, decision=decision.id, digest=digest, changes=kept, by=by, role=role, at=at)
    return _write(row, "adopt")


def _role(by: AbstractUser, clinic: Clinic) -> str:
    """As what somebody signs; NotAllowed where they run no sessions."""
    place = place_of(by, clinic.slug)
    if place is None or Permission.RUN_SESSIONS not in place.permissions:
        raise NotAllowed(_("Your role does not allow this."))
    return "prescriber" if Permission.DECIDE in place.permissions else place.roles[0].id


def end(*, by: AbstractUser, clinic: Clinic, decision: str, reason: str, at: dt.datetime) -> Adoption:
    """Takes every name from under a decision: its protocol begins no session until it is signed anew."""
    place = place_of(by, clinic.slug)
    if place is None or Permission.DECIDE not in place.permissions:
        raise NotAllowed(_("Your role does not allow this."))
    if not reason.strip():
        raise SessionRefused(Message("Say why."))
    row = Adoption(
        clinic=clinic, decision=decision, by=by, role="prescriber", at=at, reason=reason.strip(), is_end=True
    )
    return _write(row, "end_adoption")


def _write(row: Adoption, action: str) -> Adoption:
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=row.clinic_id)
        row.save(force_insert=True)
        detail = {"digest": row.digest, "changes": row.changes, "reason": row.reason, "role": row.role}
        name = row.by.get_username()
        audit.append(locked, at=row.at, actor=name, action=action, subject=row.decision, detail=detail)
    return row


def _problems(decision: Decision, signature: Adoption) -> Iterator[str]:
    facts = knowledge.load()
    for kind, problems in _OVERLAYS.items():
        rows = [one for one in decision.rows if one.kind == kind]
        for name in dict.fromkeys(one.id for one in rows):
            above: dict[str, Any] = {}
            for row in (one for one in rows if one.id == name):
                above = merge(above, confirmed(row, [signature], signature.changes))
            yield from problems(tree_of(getattr(facts, kind)[name]), above)
