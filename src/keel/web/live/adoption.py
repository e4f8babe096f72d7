"""Which defaults a clinic has made its own, by whose names: the state of each decision, and the overlay that follows.

A decision is in force once as many people as it needs, a prescriber among them, have signed what stands there now with
the same changes; other changes are a proposal until as many have signed those. A default that changes, or whose source
does, has another digest and is asked again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from keel import knowledge
from keel.knowledge import Knowledge
from keel.knowledge.adoption import Decision, decisions, entry_of
from keel.knowledge.defaults import UnconfirmedFact
from keel.knowledge.files import merge
from keel.knowledge.protocols import Protocol
from keel.knowledge.sessions import SessionRules
from keel.web.clinic.models import Clinic
from keel.web.live.models import Adoption, RuleBook
from keel.web.live.rules import Rules

_SESSION_RULES = "session_rules"


class Standing(NamedTuple):
    """A decision as it stands in a clinic: who signed what is there now, and whether that is enough.

    `proposed` are the signatures under other values than those in force: they change nothing before they are enough.
    """

    decision: Decision
    signatures: tuple[Adoption, ...]
    is_in_force: bool
    was_signed_before: bool
    """Whether somebody signed it as it was, before it changed."""
    proposed: tuple[Adoption, ...] = ()

    @property
    def is_of_every_session(self) -> bool:
        """Whether the sessions of each protocol rest on it."""
        return any(row.kind == _SESSION_RULES for row in self.decision.rows)

    @property
    def names_missing(self) -> int:
        """How many more people have to sign."""
        return max(0, self.decision.topic.names - len(self.proposed or self.signatures))


@lru_cache(maxsize=4)
def all_decisions(facts: Knowledge) -> Mapping[str, Decision]:
    return {one.id: one for one in decisions(facts)}


def standing(clinic: Clinic, protocol: str | None = None) -> list[Standing]:
    """Each decision as it stands; of one protocol those that its sessions rest on."""
    rows, found = signed(clinic), all_decisions(knowledge.load()).values()
    every = (stand(one, rows.get(one.id, [])) for one in found)
    return [one for one in every if protocol in (None, one.decision.protocol) or one.is_of_every_session]


def signed(clinic: Clinic) -> dict[str, list[Adoption]]:
    """The signatures under each decision since it was last ended, in their order."""
    rows: dict[str, list[Adoption]] = {}
    for row in clinic.adoptions.select_related("by").order_by("pk"):
        if row.is_end:
            rows.pop(row.decision, None)
        else:
            rows.setdefault(row.decision, []).append(row)
    return rows


def stand(decision: Decision, rows: Sequence[Adoption]) -> Standing:
    """How a decision stands by the signatures under it, in their order."""
    in_force: list[Adoption] = []
    proposed: list[Adoption] = []
    for row in (one for one in rows if one.digest == decision.digest):
        proposed = [one for one in proposed if one.by_id != row.by_id]  # of one person the newest name counts
        if in_force and row.changes == in_force[0].changes:
            in_force = [*(one for one in in_force if one.by_id != row.by_id), row]
            continue
        proposed.append(row)
        if _is_enough(decision, alike := _alike(proposed)):
            in_force, proposed = alike, []
    return Standing(
        decision=decision,
        signatures=tuple(in_force or _alike(proposed)),
        is_in_force=bool(in_force),
        was_signed_before=any(row.digest != decision.digest for row in rows),
        proposed=tuple(_alike(proposed)) if in_force else (),
    )


def _alike(rows: list[Adoption]) -> list[Adoption]:
    """Those under the same values as the newest."""
    return [one for one in rows if one.changes == rows[-1].changes]


def _is_enough(decision: Decision, rows: list[Adoption]) -> bool:
    return len(rows) >= decision.topic.names and any(row.role == "prescriber" for row in rows)


def is_adopted(clinic: Clinic, protocol: str) -> bool:
    """Whether every decision that a session of the protocol rests on is in force."""
    return all(one.is_in_force for one in standing(clinic, protocol))


# ---------------------------------------------------------------------------------------------------- what follows


def protocol_of(clinic: Clinic, protocol: Protocol) -> Protocol:
    """The protocol with what the clinic has confirmed and made stricter."""
    above = overlay_of(clinic, protocol.id)
    return msgspec.convert(merge(tree_of(protocol), above), Protocol) if above else protocol


def session_rules_of(clinic: Clinic, rules: Mapping[str, SessionRules]) -> dict[str, SessionRules]:
    """The rules of a session with what the clinic has confirmed."""
    kept = dict(rules)
    for one in standing(clinic):
        if one.is_in_force:
            for row in (each for each in one.decision.rows if each.kind == _SESSION_RULES):
                above = confirmed(row, one.signatures, one.signatures[-1].changes)
                kept[row.id] = msgspec.convert(merge(tree_of(kept[row.id]), above), SessionRules)
    return kept


def overlay_of(clinic: Clinic, protocol: str) -> dict[str, Any]:
    """The overlay of a protocol in the form of its file: decisions in force, by name and day; empty for none."""
    above: dict[str, Any] = {}
    for one in standing(clinic, protocol):
        if one.is_in_force and one.decision.protocol == protocol:
            for row in one.decision.rows:
                above = merge(above, confirmed(row, one.signatures, one.signatures[-1].changes))
    return above


def tree_of(document: Protocol | SessionRules) -> dict[str, Any]:
    """A document as its file has it."""
    tree: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return tree


def confirmed(row: UnconfirmedFact, signatures: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What an overlay says of one default: confirmed by name, or stricter by name. Statements have no signature."""
    part, _dot, name = row.path.partition(".")
    signature = {
        "by": ", ".join(one.by.get_full_name() for one in signatures),
        "on": max(one.at for one in signatures).date().isoformat(),
        "role": signatures[0].role,
    }
    if part == "cuts" and "." not in name:
        value = changes.get("cuts", {}).get(name)
        if value is None:
            return {"cuts": {name: {"confirmed": signature}}}
        return {"cuts": {name: {"value": value, "set_by": {**signature, "reason": signatures[0].reason or "stricter"}}}}
    if part == "rules":
        rule = entry_of(row, knowledge.load()).id
        verb = changes.get("rules", {}).get(rule)
        return {"rules": [{"id": rule, "confirmed": signature, **({"severity": verb} if verb else {})}]}
    return {}


