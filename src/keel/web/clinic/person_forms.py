"""Forms for who a person is, conditions, measurements, use, risk, contacts, consents, visits."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keel.knowledge import Knowledge
from keel.quantities import LONGEST
from keel.record import Pregnancy, ReviewKind, Setting, Sex
from keel.web.clinic.entries import ConsentEntry, ConsentTo, ContactRole
from keel.web.clinic.forms import DoseForm, FactForm, MedicineForm, day_field, moment_field
from keel.web.clinic.models import Kind

_SEX = [
    (Sex.UNKNOWN, _("Not known")),
    (Sex.FEMALE, _("Female")),
    (Sex.MALE, _("Male")),
    (Sex.OTHER, _("Other")),
]
_PREGNANCY = [
    (Pregnancy.NOT_ASKED, _("Not asked")),
    (Pregnancy.NOT_PREGNANT, _("Not pregnant")),
    (Pregnancy.PREGNANT, _("Pregnant")),
    (Pregnancy.UNKNOWN, _("Asked, not known")),
]


def _whole_number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=999)


class PersonForm(FactForm):
    """Who the person is, as far as rules and models need it."""

    kind = Kind.PERSON
    title = _("About the person")
    birth_date = day_field(_("Date of birth"))
    sex = forms.ChoiceField(label=_("Sex"), choices=_SEX, required=False)
    height = forms.CharField(
        label=_("Height"), required=False, max_length=LONGEST, help_text=_("With its unit: 178 cm.")
    )
    pregnancy = forms.ChoiceField(label=_("Pregnancy"), choices=_PREGNANCY, required=False)
    country = forms.CharField(
        label=_("Country"),
        required=False,
        max_length=2,
        help_text=_("Two letters, as GB. It decides which help is near."),
    )

    def payload(self) -> dict[str, Any]:
        """A person entry with what was told; what was not asked is left out."""
        given = self._given("name", "number")
        return {name: value for name, value in given.items() if value not in (Sex.UNKNOWN, Pregnancy.NOT_ASKED)}


class RegisterForm(PersonForm):
    """A new patient."""

    title = _("Register a patient")
    name = forms.CharField(label=_("Name"), max_length=200)
    number = forms.SlugField(
        label=_("Number"), required=False, max_length=20, help_text=_("Empty gives the next free one.")
    )
    field_order = ("name", "birth_date", "number", "sex", "height", "pregnancy", "country")


class ConditionForm(FactForm):
    """A diagnosis or problem, present or denied."""

    kind = Kind.CONDITION
    title = _("Record a condition")
    text = forms.CharField(label=_("Diagnosis or problem"), max_length=300)
    status = forms.ChoiceField(
        label=_("How it stands"),
        choices=[
            ("active", _("There now")),
            ("suspected", _("Suspected")),
            ("remission", _("In remission")),
            ("resolved", _("Over")),
            ("family", _("Of a relative")),
            ("denied", _("Asked, and denied")),
        ],
    )
    onset = day_field(_("Since"))
    ended = day_field(_("Over since"))

    @classmethod
    def initial_of(cls, payload: dict[str, Any]) -> dict[str, Any]:
        """The fields of an entry; one that is not present was denied."""
        return payload | ({} if payload.get("present", True) else {"status": "denied"})

    def payload(self) -> dict[str, Any]:
        """A condition entry."""
        given = self._given()
        if given.get("status") == "denied":
            return {**{name: value for name, value in given.items() if name != "status"}, "present": False}
        return given

    def corrected(self, before: dict[str, Any]) -> dict[str, Any]:
        """Without `present` of before: the status says it."""
        return super().corrected({name: value for name, value in before.items() if name != "present"})


class AllergyForm(FactForm):
    """An allergy or intolerance: a condition in these words, which the rules read as such."""

    kind = Kind.CONDITION
    title = _("Record an allergy")
    substance = forms.CharField(label=_("Allergic to what"), max_length=200)
    reaction = forms.CharField(
        label=_("What happened"), max_length=200, required=False, help_text=_("Rash, swelling, breathing, collapse.")
    )

    def payload(self) -> dict[str, Any]:
        """A condition entry “allergy to …”."""
        reaction = self.cleaned_data["reaction"].strip()
        text = f"allergy to {self.cleaned_data['substance'].strip()}"
        return {"text": f"{text} ({reaction})" if reaction else text}


class MeasurementForm(FactForm):
    """One value that was measured."""

    kind = Kind.MEASUREMENT
    title = _("Record a measurement")
    what = forms.CharField(
        label=_("What"), max_length=100, help_text=_("weight, blood pressure, ALT, creatinine and others.")
    )
    value = forms.CharField(
        label=_("Value"), max_length=LONGEST, help_text=_("With its unit: 70 kg, 142/88 mmHg, 34 U/L.")
    )
    start = moment_field(_("When it was measured"))
    upper_limit = forms.CharField(
        label=_("Upper limit of the laboratory"),
        required=False,
        max_length=LONGEST,
        help_text=_("With its unit: 40 U/L."),
    )

    def payload(self) -> dict[str, Any]:
        """A measurement entry."""
        return {**self._given("start"), "at": self.cleaned_data["start"].isoformat()}


class VitalsForm(FactForm):
    """Vital signs that were taken at once; what was not taken is left empty."""

    kind = Kind.MEASUREMENT
    title = _("Record vital signs")
    start = moment_field(_("When they were taken"))
    pressure = forms.RegexField(
        r"\A\s*[0-9]{2,3}\s*/\s*[0-9]{2,3}\s*\Z",
        label=_("Blood pressure, mmHg"),
        required=False,
        max_length=11,
        help_text=_("Upper, a stroke, lower: 142/88."),
        error_messages={"invalid": _("Write upper, a stroke, lower: 142/88.")},
    )
    pulse = _whole_number(_("Heart rate, a minute"))
    saturation = _whole_number(_("Oxygen saturation, %"))
    breaths = _whole_number(_("Breaths, a minute"))
    temperature = forms.DecimalField(label=_("Temperature, °C"), required=False, max_digits=4, decimal_places=1)

    def clean(self) -> dict[str, Any]:
        """At least one value."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and all(data.get(name) in (None, "") for name in _VITALS):
            raise forms.ValidationError(_("Write at least one value."))
        if pressure := data.get("pressure"):
            upper, lower = (int(part) for part in pressure.split("/"))
            if upper <= lower:
                self.add_error("pressure", _("Write upper, a stroke, lower: 142/88."))
        return data

    def payloads(self) -> list[dict[str, Any]]:
        """A measurement entry for each value that was taken."""
        at, given = self.cleaned_data["start"].isoformat(), self.cleaned_data
        return [
            {"what": what, "value": f"{''.join(str(given[name]).split())} {unit}", "at": at}
            for name, (what, unit) in _VITALS.items()
            if given[name] not in (None, "")
        ]


