"""What an overlay may do to a number and to a rule: tighten and confirm freely, loosen where the data allow it.

Used for protocols, surveillance and the rules of a session. Each function yields one line for each thing that is not
allowed, with the key and the fix.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from keel.knowledge.conditions import VERBS

HEADER = {"id", "version", "status", "reviewed_by", "reviewed_on", "review_due"}
"""What an overlay may always say of a document."""
CUT_KEYS = {"value", "confirmed", "set_by", "note"}
RULE_KEYS = {"id", "severity", "confirmed", "set_by", "note"}


def cut_problems(where: str, old: Mapping[str, Any] | None, change: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to a number that it may not; a number of its own it may add."""
    if old is None:
        return
    if foreign := changed(old, change, CUT_KEYS):
        yield f"{where}.{foreign[0]} cannot be changed. An overlay sets `value`, `confirmed` and `set_by`."
        return
    yield from signature_problems(f"{where}.confirmed", change.get("confirmed"))
    if "value" not in change or change["value"] == old["value"]:
        return
    direction = old.get("tighter", "")
    if not direction:
        yield f"{where} has no stricter side and cannot be changed."
        return
    is_tighter = (change["value"] > old["value"]) == (direction == "higher")
    if not is_tighter:
        yield from _loosening_problems(where, old, change)


def _loosening_problems(where: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    shown = f"{old['value']:g} to {change['value']:g} {old['unit']}"
    if not old.get("may_loosen"):
        yield f"{where} from {shown} would loosen it, which is not allowed. Make it {old['tighter']}."
        return
    least, most = old.get("least"), old.get("most")
    if (least is not None and change["value"] < least) or (most is not None and change["value"] > most):
        limit = least if least is not None else most
        yield f"{where} from {shown} goes past the limit, {limit:g} {old['unit']}."
    yield from _reason_problems(where, change)


def verb_problems(where: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to the verb of a rule that it may not: stronger always, weaker as far as the rule says."""
    yield from signature_problems(f"{where}: confirmed", change.get("confirmed"))
    wanted = change.get("severity", old["severity"])
    if wanted not in VERBS:
        yield f"{where}: “{wanted}” is not one of {', '.join(VERBS)}."
    elif VERBS.index(wanted) > VERBS.index(old["severity"]):
        weakest = old.get("may_loosen_to")
        if weakest is None or VERBS.index(wanted) > VERBS.index(weakest):
            allowed = f"no further than {weakest}" if weakest else "no weaker verb"
            yield f"{where}: from {old['severity']} to {wanted} would loosen it; allowed is {allowed}."
        else:
            yield from _reason_problems(where, change)


def changed(old: Mapping[str, Any], change: Mapping[str, Any], allowed: set[str]) -> list[str]:
    """The keys that an overlay changes and may not; what stands there as it stood below is not a change."""
    return sorted(key for key in set(change) - allowed if change[key] != old.get(key))


def signature_problems(where: str, signature: Any) -> Iterator[str]:
    """What a signature lacks; no signature lacks nothing."""
    if signature is not None and not (isinstance(signature, Mapping) and signature.get("by") and signature.get("on")):
        yield f"{where} needs `by` and `on`: who, and on which day."


def _reason_problems(where: str, change: Mapping[str, Any]) -> Iterator[str]:
    signature = change.get("set_by")
    if not isinstance(signature, Mapping) or not all(signature.get(key) for key in ("by", "on", "reason")):
        yield f"{where} is loosened, which needs `set_by` with by, on and reason."
