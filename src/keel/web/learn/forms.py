"""The small form beside the comparison, and a questionnaire as a form. Nothing of either is kept."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from keel.exposure import ExposureError
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument
from keel.record import Record
from keel.web.check.queries import LONGEST_LIST, read_medicines, read_patterns
from keel.web.language.words import gettext as _
from keel.web.questionnaires.queries import answer_field, answer_name, answers_in


class OwnFigures(forms.Form):
    """A pattern and what else is taken, for the reader's own column; `record` once it is valid."""

    use_required_attribute = False
    pattern = forms.CharField(
        label=gettext_lazy("How ketamine is or was taken"), required=False, max_length=5000, empty_value=""
    )
    medicines = forms.CharField(label=gettext_lazy("What else is taken"), required=False, max_length=5000)

    record: Record

    def __init__(self, *args: Any, at: dt.datetime, knowledge: Knowledge, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)
        self._at, self._knowledge = at, knowledge

    def clean(self) -> dict[str, Any]:
        """Reads both fields."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        medicines = read_medicines(cleaned.get("medicines", ""), knowledge=self._knowledge)
        if len(medicines) > LONGEST_LIST or len(cleaned.get("pattern", "").splitlines()) > LONGEST_LIST:
            self.add_error("pattern", _("Write up to %(most)d lines.") % {"most": LONGEST_LIST})
            return cleaned
        try:
            lines = read_patterns(cleaned.get("pattern", ""), at=self._at, knowledge=self._knowledge)
            self.record = Record(patterns=lines.patterns, medicines=medicines)
        except ExposureError as error:
            self.add_error("pattern", str(error))
        return cleaned


class AnswersForm(forms.Form):
    """The questions of one instrument; each may stay without an answer."""

    use_required_attribute = False

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_%s", **kwargs)
        self.instrument = instrument
        for item in instrument.items:
            self.fields[answer_name(instrument.id, item.id)] = answer_field(instrument, item)
        if "sex" in instrument.facts_used():
            self.fields["sex"] = forms.ChoiceField(
                label=gettext_lazy("Sex, for the cut-off"),
                required=False,
                choices=[("female", gettext_lazy("Female")), ("male", gettext_lazy("Male"))],
                widget=forms.RadioSelect,
            )

    def answers(self) -> dict[str, int | str]:
        """The items that have an answer."""
        return answers_in(self.cleaned_data, self.instrument)

    def facts(self) -> dict[str, str]:
        """Facts on which a cut-off depends."""
        return {"sex": self.cleaned_data["sex"]} if self.cleaned_data.get("sex") else {}
