"""The form of the whole check: every field may stay empty; what is wrong is said beside the field, in one line.

All steps are one form. The page shows the fields of one step and carries the others hidden, so that nothing has to be
kept between two requests.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy

from keel.assessment.alarms import Alarm
from keel.assessment.strategies import SelfReport
from keel.exposure import ExposureError
from keel.findings import Finding
from keel.interop import ReadError, Reading
from keel.interop.encoding import as_utf8
from keel.knowledge import Knowledge
from keel.knowledge.concepts import AlarmKind
from keel.knowledge.instruments import Instrument
from keel.messages import text_of
from keel.record import Answers, Medicine, Person, Pregnancy, ReadingNote, Record
from keel.web.check import choices, steps
from keel.web.check.queries import LONGEST_LIST, Lines, line_of, read_file, read_medicines, read_patterns, together
from keel.web.directory.queries import alarms_of
from keel.web.language import texts
from keel.web.language.rendering import rendered
from keel.web.language.words import gettext as _
from keel.web.picture.queries import TICKED
from keel.web.questionnaires.queries import Question, answer_field, answer_name, answers_in, questionnaire_of
from keel.web.routes import LARGEST_RECORD

KEPT_BYTES = 200_000
"""An uploaded file up to this size is put into the text field when another field has to be fixed."""
OLDEST = 120
ALARM_FIELDS = ("pattern", "medicines")
"""Free texts of the check in which words of alarm are looked for."""


def _ticks(options: Mapping[str, Any]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, choices=list(options.items()), widget=forms.CheckboxSelectMultiple)


def _pick(options: Mapping[str, Any], label: Any, *, empty: bool = True) -> forms.ChoiceField:
    blank = [("", gettext_lazy("Not known"))] if empty else []
    return forms.ChoiceField(required=False, label=label, choices=[*blank, *options.items()])


def _number(label: Any, most: float) -> forms.FloatField:
    return forms.FloatField(required=False, label=label, min_value=0, max_value=most)


class CheckForm(forms.Form):
    """What a person may tell; `records` and `self_report`, what no record holds, once the form is valid."""

    use_required_attribute = False
    pattern = forms.CharField(
        label=gettext_lazy("How ketamine is or was taken"), required=False, max_length=5000, empty_value=""
    )
    amount_low = _number(gettext_lazy("How much on one day"), 1_000_000)
    amount_high = _number(gettext_lazy("up to"), 1_000_000)
    amount_unit = _pick(choices.AMOUNT_UNITS, gettext_lazy("Unit"), empty=False)
    days = _number(gettext_lazy("On how many days"), 365)
    days_most = _number(gettext_lazy("up to"), 365)
    days_per = _pick(choices.DAYS_PER, gettext_lazy("Days of what"), empty=False)
    long = _number(gettext_lazy("For how long"), 1000)
    long_unit = _pick(choices.LONG_UNITS, gettext_lazy("Unit of time"), empty=False)
    way = _pick(choices.WAYS, gettext_lazy("How it is taken"))
    place = _pick(choices.PLACES, gettext_lazy("Where it comes from"))
    ago = _number(gettext_lazy("If it is over: how long ago it ended"), 1000)
    ago_unit = _pick(choices.LONG_UNITS, gettext_lazy("Unit of time"), empty=False)
    record = forms.CharField(
        label=gettext_lazy("Paste a record"), required=False, strip=False, max_length=LARGEST_RECORD
    )
    file = forms.FileField(label=gettext_lazy("Or choose a file"), required=False, allow_empty_file=True)
    person = forms.IntegerField(required=False, min_value=0)
    fits = _ticks(choices.FITS)
    drugs = _ticks(TICKED)
    medicines = forms.CharField(
        label=gettext_lazy("Other medicines, drugs and alcohol"), required=False, max_length=5000
    )
    daily = _ticks(choices.DAILY)
    none = _ticks({group.id: gettext_lazy("None of these") for group in steps.GROUPS})
    grip = forms.IntegerField(label=gettext_lazy("Your SDS total"), required=False, min_value=0, max_value=15)
    matters = _ticks(choices.MATTERS)
    age = forms.IntegerField(label=gettext_lazy("Age"), required=False, min_value=0, max_value=OLDEST)
    pregnant = forms.ChoiceField(
        label=gettext_lazy("Pregnant, or perhaps pregnant"),
        required=False,
        choices=list(choices.PREGNANT.items()),
    )
    lenient = forms.BooleanField(required=False)

    data: Any
    records: tuple[Record, ...]
    notes: tuple[ReadingNote, ...] = ()
    self_report: SelfReport
    text = ""
    """The record as text, from the field or the file, to be sent again with the next step."""

    def __init__(self, *args: Any, at: dt.datetime, knowledge: Knowledge, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)
        self._at, self._knowledge, self._country = at, knowledge, country
        self.fields["break"] = forms.BooleanField(required=False)
        for instrument in self.instruments():
            for item in instrument.items:
                self.fields[answer_name(instrument.id, item.id)] = answer_field(instrument, item)

    def instruments(self) -> Iterator[Instrument]:
        """The questionnaires of all steps, in order."""
        for step in steps.STEPS:
            for name in step.instruments:
                yield texts.instrument(name)

    # Reading

    def clean(self) -> dict[str, Any]:
        """Reads all fields, so that every line to fix is shown at once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        lines = self._read_patterns(cleaned)
        medicines = self._read_medicines(cleaned)
        self._deny(cleaned)
        reading = self._read_record(cleaned)
        if self.errors:
            return cleaned
        typed = self._record(cleaned, lines, medicines)
        if reading is not None and len(reading.records) > 1 and (typed.patterns or typed.medicines or typed.answers):
            self.add_error(
                "record",
                _("This file is about several people. Leave the other fields empty, or give one person’s file."),
            )
            return cleaned
        self.records, self.notes = together(reading, typed), reading.notes if reading else ()
        self.self_report = self._self_report(cleaned)
        return cleaned

    def _read_patterns(self, cleaned: dict[str, Any]) -> Lines:
        picked = self._picked(cleaned)
        text = "\n".join(part for part in (cleaned.get("pattern", ""), picked) if part)
        cleaned["pattern"] = text
        if picked:
            self._empty_the_picker(text)
        if len(text.splitlines()) > LONGEST_LIST:
            self.add_error("pattern", _("Write up to %(most)d lines.") % {"most": LONGEST_LIST})
            return Lines((), ())
        try:
            return read_patterns(text, at=self._at, knowledge=self._knowledge, leave_out=bool(cleaned.get("lenient")))
        except ExposureError as error:
            self.add_error("pattern", rendered(text_of(error)))
            return Lines((), ())

    def _picked(self, cleaned: dict[str, Any]) -> str:
        try:
            return line_of(cleaned)
        except ExposureError as error:
            self.add_error("days", rendered(text_of(error)))
            return ""

    def _empty_the_picker(self, text: str) -> None:
        """The picked pattern is a line now: the fields are free for the next one."""
        self.data = self.data.copy()
        self.data["pattern"] = text
        for name in steps.PICKED:
            self.data.pop(name, None)

    def _read_medicines(self, cleaned: dict[str, Any]) -> tuple[Medicine, ...]:
        medicines = read_medicines(cleaned.get("medicines", ""), cleaned.get("drugs", ()), knowledge=self._knowledge)
        if len(medicines) > LONGEST_LIST:
            self.add_error("medicines", _("Write up to %(most)d names.") % {"most": LONGEST_LIST})
            return ()
        return medicines

    def _read_record(self, cleaned: dict[str, Any]) -> Reading | None:
        file, pasted = cleaned.get("file"), cleaned.get("record") or ""
        if file and pasted.strip():
            self.add_error("file", _("Give the text or the file, not both."))
            return None
        field, name = ("file", file.name) if file else ("record", "")
        data = file.read() if file else pasted.encode()
        if not file and not pasted.strip():
            return None
        try:
            self.text = as_utf8(data).decode()
            return read_file(data, at=self._at, knowledge=self._knowledge, filename=name)
        except ReadError as error:
            self.add_error(field, rendered(text_of(error)))
            return None

    def _record(self, cleaned: dict[str, Any], lines: Lines, medicines: tuple[Medicine, ...]) -> Record:
        age, pregnant = cleaned.get("age"), cleaned.get("pregnant")
        person = Person(
            age_years=None if age is None else float(age),
            pregnancy=Pregnancy(pregnant) if pregnant else Pregnancy.NOT_ASKED,
            country=self._country,
        )
        answers = tuple(self._answers(cleaned))
        return Record(person=person, patterns=lines.patterns, medicines=medicines, answers=answers, notes=lines.notes)

    def _deny(self, cleaned: dict[str, Any]) -> None:
        """Answers with no what “none of these” denies; not where a question beside it was answered with yes."""
        denied = [group for group in steps.GROUPS if group.id in cleaned.get("none", ())]
        items = {
            answer_name(name, item.id): item
            for name in (steps.BLADDER, steps.SIGNS)
            for item in self._knowledge.instruments[name].items
        }
        for group in denied:
            names = [answer_name(*name) for name in group.names]
            if not any(cleaned.get(name) == "1" for name in names):
                cleaned.update(
                    (name, "0") for name in names if items[name].asked_when is None and not cleaned.get(name)
                )

    def _answers(self, cleaned: dict[str, Any]) -> Iterator[Answers]:
        for instrument in self.instruments():
            if items := answers_in(cleaned, instrument):
                yield Answers(instrument=instrument.id, items=items, at=self._at)
        if cleaned.get("grip") is not None:
            yield Answers(instrument=steps.GRIP, total=float(cleaned["grip"]), at=self._at)

    @staticmethod
    def _self_report(cleaned: dict[str, Any]) -> SelfReport:
        """What was ticked is true; what was not ticked nobody said, so it stays unknown."""
        ticked = dict.fromkeys(cleaned.get("fits", ()), True)
        matters = cleaned.get("matters", ())
        chosen = SelfReport(
            dependent_on=tuple(cleaned.get("daily", ())),
            wants_change=True if {"stop", "fewer"} & set(matters) else None,
            had_break=True if cleaned.get("break") else None,
        )
        return msgspec.structs.replace(chosen, **ticked)

    @cached_property
    def alarms(self) -> list[tuple[Alarm, Finding]]:
        """Words of alarm in the free texts."""
        texts = [str(self.data.get(name, "")) for name in ALARM_FIELDS] if self.is_bound else ()
        return alarms_of(texts, self._knowledge)

    @property
    def asks_body(self) -> bool:
        """Whether a sign of the body was typed and no question about the body is answered yet."""
        body = any(alarm.kind is AlarmKind.BODY for alarm, _ in self.alarms)
        return body and not any(self.data.get(name) for name in self.names_on("bladder"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was told."""
        record = self.records[0]
        nothing = not (record.patterns or record.doses or record.medicines or record.answers or record.notes)
        ticked = any(self.cleaned_data.get(name) for name in ("fits", "daily", "matters", "break"))
        return len(self.records) == 1 and nothing and not ticked and self.cleaned_data.get("age") is None

    # Showing

    @property
    def groups(self) -> Iterator[tuple[steps.Group, list[Question], bool, bool]]:
        """Questions on the body by group, with whether none of them was ticked and whether one is answered."""
        questions = {
            question.field.name: question
            for name in steps.BY_ID["bladder"].instruments
            for question in questionnaire_of(self, texts.instrument(name)).questions
        }
        denied = self["none"].value() or ()
        for group in steps.GROUPS:
            shown = [questions[answer_name(*name)] for name in group.names]
            yield group, shown, group.id in denied, any(one.field.value() or one.field.errors for one in shown)

    def wrong_step(self) -> str:
        """The first step that has something to fix."""
        wrong = (step for step in steps.BY_ID if any(name in self.errors for name in self.names_on(step)))
        return next(wrong, steps.STEPS[0].id)

    def names_on(self, step: str) -> list[str]:
        """The names of the fields that stand on a step."""
        shown = steps.BY_ID[step]
        answers = [
            answer_name(name, item.id) for name in shown.instruments for item in self._knowledge.instruments[name].items
        ]
        return [*shown.fields, *answers]

    def carried(self, step: str = "") -> Iterator[tuple[str, str]]:
        """Names and values of all that was told on other steps; with no step, of everything."""
        here = set(self.names_on(step)) if step else set()
        skipped = {*steps.PICKED, "file", "record", "pattern", "country"}
        if "record" not in here and self.kept_record():
            yield "record", self.kept_record()
        if "pattern" not in here and self.pattern_text():
            yield "pattern", self.pattern_text()
        for name in self.fields:
            if name in here or name in skipped:
                continue
            values = self.data.getlist(name) if hasattr(self.data, "getlist") else []
            yield from ((name, value) for value in values if value)

    def pattern_text(self) -> str:
        """The patterns as lines, with what was picked among them."""
        if not self.is_bound:
            return str(self.initial.get("pattern", ""))
        picked_is_kept = "pattern" in getattr(self, "cleaned_data", {}) and "days" not in self.errors
        return str(self.cleaned_data["pattern"]) if picked_is_kept else str(self.data.get("pattern", ""))

    def kept_record(self) -> str:
        """The text for the record field when the form is shown again; a browser never sends a file twice."""
        is_small = len(self.text) <= KEPT_BYTES or not self.errors
        return str(self.data.get("record", "")) or (self.text if is_small else "")