_VITALS = {
    "pressure": ("blood pressure", "mmHg"),
    "pulse": ("heart rate", "/min"),
    "saturation": ("oxygen saturation", "%"),
    "breaths": ("respiratory rate", "/min"),
    "temperature": ("temperature", "°C"),
}
"""Field of the form, to the name and unit with which a record says it."""


class PatternForm(FactForm):
    """A way of using, in the person's words."""

    kind = Kind.PATTERN
    title = _("Record own use")
    text = forms.CharField(
        label=_("How much, how often, how long"),
        max_length=500,
        help_text=_("1 g twice a week for 2 years, snorted"),
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": "500"}),
    )
    setting = forms.ChoiceField(
        label=_("Where"),
        choices=[
            (Setting.NON_MEDICAL.value, _("Elsewhere, not prescribed")),
            (Setting.PRESCRIBED_HOME.value, _("At home, prescribed")),
            (Setting.CLINIC.value, _("In a clinic")),
            (Setting.UNKNOWN.value, _("Not known")),
        ],
    )

    def payload(self) -> dict[str, Any]:
        """A pattern entry."""
        return self._given()


class RiskForm(FactForm):
    """What a clinician judged of a risk; it closes what was told before."""

    kind = Kind.RISK_ASSESSMENT
    title = _("Judge a risk")
    risk = forms.ChoiceField(
        label=_("Of what"), choices=[("suicide", _("Suicide")), ("warning signs", _("Warning signs"))]
    )
    level = forms.ChoiceField(
        label=_("How high"),
        choices=[
            ("", _("Choose")),
            ("none", _("No risk found")),
            ("low", _("Low")),
            ("moderate", _("Moderate")),
            ("high", _("High")),
        ],
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("What was asked and answered, and what was agreed. It closes what was told before."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": "500"}),
    )
    start = moment_field(_("When it was judged"))

    def __init__(self, *args: Any, judge: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judge = judge

    def payload(self) -> dict[str, Any]:
        """A risk assessment entry with the name and role of who judges."""
        given = self._given("start")
        reason = self.cleaned_data["reason"]
        return {**given, "by": self.judge, "reason": reason, "at": self.cleaned_data["start"].isoformat()}


class ReviewForm(FactForm):
    """A review of a course of treatment, by whoever is signed in."""

    kind = Kind.REVIEW
    title = _("Review the course")
    of = forms.ChoiceField(
        label=_("Of what"),
        choices=[
            ("", _("Choose")),
            (ReviewKind.RESPONSE.value, _("Whether there is a response")),
            (ReviewKind.EXPOSURE.value, _("Total exposure")),
        ],
    )
    responded = forms.NullBooleanField(
        label=_("Response"),
        required=False,
        widget=forms.Select(choices=[("unknown", _("Not said")), ("true", _("Yes")), ("false", _("No"))]),
    )
    on = day_field(_("On"), required=True)

    def __init__(self, *args: Any, judge: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judge = judge

    def payload(self) -> dict[str, Any]:
        """A review entry with the name of who reviews."""
        return {**self._given(), "by": self.judge}


class ContactForm(FactForm):
    """Somebody who may be called."""

    kind = Kind.CONTACT
    title = _("Record a contact")
    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(
        label=_("For what"),
        choices=[
            (ContactRole.PERSON.value, _("The person themself")),
            (ContactRole.ESCORT.value, _("Takes the person home")),
            (ContactRole.EMERGENCY.value, _("In an emergency")),
            (ContactRole.FAMILY.value, _("Family or friend")),
            (ContactRole.PROFESSIONAL.value, _("Doctor, therapist or service")),
        ],
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    may_know = forms.NullBooleanField(
        label=_("May know why the person is here"),
        required=False,
        widget=forms.Select(choices=[("unknown", _("Not asked")), ("true", _("Yes")), ("false", _("No"))]),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=200)
    lang = forms.ChoiceField(label=_("Language of messages"), required=False, choices=[("", "–"), *settings.LANGUAGES])
    messages = forms.NullBooleanField(
        label=_("Agreed to get short forms by e-mail or text message"),
        required=False,
        widget=forms.Select(choices=[("unknown", _("Not asked")), ("true", _("Yes")), ("false", _("No"))]),
        help_text=_("For the person themself. Messages name no treatment, but whoever reads the telephone sees them."),
    )

    def payload(self) -> dict[str, Any]:
        """A contact entry."""
        return self._given()


class ConsentForm(FactForm):
    """A consent, or that it was withdrawn."""

    kind = Kind.CONSENT
    title = _("Record a consent")
    to = forms.ChoiceField(
        label=_("To what"),
        choices=[
            (ConsentTo.TREATMENT.value, _("Treatment")),
            (ConsentTo.SHARING.value, _("Sharing the record, substance use in it (42 CFR Part 2)")),
            (ConsentTo.RESEARCH.value, _("Research")),
        ],
    )
    given = forms.ChoiceField(
        label=_("Given or withdrawn"),
        choices=[("", _("Choose")), ("yes", _("Given")), ("no", _("Refused or withdrawn"))],
    )
    version = forms.CharField(label=_("Version of the form"), max_length=50)
    on = day_field(_("On"), required=True)
    until = day_field(_("Until"), help_text=_("Empty: until it is withdrawn."))
    recipient = forms.CharField(
        label=_("Who may receive the record"), required=False, max_length=200, help_text=_("Needed for sharing.")
    )
    purpose = forms.CharField(label=_("For what"), required=False, max_length=200, help_text=_("Needed for sharing."))

    @classmethod
    def initial_of(cls, payload: dict[str, Any]) -> dict[str, Any]:
        """The fields of an entry."""
        return payload | {"given": "yes" if payload.get("given") else "no"}

    def payload(self) -> dict[str, Any]:
        """A consent entry."""
        return self._given() | {"given": self.cleaned_data["given"] == "yes"}


class VisitForm(FactForm):
    """A visit that is planned."""

    kind = Kind.VISIT
    title = _("Plan a visit")
    start = moment_field(_("When"))
    what = forms.CharField(label=_("For what"), required=False, max_length=100)

    def payload(self) -> dict[str, Any]:
        """A visit entry."""
        return {**self._given("start"), "at": self.cleaned_data["start"].isoformat()}


class MergeForm(FactForm):
    """That another number is the same person."""

    kind = Kind.MERGE
    title = _("The same person under another number")
    number = forms.CharField(label=_("The other number"), max_length=20)

    def payload(self) -> dict[str, Any]:
        """A merge entry."""
        return {"number": self.cleaned_data["number"].strip()}


class ExportForm(forms.Form):
    """For whom a record goes out."""

    use_required_attribute = False
    purpose = forms.ChoiceField(
        label=_("For whom"),
        choices=[
            ("", _("Choose")),
            ("patient", _("The patient")),
            ("sharing", _("Somebody else, by name")),
            ("research", _("Research, without name and number")),
        ],
    )
    recipient = forms.CharField(
        label=_("Who receives it"),
        required=False,
        max_length=200,
        widget=forms.Select,
        help_text=_("For somebody else: whom a consent names that holds today."),
    )

    def __init__(self, *args: Any, consents: dict[int, ConsentEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (one.recipient, _("%(name)s, for: %(purpose)s") % {"name": one.recipient, "purpose": one.purpose})
            for one in consents.values()
        ]
        self.fields["recipient"].widget.choices = [("", _("Nobody")), *choices]


FORMS: dict[str, type[FactForm]] = {
    "person": PersonForm,
    "condition": ConditionForm,
    "allergy": AllergyForm,
    "measurement": MeasurementForm,
    "use": PatternForm,
    "risk": RiskForm,
    "review": ReviewForm,
    "contact": ContactForm,
    "consent": ConsentForm,
    "visit": VisitForm,
    "merge": MergeForm,
}
"""Word of an address, to the form that it opens."""
OF_KIND: dict[str, type[FactForm]] = {
    **{str(form.kind): form for form in FORMS.values() if form is not AllergyForm},
    Kind.DOSE: DoseForm,
    Kind.MEDICINE: MedicineForm,
}
"""Kind of fact, to the form that corrects it; answers have one of their questionnaire."""
CORRECTABLE = frozenset({*OF_KIND, str(Kind.ANSWERS)})
"""Kinds of fact that a form corrects; any other is taken back, and recorded anew."""


def form_arguments(form: type[FactForm], *, now: dt.datetime, knowledge: Knowledge, judge: str) -> dict[str, Any]:
    """What a form needs to be made, beside the data."""
    given: dict[str, Any] = {"initial": {"start": now, "on": now.date()}}
    if issubclass(form, DoseForm):
        given = {"knowledge": knowledge, "initial": {"start": now, "setting": "clinic"}}
    return given | ({"judge": judge} if issubclass(form, RiskForm | ReviewForm) else {})
