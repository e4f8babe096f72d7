"""Vital signs as monitors send them: HL7 v2 ORU^R01 in the profile of IHE PCD-01, read into single readings.

What is no value (a lead is off, the device is busy, a test) is named with its reason and is never a value; what the
device says of its own alarm limits is no normal range and is left out. A time without an offset is in the zone of the
device, and the reading says so.
"""

import datetime as dt
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import hl7
import msgspec

from keel.interop.errors import ReadError, shown
from keel.interop.plausibility import why_impossible
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import EMPTY, Message
from keel.quantities import written_unit

SIGNS = {
    "systolic": "sbp",
    "diastolic": "dbp",
    "heart_rate": "hr",
    "respiratory_rate": "rr",
    "oxygen_saturation": "spo2",
}
"""A measure by its name in the tables, to the key of a set of vital signs."""
_SYSTEMS = {"MDC": "urn:iso:std:iso:11073:10101", "LN": "http://loinc.org"}
_UNITS = {"266016": "mm[Hg]", "262688": "%", "264864": "/min", "264928": "/min"}
"""Codes of units in MDC, to UCUM (reference/live-session.md, section 5)."""
_NO_VALUE = {
    "INV": Message("the device calls it invalid"),
    "NAV": Message("the device has no value"),
    "BUSY": Message("the device is busy"),
    "OFF": Message("it is switched off"),
}
_NOT_A_PATIENT = ("TEST", "DEMO")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One sign at one time. `value` is None where there is none, with the reason in `why`.

    `device` is the EUI-64 or the name that the message gives; `zone_assumed` says that the time came without an offset.
    """

    device: str
    sign: str
    value: float | None
    at: dt.datetime
    why: Message = EMPTY
    zone_assumed: bool = False


class VitalsMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says. `control_id` and `sender` name it; `patient` is an id that only cross-checks.

    `sent_at` is when it was sent, by the sender's clock.
    """

    sender: str
    control_id: str
    patient: str
    sent_at: dt.datetime | None
    readings: tuple[Reading, ...]
    unread: tuple[Message, ...]
    """What was there and is no vital sign that Keel uses, each named."""


def read_vitals(text: str, *, zone: ZoneInfo, at: dt.datetime, knowledge: Knowledge) -> VitalsMessage:
    """The readings of a message; ReadError where it is none of observations, or nothing in it can be read.

    `at` is when it came, for readings without any time.
    """
    message = _parsed(text)
    head = message.segment("MSH")
    observations = [segment for segment in message if str(segment[0]) == "OBX"]
    devices = [found for segment in observations if (found := _device(segment))]
    gateway = devices[0] if devices else _part(head, 3, 2) or _part(head, 3, 1)
    request = next((segment for segment in message if str(segment[0]) == "OBR"), None)
    taken = _moment(_field(request, 7), zone) if request is not None else None
    sent = _moment(_field(head, 7), zone)
    readings: list[Reading] = []
    unread: list[Message] = []
    for segment in observations:
        what = _reading(segment, gateway, taken, zone, at, knowledge)
        if isinstance(what, Reading):
            readings.append(what)
        elif what:
            unread.append(what)
    return VitalsMessage(
        sender=_part(head, 3, 2) or _part(head, 3, 1),
        control_id=_field(head, 10),
        patient=_patient(message),
        sent_at=sent[0] if sent else None,
        readings=tuple(readings),
        unread=tuple(unread),
    )


def _parsed(text: str) -> hl7.Message:
    """The message with its segments apart, whatever ends its lines."""
    lines = "\r".join(line for line in re.split(r"\r\n|\r|\n", text) if line.strip())
    if not lines.startswith("MSH|"):
        raise ReadError(Message("This is no HL7 v2 message: it does not begin with MSH."))
    try:
        message = hl7.parse(f"{lines}\r")
    except (hl7.HL7Exception, ValueError, IndexError, KeyError) as error:
        problem = Message("The message cannot be read: {problem}.", problem=shown(str(error)))
        raise ReadError(problem) from None
    kind = _field(message.segment("MSH"), 9)
    if not kind.startswith("ORU^R01"):
        raise ReadError(Message("A message {kind} brings no vital signs. Send ORU^R01.", kind=shown(kind or "?")))
    if not any(str(segment[0]) == "OBX" for segment in message):
        raise ReadError(Message("The message has no OBX segment, so no reading."))
    return message


