"""Doses that a table or the export of a logger tells of: read, shown, and then written one by one as reported."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel import knowledge
from keel.interop import ReadError, read_records
from keel.interop.record_file.writer import write_record
from keel.messages import text_of
from keel.record import Dose, DoseCertainty, ReadingNote, Record, Setting
from keel.web.clinic.actions import LONGEST_KEY, record_fact
from keel.web.clinic.dose_check import DoseAsked
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

MOST = 1000
"""Doses that are written at once."""
_WHOLE = re.compile(rb"(?<=\d)\.0( mg)")
"""A whole number of milligrams, as a person would write it."""
ORIGIN = "reported, read in from a file"


class Reported(NamedTuple):
    """What a file tells: its doses, each as the record keeps it, what was not understood, what else it holds."""

    doses: tuple[Dose, ...]
    payloads: tuple[dict[str, Any], ...]
    notes: tuple[ReadingNote, ...]
    others: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[Dose, Fact]]:
        """Each dose beside the fact that it would be."""
        facts = (Fact(kind=Kind.DOSE, payload=payload) for payload in self.payloads)
        return list(zip(self.doses, facts, strict=True))


class Written(NamedTuple):
    """What became of the doses: written, on record already, and not written because something is asked about them."""

    written: int
    known: int
    asked: tuple[tuple[dict[str, Any], str], ...]


def read_reported(data: bytes, *, patient: Patient, setting: Setting, at: dt.datetime, name: str = "") -> Reported:
    """The doses of a file of one person; `setting` is where they were taken if the file does not say.

    FactRefused where it cannot be read, or tells of several people.
    """
    zone = ZoneInfo(patient.clinic.timezone)
    try:
        reading = read_records(data, at=at, knowledge=knowledge.load(), filename=name, zone=zone)
    except ReadError as error:
        raise FactRefused(plain(text_of(error)), "file") from None
    if len(reading.records) > 1:
        raise FactRefused(_("This file is about several people. Give the part of this person alone."), "file")
    record = reading.records[0] if reading.records else Record()
    doses = tuple(_reported(one, setting) for one in record.doses)
    if len(doses) > MOST:
        raise FactRefused(_("Up to %(most)d doses are written at once. Divide the file.") % {"most": MOST}, "file")
    written = _WHOLE.sub(rb"\1", write_record(Record(doses=doses)))
    payloads = json.loads(written).get("doses", [])
    return Reported(doses, tuple(payloads), (*record.notes, *reading.notes), tuple(_others(record)))


def _others(record: Record) -> Iterator[str]:
    """What a record holds beside doses, in its own words."""
    yield from (one.text for one in record.medicines)
    yield from (one.text for one in record.patterns)
    yield from (one.text for one in record.conditions)
    yield from (one.name or one.code for one in record.measurements)
    yield from (one.instrument for one in record.answers)


def _reported(dose: Dose, setting: Setting) -> Dose:
    """A dose as reported: nobody here measured it, and none is taken for one of a session."""
    is_told = dose.amount_mg is not None or dose.per_kg is not None
    certainty = dose.certainty
    if is_told and certainty in (DoseCertainty.MEASURED, DoseCertainty.UNKNOWN):
        certainty = DoseCertainty.REPORTED
    where = setting if dose.setting is Setting.UNKNOWN else dose.setting
    return msgspec.structs.replace(dose, certainty=certainty, setting=where, origin=ORIGIN)


def record_reported(
    *, by: AbstractUser, patient: Patient, payloads: Sequence[dict[str, Any]], at: dt.datetime
) -> Written:
    """Writes each dose that is not on record yet, and gives back those about which something is asked first."""
    keys = [hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()[:LONGEST_KEY] for one in payloads]
    written, asked = 0, []
    with transaction.atomic():
        known = set(patient.facts.filter(kind=Kind.DOSE, key__in=keys).values_list("key", flat=True))
        for key, payload in zip(keys, payloads, strict=True):
            if key in known:
                continue
            try:
                record_fact(by=by, patient=patient, kind=Kind(Kind.DOSE), payload=payload, key=key, at=at)
            except DoseAsked as why:
                findings = (*why.meaning.blocks, *why.meaning.holds)
                asked.append((payload, " ".join(plain(one.summary) for one in findings)))
            else:
                written += 1
                known.add(key)
    return Written(written, len(keys) - written - len(asked), tuple(asked))
