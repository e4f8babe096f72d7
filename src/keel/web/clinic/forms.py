"""Forms of the clinic. Each turns its fields into the entry of a record file; the action checks what it may hold."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument
from keel.quantities import LONGEST
from keel.record import Setting
from keel.web.clinic.models import Kind


class FactForm(forms.Form):
    """A form for one fact; its hidden `key` makes sending it twice harmless."""

    use_required_attribute = False
    kind: str
    title: Any
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid.uuid4()), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def payload(self) -> dict[str, Any]:
        """The entry, without what was left empty."""
        raise NotImplementedError

    def refuse(self, text: str, field: str) -> None:
        """Shows why the fact was refused, beside the field that it is about where there is one."""
        self.add_error(field if field in self.fields else None, text)


def _moment() -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("When it began"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class DoseForm(FactForm):
    """A dose that was given or taken."""

    kind = Kind.DOSE
    title = _("Record a dose")
    substance = forms.ChoiceField(label=_("What"))
    route = forms.ChoiceField(label=_("Route"))
    amount = forms.CharField(
        label=_("How much"),
        required=False,
        max_length=LONGEST,
        help_text=_("With its unit: 35 mg. Empty means that nobody knows."),
    )
    start = _moment()
    over = forms.CharField(
        label=_("Over how long"), required=False, max_length=LONGEST, help_text=_("40 min. Empty means at once.")
    )
    devices = forms.IntegerField(label=_("Spray devices used"), required=False, min_value=1, max_value=100)
    setting = forms.ChoiceField(label=_("Where"))

    def __init__(self, *args: Any, knowledge: Knowledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        medicines = [(one.id, one.title) for one in knowledge.substances.values() if one.kind == "medicine"]
        routes = [(one.id, one.title) for one in knowledge.routes.values()]
        choose, not_known = ("", _("Choose")), ("unknown", _("Not known"))
        self.fields["substance"].choices = [choose, *medicines, not_known]
        self.fields["route"].choices = [choose, *routes, not_known]
        self.fields["setting"].choices = [
            (Setting.CLINIC.value, _("In a clinic")),
            (Setting.PRESCRIBED_HOME.value, _("At home, prescribed")),
            (Setting.NON_MEDICAL.value, _("Elsewhere, not prescribed")),
            (Setting.UNKNOWN.value, _("Not known")),
        ]

    def payload(self) -> dict[str, Any]:
        """A dose entry, its start with the offset of the clinic’s time zone."""
        data = {**self.cleaned_data, "start": self.cleaned_data["start"].isoformat()}
        return {name: value for name, value in data.items() if name != "key" and value not in ("", None)}


class MedicineForm(FactForm):
    """A medicine, another drug, or alcohol."""

    kind = Kind.MEDICINE
    title = _("Record a medicine")
    text = forms.CharField(label=_("Name, as on the package"), max_length=200)

    def payload(self) -> dict[str, Any]:
        """A medicine entry."""
        return {"text": self.cleaned_data["text"]}


class AnswersForm(FactForm):
    """The answers to a questionnaire; a question without an answer stays without one."""

    kind = Kind.ANSWERS
    title = _("Record answers")
    start = _moment()

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        self.fields["start"].label = _("When it was answered")
        for item in instrument.items:
            choices = [(f"{choice.value:g}", instrument.label(item, choice)) for choice in instrument.choices(item)]
            self.fields[item.id] = forms.ChoiceField(
                label=item.text, choices=choices, required=False, widget=forms.RadioSelect
            )

    def questions(self) -> list[forms.BoundField]:
        """The fields of the questions, in their order."""
        return [self[item.id] for item in self.instrument.items]

    def payload(self) -> dict[str, Any]:
        """An answers entry with the questions that were answered."""
        given = {item.id: self.cleaned_data[item.id] for item in self.instrument.items}
        return {
            "instrument": self.instrument.id,
            "version": self.instrument.version,
            "items": {name: int(value) for name, value in given.items() if value},
            "at": self.cleaned_data["start"].isoformat(),
        }


class VoidForm(FactForm):
    """Why a fact is taken back."""

    kind = Kind.VOID
    reason = forms.CharField(label=_("Why it is taken back"), max_length=500)


class EmergencyForm(forms.Form):
    """Why a patient is opened without the role for it."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("What has happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": "500"})
    )
