"""The form of a step, made from the shape of the step: one field each, in words of `care_words.py`."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from msgspec import inspect

from keel import knowledge
from keel.assessment.recovery.fold import PHASES
from keel.assessment.screening.questions import questions_of
from keel.assessment.tasks import Step
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.web.clinic.care_words import LABELS, TITLES, WORDS, offered
from keel.web.clinic.forms import FactForm, day_field, moment_field
from keel.web.language.quantities import unit_words
from keel.web.language.rendering import plain
from keel.web.therapy.queries import programme

NOT_TYPED = ("blocks", "held")
"""Fields that the action fills in."""
HIDDEN = ("visit", "goal", "group", "of", "frame", "programme")
"""Names that a person does not read."""
LONG = 300
"""Characters from which on a text has several lines."""
_YES_NO = [("yes", _("Yes")), ("no", _("No"))]
_NOT_ASKED = ("", _("Not asked"))


class StepForm(FactForm):
    """A form for one step, with what is in `told` filled in; `kind` is the kind of visit whose checklist is offered."""

    def __init__(self, *args: Any, step: type[Step], told: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tag = str(step.__struct_config__.tag)
        self.title = TITLES[self.tag]
        self.several: dict[str, dict[str, str]] = {}
        for one in inspect.type_info(step).fields:  # type: ignore[attr-defined]
            if one.name not in NOT_TYPED:
                self._add(one, told)

    def _add(self, one: inspect.Field, told: Mapping[str, Any]) -> None:
        bare, is_optional = _bare(one.type)
        if isinstance(bare, inspect.DictType):
            parts = {f"{one.name}-{name}": (name, field) for name, field in _parts(self.tag, one.name)}
            self.several[one.name] = {field: name for field, (name, _made) in parts.items()}
            self.fields |= {field: made for field, (_name, made) in parts.items()}
            return
        choices = offered(self.tag, one.name, str(told.get("kind", "")))
        field = _field(bare, choices, is_optional=is_optional, is_required=one.required)
        field.label = LABELS[one.name]
        if (self.tag, one.name) == ("recovery_begun", "days"):
            least, most = (programme().cuts[name].value for name in ("least_days", "most_days"))
            field.help_text = _("One centre offers %(least)d to %(most)d; no trial compares lengths. Empty: open.") % {
                "least": least,
                "most": most,
            }
        if one.name in HIDDEN and not (one.name == "of" and choices):
            field = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)
        self.fields[one.name] = field

    def payload(self) -> dict[str, Any]:
        """The step as the record keeps it; what was left empty is not there."""
        entry: dict[str, Any] = {"step": self.tag}
        fields = {field for names in self.several.values() for field in names}
        for name, value in self.cleaned_data.items():
            if name not in fields and name != "key" and value not in ("", None, []):
                entry[name] = _plain(value)
        for name, fields_of in self.several.items():
            entry[name] = {
                asked: _plain(self.cleaned_data[field])
                for field, asked in fields_of.items()
                if self.cleaned_data.get(field) not in ("", None)
            }
        return entry


def initial_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields hold for a step that is to be corrected."""
    found: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            found |= {f"{name}-{one}": _typed(told) for one, told in value.items()}
        else:
            found[name] = _typed(value)
    return found