def _reading(
    segment: hl7.Segment,
    gateway: str,
    taken: tuple[dt.datetime, bool] | None,
    zone: ZoneInfo,
    at: dt.datetime,
    knowledge: Knowledge,
) -> Reading | Message:
    """The reading of an OBX segment, what is in it instead, or nothing for the row of a device."""
    code, name, system = (_part(segment, 3, number) for number in (1, 2, 3))
    row = knowledge.reading_codes.coded(CodeKind.MEASURE, _SYSTEMS.get(system, system), code)
    sign = SIGNS.get(row.means) if row else None
    if row is None or sign is None:
        is_device = _field(segment, 4).endswith(".0.0.0") or _field(segment, 4).endswith(".0.0")
        return EMPTY if is_device else Message("{name} ({code}) is not read", name=shown(name), code=shown(code))
    when = _moment(_field(segment, 14), zone) or taken or (at, False)
    typed, status = _field(segment, 5), _field(segment, 11)
    flags = set(_field(segment, 8).upper().replace("~", "^").split("^"))
    why, value = EMPTY, None
    if flags & set(_NOT_A_PATIENT):
        why = Message("it is a test and no patient's")
    elif found := next((_NO_VALUE[flag] for flag in _NO_VALUE if flag in flags), None):
        why = found
    elif status in ("X", "N", "D", "W") or typed in ("", '""', "?"):
        why = Message("the device has no value")
    elif flags & {"<", ">"} or typed[:1] in "<>":
        why = Message("it is off the scale: {value}", value=shown(typed))
    else:
        value, why = _number(typed, _part(segment, 6, 1), row.unit, row.means, knowledge)
    return Reading(
        device=_device(segment) or gateway, sign=sign, value=value, at=when[0], why=why, zone_assumed=when[1]
    )


def _number(typed: str, unit: str, wanted: str, means: str, knowledge: Knowledge) -> tuple[float | None, Message]:
    """The number in the unit of the table, or why there is none."""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", typed):
        return None, Message("{value} is no number", value=shown(typed))
    ours = _UNITS.get(unit, unit)
    if ours != wanted:
        return None, Message("its unit is {unit}, not {wanted}", unit=shown(unit or "?"), wanted=written_unit(wanted))
    value = float(typed)
    if problem := why_impossible(means, value, knowledge.reading_limits):
        return None, problem
    return value, EMPTY


def _device(segment: hl7.Segment) -> str:
    """The module or monitor that an OBX-18 names, by its EUI-64."""
    return _part(segment, 18, 3) or _part(segment, 18, 1)


def _patient(message: hl7.Message) -> str:
    return next((_part(segment, 3, 1) for segment in message if str(segment[0]) == "PID"), "")


def _moment(text: str, zone: ZoneInfo) -> tuple[dt.datetime, bool] | None:
    """A time of HL7 and whether its zone was assumed; None where there is none to the minute."""
    found = re.fullmatch(r"(\d{12})(\d{2})?(?:\.\d{1,4})?([+-]\d{4})?", text)
    if found is None:
        return None
    minute, second, offset = found.groups()
    try:
        moment = dt.datetime.strptime(f"{minute}{second or '00'}{offset or '+0000'}", "%Y%m%d%H%M%S%z")
        moment = moment if offset else moment.replace(tzinfo=zone)
        moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # no such day or offset, or one at an end of the calendar
        return None
    return moment, offset is None


def _field(segment: hl7.Segment, number: int) -> str:
    """A field as it stands; empty where it is not there."""
    return str(segment[number]).strip() if len(segment) > number else ""


def _part(segment: hl7.Segment, number: int, component: int) -> str:
    """A component of a field, from 1 on; empty where it is not there."""
    parts = _field(segment, number).split("~")[0].split("^")
    return parts[component - 1].strip() if len(parts) >= component else ""


def acknowledgement(text: str, code: str, *, at: dt.datetime, control_id: str, why: str = "") -> str:
    """The answer to a message: AA stored, AE not stored for what is in it, AR not understood at all."""
    head = text.split("\r")[0].split("\n")[0].split("|")
    sender = head[2:4] if len(head) > 3 else ["", ""]
    asked = head[9] if len(head) > 9 else ""
    version = head[11].strip() if len(head) > 11 else "2.6"
    now = at.strftime("%Y%m%d%H%M%S+0000")
    reason = re.sub(r"[|\\^~&\r\n]", " ", why)[:80]
    return (
        f"MSH|^~\\&|KEEL|KEEL|{sender[0]}|{sender[1]}|{now}||ACK^R01^ACK|{control_id}|P|{version}\r"
        f"MSA|{code}|{asked}|{reason}\r"
    )


def rows_of_signs(readings: tuple[Reading, ...]) -> Iterator[tuple[dt.datetime, dict[str, float]]]:
    """The values by the time at which they were measured, oldest first; two of one sign and time in a set each."""
    moments = sorted({one.at for one in readings if one.value is not None})
    for moment in moments:
        sets: list[dict[str, float]] = []
        for one in readings:
            if one.at == moment and one.value is not None:
                fitting = next((signs for signs in sets if signs.get(one.sign, one.value) == one.value), None)
                if fitting is None:
                    sets.append(fitting := {})
                fitting[one.sign] = one.value
        yield from ((moment, signs) for signs in sets)
