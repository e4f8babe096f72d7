"""The form of the check: every field may stay empty, and what is wrong is said beside the field, in one line."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from keel.exposure import ExposureError
from keel.interop import ReadError
from keel.interop.text import as_utf8
from keel.knowledge import Knowledge
from keel.web.check.reading import LONGEST_LIST, Read, read_file, read_medicines, read_patterns, together
from keel.web.words import gettext as _

KEPT_BYTES = 200_000
"""An uploaded file up to this size is put into the text field when another field has to be mended."""


class CheckForm(forms.Form):
    """What a person may tell; `read` holds the records once the form is valid."""

    use_required_attribute = False
    pattern = forms.CharField(label=gettext_lazy("How ketamine is or was taken"), required=False, max_length=5000)
    medicines = forms.CharField(
        label=gettext_lazy("Other medicines, drugs and alcohol"), required=False, max_length=5000
    )
    record = forms.CharField(label=gettext_lazy("Paste a record"), required=False, strip=False)
    file = forms.FileField(label=gettext_lazy("Or choose a file"), required=False, allow_empty_file=True)
    person = forms.IntegerField(required=False, min_value=0)

    read: Read
    text = ""
    """The record as text, from the field or the file, to be sent again when one of several people is opened."""

    def __init__(self, *args: Any, at: dt.datetime, knowledge: Knowledge, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)
        self._at, self._knowledge = at, knowledge

    def clean(self) -> dict[str, Any]:
        """Reads all fields, so that every line to mend is shown at once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        patterns = self._read_patterns(cleaned.get("pattern", ""))
        medicines = self._read_medicines(cleaned.get("medicines", ""))
        reading = self._read_record(cleaned)
        if not self.errors and reading is None and not patterns and not medicines:
            self.add_error("pattern", _("Nothing was given yet. Write a pattern, a medicine, or paste a record."))
        if reading is not None and len(reading.records) > 1 and (patterns or medicines):
            self.add_error(
                "record",
                _("This file is about several people. Leave the other fields empty, or give one person’s file."),
            )
        if not self.errors:
            self.read = together(reading, patterns, medicines)
        return cleaned

    def _read_patterns(self, text: str) -> Any:
        if len(text.splitlines()) > LONGEST_LIST:
            self.add_error("pattern", _("Write up to %(most)d lines.") % {"most": LONGEST_LIST})
            return ()
        try:
            return read_patterns(text, at=self._at, knowledge=self._knowledge)
        except ExposureError as error:
            self.add_error("pattern", str(error))
            return ()

    def _read_medicines(self, text: str) -> Any:
        medicines = read_medicines(text)
        if len(medicines) > LONGEST_LIST:
            self.add_error("medicines", _("Write up to %(most)d names.") % {"most": LONGEST_LIST})
            return ()
        return medicines

    def _read_record(self, cleaned: dict[str, Any]) -> Any:
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
            self.add_error(field, str(error))
            return None

    def kept_record(self) -> str:
        """The text for the record field when the form is shown again; a browser never sends a file twice."""
        is_small = len(self.text) <= KEPT_BYTES or not self.errors
        return self.data.get("record", "") or (self.text if is_small else "")