def _typed(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _plain(value: Any) -> Any:
    """As JSON has it: yes and no are true and false, days and times text."""
    if value in ("yes", "no"):
        return value == "yes"
    return value.isoformat() if isinstance(value, dt.date) else value


def _bare(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type without None, and whether None is one of its values."""
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return rest[0], len(rest) < len(kind.types)
    return kind, False


def _field(kind: inspect.Type, choices: Mapping[str, str], *, is_optional: bool, is_required: bool) -> forms.Field:
    listed = [(name, plain(text)) for name, text in choices.items()]
    match kind:
        case inspect.DateTimeType():
            return moment_field("")
        case inspect.DateType():
            return day_field("", required=is_required)
        case inspect.BoolType():
            answers = [*_YES_NO, _NOT_ASKED] if is_optional else _YES_NO
            return forms.ChoiceField(choices=answers, required=not is_optional, widget=forms.RadioSelect)
        case inspect.LiteralType():
            return forms.ChoiceField(choices=[("", _("Choose")), *((str(one), WORDS[str(one)]) for one in kind.values)])
        case inspect.VarTupleType():
            return forms.MultipleChoiceField(choices=listed, required=False, widget=forms.CheckboxSelectMultiple)
        case inspect.FloatType() | inspect.IntType():
            made = forms.IntegerField if isinstance(kind, inspect.IntType) else forms.FloatField
            return made(required=is_required, min_value=kind.ge, max_value=kind.le)
    if choices:
        return forms.ChoiceField(choices=[("", _("Choose")), *listed])
    longest = getattr(kind, "max_length", None) or LONG
    widget = forms.Textarea(attrs={"rows": 4, "maxlength": longest}) if longest > LONG else forms.TextInput()
    return forms.CharField(max_length=longest, required=bool(getattr(kind, "min_length", 0)), widget=widget)


def _parts(step: str, name: str) -> Iterator[tuple[str, forms.Field]]:
    """The fields of a table of answers: the diary, or what is asked on the way in."""
    if name == "values":
        for item in programme().diary:
            label = f"{plain(item.title)}, {item.low:g}–{item.high:g}{f' {item.unit}' if item.unit else ''}"
            yield item.id, forms.FloatField(label=label, required=False, min_value=item.low, max_value=item.high)
        return
    facts = knowledge.load()
    protocol = facts.protocols[programme().protocol]
    for fact in questions_of(protocol, PHASES, facts.clinical_facts):
        if fact.group != "person":  # the record has it
            yield fact.id, _asked(fact)


def _asked(fact: ClinicalFact) -> forms.Field:
    label = plain(fact.question or fact.label)
    if fact.kind is FactKind.YES_NO:
        return forms.ChoiceField(label=label, choices=[*_YES_NO, _NOT_ASKED], required=False, widget=forms.RadioSelect)
    if fact.kind is FactKind.CHOICE:
        listed = [(one, one.replace("_", " ")) for one in fact.choices]
        return forms.ChoiceField(label=label, choices=[_NOT_ASKED, *listed], required=False)
    unit = "" if fact.unit in ("", "1") else unit_words(fact.unit)
    return forms.FloatField(label=f"{label}{unit and ','}{unit}", required=False)


class NoteForm(FactForm):
    """A private note."""

    text = forms.CharField(
        label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "maxlength": "20000"})
    )


class BlockForm(forms.Form):
    """A part of the day; empty in all is none."""

    use_required_attribute = False
    time = forms.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d$", label=_("From"), required=False, help_text="", max_length=5, strip=True
    )
    title = forms.CharField(label=_("What"), required=False, max_length=120)
    kind = forms.ChoiceField(
        label=_("Form"),
        required=False,
        choices=[("own", _("on one’s own")), ("group", _("group")), ("individual", _("one-to-one"))],
    )

    def clean(self) -> dict[str, Any]:
        """Both a time and a title, or neither."""
        told: dict[str, Any] = self.cleaned_data
        if bool(told.get("time")) != bool(told.get("title")) and not self.errors:
            self.add_error("title" if told.get("time") else "time", _("Write both, or neither."))
        return told


BlockForms = forms.formset_factory(BlockForm, extra=3, max_num=40, absolute_max=40)
"""The day as rows, with three empty ones."""
LONGEST_GROUP = 60
"""Rows of a group: people of whom it is noted whether they were there."""


class GroupForm(FactForm):
    """A meeting of several people: what, when, who led it; of each whether they were there."""

    title = _("Group")
    at = moment_field(LABELS["at"])
    ended = moment_field(LABELS["ended"])
    topic = forms.CharField(label=LABELS["topic"], max_length=300)
    led_by = forms.CharField(label=LABELS["led_by"], max_length=300, required=False)
    kind = forms.ChoiceField(label=LABELS["kind"], required=False)

    def __init__(self, *args: Any, of_therapy: bool, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"was-{number}": number for number in people}
        if of_therapy:
            self.fields["kind"].choices = [(one, plain(text)) for one, text in offered("visit_held", "kind").items()]
        else:
            del self.fields["kind"]
        for field, number in self.people.items():
            self.fields[field] = forms.ChoiceField(
                label=f"{people[number]} {number}",
                required=False,
                choices=[("", _("not of this group")), *((one, WORDS[one]) for one in _ATTENDED)],
            )

    def there(self) -> dict[str, str]:
        """Number of each person of the group to whether they were there."""
        told = {number: self.cleaned_data[field] for field, number in self.people.items()}
        return {number: word for number, word in told.items() if word}


_ATTENDED = ("there", "late", "left_early", "absent")
