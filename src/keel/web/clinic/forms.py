"""Forms of the clinic for what is given, taken and answered; `person_forms.py` has the others.

Each turns its fields into the entry of a record file; the action checks what it may hold.
"""

import datetime as dt
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

    @classmethod
    def initial_of(cls, payload: dict[str, Any]) -> dict[str, Any]:
        """The values of the fields for an entry that is to be corrected."""
        return {"start" if name == "at" else name: value for name, value in payload.items()}

    def corrected(self, before: dict[str, Any]) -> dict[str, Any]:
        """The entry of the fields, with what the entry before held and no field shows."""
        shown = {"at" if name == "start" and "at" in before else name for name in self.fields}
        return {name: value for name, value in before.items() if name not in shown} | self.payload()

    def _given(self, *left_out: str) -> dict[str, Any]:
        """What was filled in, times and days as text."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "reason", *left_out)}
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in given.items()
            if value not in ("", None)
        }

    def refuse(self, text: str, field: str) -> None:
        """Shows why the fact was refused, beside the field that it is about where there is one."""
        self.add_error(field if field in self.fields else None, text)


def moment_field(label: Any) -> forms.DateTimeField:
    """A day and a time of the clinic."""
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    """A day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


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
    start = moment_field(_("When it began"))
    over = forms.CharField(
        label=_("Over how long"), required=False, max_length=LONGEST, help_text=_("40 min. Empty means at once.")
    )
    devices = forms.IntegerField(
        label=_("Spray devices used"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("For the spray: the amount follows from them where none is written."),
    )
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
        return self._given()


class DecisionForm(forms.Form):
    """What is answered about a dose that was asked about: who decided and why, or that it was given all the same."""

    use_required_attribute = False
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    decided_by = forms.ChoiceField(label=_("Who decided (prescriber)"), required=False)
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2, "maxlength": "500"})
    )
    was_given = forms.BooleanField(label=_("It was given, and was a mistake"), required=False)
    amount_again = forms.CharField(
        label=_("The amount that was given, typed again"), required=False, max_length=LONGEST
    )

    def __init__(self, *args: Any, deciders: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, prefix="decision", **kwargs)
        self.fields["decided_by"].choices = [("", _("Choose")), *deciders]


class MedicineForm(FactForm):
    """A medicine, another drug, or alcohol."""

    kind = Kind.MEDICINE
    title = _("Record a medicine")
    text = forms.CharField(
        label=_("Name, as on the package"), max_length=200, help_text=_("One medicine. The dose may stand behind it.")
    )
    status = forms.ChoiceField(
        label=_("How it stands"),
        choices=[
            ("active", _("Taken now")),
            ("stopped", _("Stopped")),
            ("planned", _("Planned, not taken yet")),
            ("on-hold", _("Paused")),
            ("unknown", _("Not known")),
        ],
        initial="active",
        required=False,
    )
    started = day_field(_("Since"))
    stopped = day_field(_("Stopped on"))

    def payload(self) -> dict[str, Any]:
        """A medicine entry."""
        return self._given()


class AnswersForm(FactForm):
    """The answers to a questionnaire; a question without an answer stays without one."""

    kind = Kind.ANSWERS
    title = _("Record answers")
    start = moment_field(_("When it began"))

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        self.fields["start"].label = _("When it was answered")
        for item in instrument.items:
            choices = [(f"{choice.value:g}", instrument.label(item, choice)) for choice in instrument.choices(item)]
            self.fields[item.id] = forms.ChoiceField(
                label=item.text, choices=choices, required=False, widget=forms.RadioSelect
            )

    @classmethod
    def initial_of(cls, payload: dict[str, Any]) -> dict[str, Any]:
        """Each answer under the id of its question, as it is offered."""
        answers = {name: f"{value:g}" for name, value in payload.get("items", {}).items() if not isinstance(value, str)}
        return {"start": payload.get("at"), **answers}

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


class WhyForm(forms.Form):
    """Why a fact is corrected."""

    use_required_attribute = False
    reason = forms.CharField(label=_("Why it is corrected"), max_length=500)


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
