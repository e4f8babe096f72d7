"""The list of patients: who is looked for, in which order, and which rows stand on a page.

It reads the projection alone (`summaries.py`); a row that is missing or of another day is made anew before it is shown.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet

from keel.quantities import LONGEST
from keel.web.clinic.models import Clinic, Patient, PatientSummary
from keel.web.clinic.summaries import NOTHING, Mark, name_key, outdated, summarise_patient
from keel.web.language.words import gettext as _

_RANKS = list(Mark)
_NAMED = F("summary__name_key").asc(nulls_last=True)
_IS_STALE = Q(summary__day__lt=dt.date(1000, 1, 1)) | Q(summary__isnull=True)
"""A patient who was written about since the row was made may need a decision: stands first, and in what is filtered."""
_SORTS = {
    "need": (F("is_stale").desc(), "summary__rank", F("summary__next_due").asc(nulls_last=True), "number"),
    "name": (_NAMED, "number"),
    "due": (F("summary__next_due").asc(nulls_last=True), "number"),
    "last": (F("summary__last_visit").desc(nulls_last=True), "number"),
    "next": (F("summary__next_visit").asc(nulls_last=True), "number"),
}
MOST_STALE = 10
"""Stale rows that a list makes before it sorts; the others are made where they are shown."""
_OPEN_SORTS = ("name", "next")
"""Orders that tell nothing clinical."""


class Choice(NamedTuple):
    """A way to sort or filter: its value, its word, whether it is chosen, how many rows it has."""

    value: str
    word: str
    is_chosen: bool
    rows: int | None = None


class PatientList:
    """The patients of a clinic that somebody asks for."""

    def __init__(self, clinic: Clinic, asked: Mapping[str, str], *, may_see: bool, at: dt.datetime) -> None:
        self.clinic, self.may_see, self.at = clinic, may_see, at
        self.text = asked.get("q", "")[:LONGEST].strip()
        sort, show = asked.get("sort", ""), asked.get("show", "")
        allowed = tuple(_SORTS) if may_see else _OPEN_SORTS
        self.sort = sort if sort in allowed else allowed[0]
        self.show = show if may_see and show in self._filters() else ""

    def bring_up_to_date(self) -> None:
        """Makes what was written about a moment ago, so that it stands where it belongs and not where it stood."""
        for patient in outdated(self.clinic, at=self.at).filter(_IS_STALE)[:MOST_STALE]:
            summarise_patient(patient, at=self.at)

    @property
    def found(self) -> QuerySet[Patient]:
        """The patients, in their order; those merged into another number only when they are looked for."""
        patients = self._all()
        if self.text:
            patients = patients.filter(self._matches())
        if self.show:
            patients = patients.filter(self._filters()[self.show])
        return patients.alias(is_stale=_IS_STALE).select_related("summary").order_by(*_SORTS[self.sort])

    def _all(self) -> QuerySet[Patient]:
        every = self.clinic.patients.filter(erased_at__isnull=True)
        return every if self.text else every.exclude(summary__is_merged=True)

    def _matches(self) -> Q:
        """By number, by words of the name, by the day of birth; several words must all fit."""
        words = name_key(self.text).split()
        by_name = Q(summary__name_key__contains=words[0]) if words else Q(pk__in=())
        for word in words[1:]:
            by_name &= Q(summary__name_key__contains=word)
        match = by_name | Q(number__istartswith=self.text) | Q(display_name__icontains=self.text)
        day = read_day(self.text)
        return match | Q(summary__birth_date=day) if day else match

    def _filters(self) -> dict[str, Q]:
        return {
            "decision": _IS_STALE | Q(summary__rank__lt=NOTHING),
            "suicide": _IS_STALE | Q(summary__rank=_RANKS.index(Mark.SUICIDE)),
            "overdue": _IS_STALE | Q(summary__next_due__lt=self.at.date()),
        }

    @property
    def filters(self) -> list[Choice]:
        """What may be shown alone, with how many there are."""
        words = {"decision": _("Needs a decision"), "suicide": _("Risk of suicide"), "overdue": _("Something overdue")}
        if not self.may_see:
            return []
        tests = {name: Count("pk", filter=test) for name, test in self._filters().items()}
        rows = self._all().aggregate(all_rows=Count("pk"), **tests)
        counted = [Choice(name, words[name], name == self.show, rows[name]) for name in tests]
        return [Choice("", _("All"), not self.show, rows["all_rows"]), *counted]

    @property
    def sorts(self) -> list[Choice]:
        """The orders."""
        words = {
            "need": _("What needs a decision"),
            "name": _("Name"),
            "due": _("Longest due"),
            "last": _("Last visit"),
            "next": _("Next visit"),
        }
        names = tuple(_SORTS) if self.may_see else _OPEN_SORTS
        return [Choice(name, words[name], name == self.sort) for name in names]

    def rows(self, patients: Iterable[Patient]) -> list[tuple[Patient, PatientSummary]]:
        """The patients with their rows of today."""
        found = [(patient, self._row(patient)) for patient in patients]
        # A row that was made anew may rank otherwise than the one by which the page was cut.
        return sorted(found, key=lambda one: one[1].rank) if self.sort == "need" else found

    def _row(self, patient: Patient) -> PatientSummary:
        row: PatientSummary | None = getattr(patient, "summary", None)
        if row is not None and row.day == self.at.date():
            return row
        return summarise_patient(patient, at=self.at)


def read_day(text: str) -> dt.date | None:
    """A day as it is typed: 1992-05-17, 17.05.1992 or 17/05/1992; None for anything else, and for what is unsure.

    A day with slashes whose first two numbers could each be the month is looked for neither way.
    """
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    first, second, year = map(int, parts)
    if first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if second <= 12 else (second, first)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def look_alikes(clinic: Clinic, name: str, born: dt.date | None) -> list[Patient]:
    """Patients of the clinic with this name, whatever its accents and order of words, or with this day of birth."""
    key = name_key(name)
    same_name = Q(summary__name_key=key) | Q(summary__name_key=" ".join(reversed(key.split())))
    test = same_name | Q(summary__birth_date=born) if born else same_name
    return list(clinic.patients.filter(test, erased_at__isnull=True).select_related("summary").order_by("number")[:10])


def alike_key(alike: Iterable[Patient]) -> str:
    """Names who was shown as alike, so that only who was seen counts as “another person”."""
    return hashlib.sha256(",".join(one.number for one in alike).encode()).hexdigest()[:16]
