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

Anything else is refused with the key and the mend. A second overlay is measured against the first, so that a site
cannot loosen what its group has tightened.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from keel.knowledge.errors import OverlayRefused
from keel.knowledge.files import Folders, decode, merge, read_toml
from keel.knowledge.protocols import VERBS, Protocol

_HEADER = {"id", "version", "status", "reviewed_by", "reviewed_on", "review_due"}
_LISTS = {"slots", "work_up", "requirements", "course", "duties", "practice", "positions", "blocks"}
_CUT_KEYS = {"value", "confirmed", "set_by", "note"}
_RULE_KEYS = {"id", "severity", "confirmed", "set_by", "note"}
_ENABLEMENT_KEYS = {"on", "jurisdictions", "signed"}


def read_protocols(folders: Folders) -> dict[str, Protocol]:
    """Id to protocol, with overlays applied one after the other; OverlayRefused where one goes too far."""
    found = {}
    for name, paths in folders.files("protocols/*.toml").items():
        tree = read_toml(paths[0])
        for path in paths[1:]:
            tree = _overlaid(tree, read_toml(path), path)
        protocol = decode(tree, Protocol, where=name)
        if protocol.id != Path(name).stem:
            raise OverlayRefused(f"{name}: id is “{protocol.id}”, the file name says otherwise. Make them the same.")
        found[protocol.id] = protocol
    return found


def _overlaid(below: dict[str, Any], above: dict[str, Any], path: Path) -> dict[str, Any]:
    problem = next(overlay_problems(below, above), None)
    if problem:
        raise OverlayRefused(f"overlay {path.parent.name}/{path.name}: {problem}")
    return merge(below, above)


def overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to a protocol that it may not; empty where all of it is allowed.

    What stands there as it stood below is no change, so that a whole copy of a file may be an overlay.
    """
    for key, value in above.items():
        if key in _HEADER or value == below.get(key):
            continue
        if key == "cuts":
            for name, change in value.items():
                yield from _cut_problems(f"cuts.{name}", below.get("cuts", {}).get(name), change)
        elif key == "rules":
            known = {rule["id"]: rule for rule in below.get("rules", ())}
            for change in value:
                yield from _rule_problems(change.get("id", "?"), known.get(change.get("id")), change)
        elif key == "enablement":
            yield from _enablement_problems(below.get("enablement", {}), value)
        elif key in _LISTS:
            rows = {row["id"]: row for row in below.get(key, ())}
            for row in value:
                if row.get("id") in rows and row != rows[row["id"]]:
                    yield f"{key} {row['id']} cannot be changed. Add one of your own beside it."
        else:
            yield f"“{key}” cannot be changed by an overlay. Confirm, tighten, or add a rule of your own."


def _cut_problems(where: str, old: Mapping[str, Any] | None, change: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        return
    if foreign := _changed(old, change, _CUT_KEYS):
        yield f"{where}.{foreign[0]} cannot be changed. An overlay sets `value`, `confirmed` and `set_by`."
        return
    yield from _signature_problems(f"{where}.confirmed", change.get("confirmed"))
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
        yield f"{where} from {shown} would loosen it, which the protocol does not allow. Make it {old['tighter']}."
        return
    least, most = old.get("least"), old.get("most")
    if (least is not None and change["value"] < least) or (most is not None and change["value"] > most):
        limit = least if least is not None else most
        yield f"{where} from {shown} goes past the limit of the protocol, {limit:g} {old['unit']}."
    yield from _reason_problems(where, change)


def _rule_problems(name: str, old: Mapping[str, Any] | None, change: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        return
    if foreign := _changed(old, change, _RULE_KEYS):
        yield f"rule {name}: “{foreign[0]}” cannot be changed. Add a rule of your own beside it."
        return
    yield from _signature_problems(f"rule {name}: confirmed", change.get("confirmed"))
    wanted = change.get("severity", old["severity"])
    if wanted not in VERBS:
        yield f"rule {name}: “{wanted}” is not one of {', '.join(VERBS)}."
    elif VERBS.index(wanted) > VERBS.index(old["severity"]):
        weakest = old.get("may_loosen_to")
        if weakest is None or VERBS.index(wanted) > VERBS.index(weakest):
            allowed = f"no further than {weakest}" if weakest else "not at all"
            yield f"rule {name}: from {old['severity']} to {wanted} would loosen it; the protocol allows {allowed}."
        else:
            yield from _reason_problems(f"rule {name}", change)


def _enablement_problems(old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := _changed(old, change, _ENABLEMENT_KEYS):
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


def _changed(old: Mapping[str, Any], change: Mapping[str, Any], allowed: set[str]) -> list[str]:
    """The keys that an overlay changes and may not."""
    return sorted(key for key in set(change) - allowed if change[key] != old.get(key))


def _signature_problems(where: str, signature: Any) -> Iterator[str]:
    if signature is not None and not (isinstance(signature, Mapping) and signature.get("by") and signature.get("on")):
        yield f"{where} needs `by` and `on`: who, and on which day."


def _reason_problems(where: str, change: Mapping[str, Any]) -> Iterator[str]:
    signature = change.get("set_by")
    if not isinstance(signature, Mapping) or not all(signature.get(key) for key in ("by", "on", "reason")):
        yield f"{where} is loosened, which needs `set_by` with by, on and reason."
