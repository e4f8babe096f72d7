"""What a clinic's overlay may do to a protocol: tighten, confirm, add; loosen only where the protocol says so.

    id = "iv-racemic"
    [cuts.start_sbp_guide]                       # confirm a default
    confirmed = { by = "Dr Alice", on = 2026-11-01, role = "medical director" }
    [cuts.observation_min]                       # loosen, down to the floor of the protocol
    value = 90
    set_by = { by = "Dr Alice", on = 2026-11-01, reason = "pressure was back to baseline by 90 min in our audit" }
    [[rules]]                                    # tighten
    id = "A-PRE-02"
    severity = "block"

Anything else is refused with the key and the fix. A second overlay is measured against the first, so that a site
cannot loosen what its group has tightened.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from keel.knowledge.overlay_guard import HEADER, RULE_KEYS, changed, cut_problems, verb_problems

_LISTS = {"slots", "work_up", "requirements", "course", "duties", "practice", "leaving", "positions", "blocks"}
_ENABLEMENT_KEYS = {"on", "jurisdictions", "signed"}


def protocol_overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to a protocol that it may not; empty where all of it is allowed.

    What stands there as it stood below is not a change, so that a whole copy of a file may be an overlay.
    """
    for key, value in above.items():
        if key in HEADER or value == below.get(key):
            continue
        if key == "cuts":
            cuts = below.get("cuts", {})
            for name, change in value.items():
                if name not in cuts and "unit" not in change:
                    yield _not_there(f"cuts.{name}", name, cuts, "a number of your own needs value and unit")
                yield from cut_problems(f"cuts.{name}", cuts.get(name), change)
        elif key == "rules":
            known = {rule["id"]: rule for rule in below.get("rules", ())}
            for change in value:
                name = change.get("id", "?")
                if name not in known and "phase" not in change:
                    yield _not_there(f"rule {name}", name, known, "a rule of your own needs phase, when and text")
                yield from _rule_problems(name, known.get(name), change)
        elif key == "enablement":
            yield from _enablement_problems(below.get("enablement", {}), value)
        elif key in _LISTS:
            rows = {row["id"]: row for row in below.get(key, ())}
            for row in value:
                if row.get("id") in rows and row != rows[row["id"]]:
                    yield f"{key} {row['id']} cannot be changed. Add one of your own beside it."
        else:
            yield f"“{key}” cannot be changed by an overlay. Confirm, tighten, or add a rule of your own."


def _not_there(what: str, name: str, known: Mapping[str, Any], whole: str) -> str:
    """Of an id that nothing below has and that is not a whole entry either: most often a slip."""
    near = get_close_matches(name, known, n=3)
    hint = f"Near: {', '.join(near)}; else " if near else ""
    return f"{what} is not in this protocol. {hint}{whole}."


def _rule_problems(name: str, old: Mapping[str, Any] | None, change: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        return
    if foreign := changed(old, change, RULE_KEYS):
        yield f"rule {name}: “{foreign[0]}” cannot be changed. Add a rule of your own beside it."
        return
    yield from verb_problems(f"rule {name}", old, change)


def _enablement_problems(old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := changed(old, change, _ENABLEMENT_KEYS):
        yield f"enablement.{foreign[0]} cannot be changed."
        return
    if not change.get("on") or old.get("on", True):
        return
    signed = change.get("signed") or {}
    role = old.get("needs_role", "")
    if not signed.get("by") or not signed.get("on") or not signed.get("reason") or signed.get("role", "") != role:
        yield f"enablement: turning the pathway on needs `signed` with by, on, reason, and role = “{role}”."
    if not change.get("jurisdictions"):
        yield "enablement: turning the pathway on needs `jurisdictions`, the places in which it is on."
