"""Forms of the programme: how the clinic stands, and the steps of an enrolment, a form and a report."""

from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from keel.assessment.rems import steps
from keel.assessment.rems.steps import RemsStep
from keel.messages.json import BUILDS_SHAPES
from keel.web.clinic.forms import FactForm, day_field
from keel.web.rems.models import Setting

_DAY = _("On")


class SettingForm(forms.ModelForm):
    """How the clinic stands in the programme."""

    use_required_attribute = False
    certified_on = day_field(_("Certified on"))
    ended_on = day_field(_("Certification ended on"), help_text=_("Empty while it holds."))
    reason = forms.CharField(label=_("Why it changes"), max_length=500, required=False)

    class Meta:
        model = Setting
        fields = (
            *("care", "name", "address", "phone", "number", "representative", "alternate"),
            *("certified_on", "ended_on", "reason"),
        )
        labels = {  # noqa: RUF012 - as Django has it
            "care": _("Kind of setting"),
            "name": _("Name of the setting"),
            "address": _("Address, with city, state and ZIP"),
            "phone": _("Telephone"),
            "number": _("Number in the programme"),
            "representative": _("Authorised representative"),
            "alternate": _("Alternate contact"),
        }


class StepForm(FactForm):
    """A form for one step; `shape` is the step, whose fields have the names of those here."""

    shape: Any
    button: Any

    def step(self, **more: Any) -> RemsStep:
        """The step as it was written."""
        given = {name: value for name, value in self.cleaned_data.items() if value != "" and name != "key"}
        with BUILDS_SHAPES:
            step: RemsStep = msgspec.convert({"step": self.shape.__struct_config__.tag, **given, **more}, self.shape)
        return step


class EnrolmentSignedForm(StepForm):
    """Both have signed the form of enrolment."""

    shape, title, button = steps.EnrolmentSigned, _("The form of enrolment is signed"), _("Record the signatures")
    patient_on = day_field(_("Patient signed on"), required=True)
    prescriber_on = day_field(_("Prescriber signed on"), required=True)
    prescriber = forms.CharField(label=_("Prescriber"), max_length=200)


class EnrolmentConfirmedForm(StepForm):
    """The programme has confirmed it."""

    shape, title, button = steps.EnrolmentConfirmed, _("The programme has confirmed it"), _("Record the confirmation")
    on = day_field(_DAY, required=True)
    number = forms.CharField(label=_("Number in the programme"), max_length=60, required=False)


class EnrolmentVerifiedForm(StepForm):
    """Somebody asked the programme."""

    shape, title = steps.EnrolmentVerified, _("The programme was asked whether the person is enrolled")
    button = _("Record the answer")
    on = day_field(_DAY, required=True)
    is_enrolled = forms.TypedChoiceField(
        label=_("Its answer"),
        choices=[("", _("Choose")), ("yes", _("Enrolled")), ("no", _("Not enrolled"))],
        coerce=lambda value: value == "yes",
    )
    how = forms.CharField(label=_("How it was asked"), max_length=200)


class EnrolmentEndedForm(StepForm):
    """The enrolment here is over."""

    shape, title, button = steps.EnrolmentEnded, _("The enrolment here is over"), _("Record the end")
    on = day_field(_DAY, required=True)
    reason = forms.CharField(label=_("Why"), max_length=500)


class FormSentForm(StepForm):
    """The signed form went out."""

    shape, title, button = steps.FormSent, _("The form went out"), _("Record that it went out")
    on = day_field(_DAY, required=True)
    how = forms.CharField(label=_("How: portal, fax, post"), max_length=200)
    proof = forms.CharField(label=_("Proof, such as the report of the fax"), max_length=200, required=False)


class FormReceiptedForm(StepForm):
    """The programme has confirmed the form."""

    shape, title, button = steps.FormReceipted, _("The programme has confirmed it"), _("Record the receipt")
    on = day_field(_DAY, required=True)
    number = forms.CharField(
        label=_("Receipt number"), max_length=100, help_text=_("Without it the form does not count as sent.")
    )


class ReportSentForm(StepForm):
    """A report went to somebody."""

    shape, title, button = steps.ReportSent, _("The report went out"), _("Record that it went out")
    to = forms.CharField(label=_("To whom"), max_length=200, help_text=_("The programme, the maker, the authority."))
    on = day_field(_DAY, required=True)
    number = forms.CharField(label=_("Number that they gave"), max_length=100)


ENROLMENT = {
    "signed": EnrolmentSignedForm,
    "confirmed": EnrolmentConfirmedForm,
    "verified": EnrolmentVerifiedForm,
    "ended": EnrolmentEndedForm,
}
FORM = {"sent": FormSentForm, "receipted": FormReceiptedForm}
