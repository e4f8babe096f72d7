"""Forms of the staff about questionnaires and alerts, and the form of one questionnaire for its person."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keel import knowledge
from keel.assessment.measures import AlertStep
from keel.knowledge.instruments import Instrument
from keel.web.measures.models import Way
from keel.web.measures.queries import offered
from keel.web.outbox.queries import channels
from keel.web.questionnaires.queries import answer_field, answer_name


class Once(forms.Form):
    """A form whose hidden `key` makes sending it twice harmless."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid.uuid4()), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class SendForm(Once):
    """Which questionnaires go to the person, how, and in which language."""

    instruments = forms.MultipleChoiceField(label=_("Questionnaires"), widget=forms.CheckboxSelectMultiple)
    way = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    to = forms.CharField(
        label=_("E-mail or telephone"),
        required=False,
        max_length=200,
        help_text=_("Only the person’s own. Not needed for the tablet."),
    )
    lang = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    shown_as = forms.CharField(
        label=_("How the form names the person"),
        max_length=40,
        help_text=_("As the person chose it: initials, not the whole name. The form asks whether it is they."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {Way.EMAIL: _("By e-mail"), Way.TEXT: _("By text message"), Way.TABLET: _("On this tablet, now")}
        self.fields["instruments"].choices = [(one.id, one.name) for one in offered()]
        self.fields["way"].choices = [
            (str(one), word) for one, word in words.items() if one in (*channels(), Way.TABLET)
        ]


class AnswerForm(forms.Form):
    """The questions of one instrument; none is required, and `is_seen` that the open ones were pointed out."""

    use_required_attribute = False
    instrument = forms.CharField(widget=forms.HiddenInput, max_length=60)
    is_seen = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shape: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, initial={"instrument": shape.id}, **kwargs)
        for item in shape.items:
            self.fields[answer_name(shape.id, item.id)] = answer_field(shape, item)


class ChoicesForm(forms.Form):
    """What a clinic says in its messages and on the crisis card."""

    use_required_attribute = False
    site = forms.CharField(
        label=_("Name of the clinic in messages"),
        required=False,
        max_length=60,
        help_text=_("Without a word that tells what is treated. Empty means the name of the clinic."),
    )
    danger = forms.CharField(
        label=_("Whom to call in danger"),
        required=False,
        max_length=60,
        help_text=_("A number that answers day and night. Empty means the emergency number of the country."),
    )
    schedule = forms.ChoiceField(label=_("Schedule"), required=False)
    automatic = forms.BooleanField(
        label=_("Send what is due by itself"),
        required=False,
        help_text=_("To whoever agreed to messages, by day, and never before the last form is answered or over."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schedules = knowledge.load().measure_schedules.values()
        self.fields["schedule"].choices = [("", _("None")), *((one.id, _(one.title)) for one in schedules)]
        for code, name in settings.LANGUAGES:
            self.fields[f"words_{code}"] = forms.CharField(
                label=f"{_('Crisis words')}: {name}",
                required=False,
                max_length=800,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code, "maxlength": "800"}),
                help_text=_("Shown at once to somebody whose answer alarms, above the numbers to call."),
            )

    @property
    def words(self) -> list[forms.BoundField]:
        """The fields of the crisis words, one a language."""
        return [self[name] for name in self.fields if name.startswith("words_")]

    def chosen(self) -> dict[str, Any]:
        """What was chosen."""
        given = dict(self.cleaned_data)
        words = {code: given.pop(f"words_{code}").strip() for code, _name in settings.LANGUAGES}
        return {**given, "words": {code: text for code, text in words.items() if text}}


def _line(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=500, help_text=help_text)


class StepForm(Once):
    """A step of an alert."""

    step: str

    def as_step(self, alert: str) -> AlertStep:
        """The step that was filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "key" and value not in ("", None)}
        return AlertStep(alert=alert, step=self.step, **given)  # type: ignore[arg-type]


class TakeForm(StepForm):
    """Somebody takes an alert."""

    step = "taken"


class TryForm(StepForm):
    """Who was called, how, whether they were reached, and what came of it."""

    step = "tried"
    who = _line(_("Who was called"), required=True)
    how = _line(_("How"), required=True, help_text=_("Telephone, in person, welfare check."))
    reached = forms.TypedChoiceField(
        label=_("Reached"),
        choices=[("", _("Choose")), ("true", _("Yes")), ("false", _("No"))],
        coerce=lambda value: value == "true",
    )
    result = _line(_("What came of it"))


class AgreeForm(StepForm):
    """What was asked and agreed. What was not asked stays empty, and is not a no."""

    step = "agreed"
    ideation = _line(_("Thoughts"))
    plan = _line(_("Plan"))
    intent = _line(_("Intent"))
    means = _line(_("Means at hand"))
    protective = _line(_("What protects"))
    agreed = _line(_("What was agreed"), required=True)
    informed = _line(_("Who else was told, with whose consent"))
    reference = _line(_("Reference of the emergency service"))
    next_contact = forms.DateField(
        label=_("Next contact"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class CloseForm(StepForm):
    """Why an alert is closed."""

    step = "closed"
    reason = _line(
        _("Why it is closed"), required=True, help_text=_("What was found, and where it is followed from here.")
    )


STEP_FORMS: dict[str, type[StepForm]] = {form.step: form for form in (TakeForm, TryForm, AgreeForm, CloseForm)}
