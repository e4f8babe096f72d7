"""Forms of a course and of a letter. Each has a prefix of its own, so that several stand on one page."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from keel.assessment.course.reviewing import exceptions_of, home_rules
from keel.assessment.course.state import Course
from keel.knowledge import Knowledge
from keel.web.clinic.forms import FactForm, day_field
from keel.web.language.rendering import plain

_LONGEST = 2000


def text_field(label: Any, *, required: bool = False, help_text: Any = "", rows: int = 2) -> forms.CharField:
    """Some lines of text."""
    widget = forms.Textarea(attrs={"rows": str(rows), "maxlength": str(_LONGEST)})
    return forms.CharField(label=label, required=required, max_length=_LONGEST, help_text=help_text, widget=widget)


class StepForm(FactForm):
    """A form for one step; `step` names it in its address."""

    step: str

    def __init__(self, *args: Any, course: Course, knowledge: Knowledge, **kwargs: Any) -> None:
        super().__init__(*args, prefix=self.step, **kwargs)
        self.course = course
        self.prepare(course, knowledge)

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """Fills the choices that the course and the data leave."""


class WorkUpForm(StepForm):
    """What was done of the work-up."""

    step = "work-up"
    items = forms.MultipleChoiceField(label=_("Done"), required=False, widget=forms.CheckboxSelectMultiple)
    on = day_field(_("On"), required=True)
    note = forms.CharField(label=_("Remark"), required=False, max_length=200)

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """The items that are open."""
        self.fields["items"].choices = [
            (one.id, f"{capfirst(plain(one.topic))}: {plain(one.text)}")
            for one in course.protocol.work_up
            if one.id not in course.worked_up
        ]


class StartForm(StepForm):
    """By which schedule, from when; a reason where something holds."""

    step = "start"
    schedule = forms.ChoiceField(label=_("Schedule"), widget=forms.RadioSelect)
    first = day_field(_("First session"), required=True)
    time = forms.TimeField(label=_("Time of day"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    reason = text_field(_("Why it begins though something holds or is not known"))

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """The schedules of the protocol."""
        of = [one for one in knowledge.schedules.values() if course.protocol.id in one.protocols]
        self.fields["schedule"].choices = [(one.id, f"{plain(one.title)}. {plain(one.summary)}") for one in of]
        if not course.screened.holds and not course.screened.missing:
            del self.fields["reason"]


class MissedForm(StepForm):
    """What is done about the sessions that were missed."""

    step = "missed"
    choice = forms.ChoiceField(label=_("What is done"), widget=forms.RadioSelect)
    from_day = day_field(_("From this day on, where they move"))
    reason = text_field(_("Why"))

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """What the schedule allows."""
        rules = course.schedule.missed if course.schedule else ()
        self.fields["choice"].choices = [(one.choice, plain(one.text)) for one in rules]


class SpacingForm(StepForm):
    """Another spacing of the phase that goes on."""

    step = "spacing"
    every_days = forms.IntegerField(label=_("Days between sessions"), min_value=1, max_value=366)
    from_day = day_field(_("From"), required=True)
    reason = text_field(_("Why"))


class PlanForm(StepForm):
    """Further visits, as the schedule spaces them."""

    step = "plan"


class ReviewForm(StepForm):
    """What a review found and decided."""

    step = "review"
    on = day_field(_("On"), required=True)
    responded = forms.ChoiceField(
        label=_("Response"), choices=[("true", _("Yes")), ("false", _("No"))], widget=forms.RadioSelect
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("go_on", _("Go on")),
            ("exception", _("Go on as an exception, with the reason")),
            ("stop", _("Stop")),
        ],
        widget=forms.RadioSelect,
    )
    exception = forms.ChoiceField(label=_("Which exception of the source"), required=False)
    reason = text_field(_("Why"))

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """The exceptions that the sources of the protocol make; the field goes where there is none."""
        made = exceptions_of(course.protocol)
        self.fields["exception"].choices = [("", _("None")), *((one.id, plain(one.text)) for one in made)]
        if not made:
            del self.fields["exception"]


class StopForm(StepForm):
    """The end of a course, and what comes instead."""

    step = "stop"
    on = day_field(_("On"), required=True)
    why = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("", _("Choose")),
            ("no response", _("No response")),
            ("goal reached", _("The aim is reached")),
            ("wish", _("The person’s wish")),
            ("harm", _("Harm, or a risk that outweighs benefit")),
            ("misuse", _("Misuse or diversion")),
            ("moved", _("Treatment goes on elsewhere")),
            ("other", _("Something else, told in the plan")),
        ],
    )
    plan = text_field(
        _("What comes instead, and who looks after it"),
        required=True,
        rows=3,
        help_text=_("Other treatment, relapse signs, whom to call, tests that stay due."),
    )
    follow_up = day_field(_("Ask how it is on"))


class FollowUpForm(StepForm):
    """How it is after the end."""

    step = "follow-up"
    on = day_field(_("On"), required=True)
    text = text_field(_("How it is"), required=True)


class PrecautionsForm(StepForm):
    """What is agreed before doses at home, by the rules of the protocol; all of it, or none."""

    step = "precautions"
    agreed = forms.MultipleChoiceField(label=_("Agreed"), required=False, widget=forms.CheckboxSelectMultiple)
    on = day_field(_("On"), required=True)
    adult = forms.CharField(label=_("Sober adult who stays in the room"), max_length=200)
    phone = forms.CharField(label=_("Telephone of that adult"), max_length=40)
    address = forms.CharField(label=_("Address for an emergency"), max_length=200)

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """The rules for home that ask for something to be arranged."""
        self.fields["agreed"].choices = [(one.id, plain(one.title)) for one in home_rules(course.protocol)]


class CheckInForm(StepForm):
    """A contact around a dose at home."""

    step = "check-in"
    dose_on = forms.ChoiceField(label=_("About the dose of"))
    moment = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("start", _("At its start, on video")),
            ("contact_first", _("The first contact after it")),
            ("contact_until", _("The last contact after it")),
            ("other", _("At another time")),
        ],
    )
    is_well = forms.ChoiceField(
        label=_("Is the person well?"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    text = text_field(_("What was said"))

    def prepare(self, course: Course, knowledge: Knowledge) -> None:
        """The days on which a dose was taken, the newest first."""
        self.fields["dose_on"].choices = [
            (day.isoformat(), date_format(day, "DATE_FORMAT")) for day in reversed(course.given)
        ]


STEPS: dict[str, type[StepForm]] = {
    form.step: form
    for form in (
        WorkUpForm,
        StartForm,
        MissedForm,
        SpacingForm,
        PlanForm,
        ReviewForm,
        StopForm,
        FollowUpForm,
        PrecautionsForm,
        CheckInForm,
    )
}
"""Word of an address, to its form."""


class LetterForm(FactForm):
    """To whom a letter goes, and what it asks beside what its kind asks."""

    to = forms.CharField(label=_("To"), max_length=200)
    address = text_field(_("Address"), help_text=_("As it stands on the envelope or in the message."))
    is_urgent = forms.BooleanField(label=_("Urgent"), required=False)
    is_agreed = forms.BooleanField(label=_("The person agrees that this goes to them"), required=False)
    question = text_field(_("What you ask, in your words"), rows=3)


class SentForm(FactForm):
    """That a letter went out."""

    on = day_field(_("Sent on"), required=True)
    how = forms.CharField(label=_("How"), max_length=100, help_text=_("By post, by secure mail, handed over."))


class AnsweredForm(FactForm):
    """That an answer came."""

    on = day_field(_("Answered on"), required=True)
    text = text_field(_("What it says, and what follows"), required=True, rows=3)


class WithdrawnForm(FactForm):
    """That nobody waits for an answer any more."""

    on = day_field(_("On"), required=True)
    reason = text_field(_("Why nobody waits for it any more"), required=True)


LETTER_STEPS: dict[str, type[FactForm]] = {"sent": SentForm, "answered": AnsweredForm, "withdrawn": WithdrawnForm}
"""Word of a letter’s step, to its form."""
