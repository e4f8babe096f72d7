"""Names put under the defaults of a protocol, and taken away: each with its row of the audit."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel import knowledge
from keel.knowledge.adoption import Decision
from keel.knowledge.files import merge
from keel.knowledge.protocols.overlay import protocol_overlay_problems
from keel.messages import Message
from keel.web.clinic import audit
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import place_of
from keel.web.clinic.roles import Permission
from keel.web.language.words import gettext as _
from keel.web.live.adoption import all_decisions, confirmed, tree_of
from keel.web.live.errors import SessionRefused
from keel.web.live.models import Adoption


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
    place = place_of(by, clinic.slug)
    if place is None or Permission.RUN_SESSIONS not in place.permissions:
        raise NotAllowed(_("Your role does not allow this."))
    known = all_decisions(knowledge.load()).get(decision)
    if known is None or known.digest != digest:
        raise SessionRefused(Message("This decision has changed meanwhile. Read it again."))
    kept = {part: dict(values) for part, values in changes.items() if values}
    role = "prescriber" if Permission.DECIDE in place.permissions else place.roles[0].id
    row = Adoption(
        clinic=clinic, decision=decision, digest=digest, changes=kept, by=by, role=role, at=at, reason=reason.strip()
    )
    if known.protocol:
        problem = next(_problems(known, [row]), None)
        if problem:
            raise SessionRefused(Message("Only what is stricter may be written here: {problem}", problem=problem))
    return _write(row, "adopt")


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


def _problems(decision: Decision, signatures: list[Adoption]) -> Iterator[str]:
    below = tree_of(knowledge.load().protocols[decision.protocol])
    above: dict[str, Any] = {}
    for row in decision.rows:
        above = merge(above, confirmed(row, signatures, signatures[-1].changes))
    yield from protocol_overlay_problems(below, above)
