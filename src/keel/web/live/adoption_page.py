"""The pages on which a clinic makes defaults its own: every decision, and one of them with all that stands in it."""

import math
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.knowledge.adoption import Decision, entry_of
from keel.knowledge.conditions import VERBS
from keel.knowledge.defaults import UnconfirmedFact
from keel.knowledge.protocols import Rule
from keel.knowledge.protocols.shape import Cut, leaves
from keel.messages import Message
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import ClinicError
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.adoption import Standing, is_adopted, overlay_file, standing
from keel.web.live.errors import SessionRefused
from keel.web.live.signing import end, sign_decision

MOST_SHOWN = 200
"""Rows of a decision on its page; a long table of names is read in the reference."""


class Row(NamedTuple):
    """One default for the screen."""

    fact: UnconfirmedFact
    entry: Any
    used_by: tuple[Rule, ...]
    elsewhere: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The name of its field in the form, where it can be made stricter."""
        if isinstance(self.entry, Cut) and self.entry.tighter:
            return f"cut-{self.fact.path.partition('.')[2]}"
        return f"rule-{self.entry.id}" if isinstance(self.entry, Rule) and self.stronger else ""

    @property
    def stronger(self) -> tuple[str, ...]:
        """The verbs that are stronger than the rule's."""
        return VERBS[: VERBS.index(self.entry.severity)] if isinstance(self.entry, Rule) else ()


@require_safe
@staff(Permission.SEE_ROOMS)
def adoption(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Every decision by protocol, and how far each protocol is."""
    rows, facts = standing(clinic), knowledge.load()
    given = [one for one in facts.protocols.values() if one.dosing.kind != "none"]
    groups = [
        (one, [row for row in rows if row.decision.protocol == one.id], is_adopted(clinic, one.id)) for one in given
    ]
    named = {one.id for one in given}
    rest = [row for row in rows if row.decision.protocol not in named]
    return render(request, "live/adoption.html", {"clinic": clinic, "groups": groups, "rest": rest})


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RUN_SESSIONS)
def decision(request: HttpRequest, clinic: Clinic, decision: str) -> HttpResponse:
    """One decision: each default in it, with its source or the lack of one, and the form to sign it."""
    found = next((one for one in standing(clinic) if one.decision.id == decision), None)
    if found is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            _act(request, clinic, found)
        except (SessionRefused, ClinicError) as refused:
            problem = plain(getattr(refused, "text", None) or str(refused))
        else:
            return redirect("live:adoption", clinic.slug)
    context = {
        "clinic": clinic,
        "standing": found,
        "rows": rows_of(found.decision),
        "changes": (found.proposed or found.signatures)[-1].changes if found.signatures else {},
        "may_end": Permission.DECIDE in request.allowed,
        "problem": problem,
        "told": request.POST,
    }
    return render(request, "live/decision.html", context, status=UNPROCESSABLE if problem else 200)


def _act(request: HttpRequest, clinic: Clinic, found: Standing) -> None:
    told, now = request.POST, clock.now()
    if "end" in told:
        end(by=request.user, clinic=clinic, decision=found.decision.id, reason=told.get("reason", ""), at=now)
        return
    if "read" not in told:
        raise SessionRefused(_READ_FIRST)
    changes: dict[str, dict[str, Any]] = {"cuts": {}, "rules": {}}
    for row in rows_of(found.decision):
        typed = told.get(row.name, "").strip() if row.name else ""
        if typed and isinstance(row.entry, Cut):
            changes["cuts"][row.name.removeprefix("cut-")] = _number(typed)
        elif typed:
            changes["rules"][row.name.removeprefix("rule-")] = typed
    sign_decision(
        by=request.user,
        clinic=clinic,
        decision=found.decision.id,
        digest=told.get("digest", ""),
        changes=changes,
        reason=told.get("reason", ""),
        at=now,
    )


_READ_FIRST = Message("Tick that you have read each of them.")


def _number(typed: str) -> float:
    try:
        value = float(typed.replace(",", "."))
        if not math.isfinite(value):
            raise ValueError
    except ValueError:
        raise SessionRefused(Message("{text} is no number.", text=typed)) from None
    return int(value) if value.is_integer() else value


@require_safe
@staff(Permission.SEE_ROOMS)
def overlay(request: HttpRequest, clinic: Clinic, protocol: str) -> HttpResponse:
    """What a clinic has made its own, as the file of an overlay."""
    if protocol not in knowledge.load().protocols:
        raise Http404
    name = f'attachment; filename="{protocol}.toml"'
    content = overlay_file(clinic, protocol)
    return HttpResponse(content, content_type="application/toml", headers={"Content-Disposition": name})


def rows_of(decision: Decision) -> list[Row]:
    """The defaults of a decision, with what each is used by and what other protocols have in its place."""
    facts = knowledge.load()
    protocol, rows = facts.protocols.get(decision.protocol), []
    for fact in decision.rows[:MOST_SHOWN]:
        entry, name = entry_of(fact, facts), fact.path.partition(".")[2]
        used: tuple[Rule, ...] = ()
        others: tuple[tuple[str, float], ...] = ()
        if isinstance(entry, Cut) and protocol:
            used = tuple(rule for rule in protocol.rules if name in {leaf.cut for leaf in leaves(rule.when)})
            others = tuple(
                (one.title, one.cuts[name].value)
                for one in facts.protocols.values()
                if one.id != protocol.id and name in one.cuts and one.cuts[name].value != entry.value
            )
        rows.append(Row(fact, entry, used, others))
    return rows