def overlay_file(clinic: Clinic, protocol: str) -> str:
    """The overlay as the TOML file `protocols/<id>.toml`, for the command line of the same clinic."""
    above = overlay_of(clinic, protocol)
    lines = [f'id = "{protocol}"']
    for name, cut in sorted(above.get("cuts", {}).items()):
        lines.append(f"\n[cuts.{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in cut.items()]
    for rule in above.get("rules", ()):
        lines.append("\n[[rules]]")
        lines += [f"{key} = {_toml(value)}" for key, value in rule.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = (f"{key} = {one if key == 'on' else _toml(one)}" for key, one in value.items())
        return "{ " + ", ".join(inner) + " }"
    return msgspec.json.encode(value).decode()


# ------------------------------------------------------------------------------------------ when a session begins


def rules_today(clinic: Clinic) -> Knowledge:
    """The knowledge by which a session of this clinic begins now: with what it has confirmed and made stricter."""
    today = knowledge.load()
    protocols = {name: protocol_of(clinic, one) for name, one in today.protocols.items() if one.dosing.kind != "none"}
    return Rules(today, protocols, session_rules_of(clinic, today.session_rules))


def may_open(clinic: Clinic, protocol: str) -> bool:
    """Whether this clinic may begin a session of the protocol: who adopted it may, and a demonstration."""
    return bool(clinic.is_demonstration) or is_adopted(clinic, protocol)


def rule_book(clinic: Clinic, protocol: str) -> RuleBook:
    """The row that keeps the rules of today for a protocol; the same row for the same rules."""
    today = rules_today(clinic)
    documents = {
        "protocol": msgspec.to_builtins(today.protocols[protocol]),
        "session_rules": msgspec.to_builtins(dict(today.session_rules)),
    }
    written = json.dumps(documents, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(f"{today.hash}\n{written}".encode()).hexdigest()
    book: RuleBook
    book, _made = RuleBook.objects.get_or_create(
        digest=digest, defaults={"knowledge_hash": today.hash, "documents": documents}
    )
    return book
