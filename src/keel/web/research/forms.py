"""The regimen and the made-up person to overlay models for."""

from django import forms
from django.utils.translation import gettext_lazy

from keel import knowledge
from keel.pharmacology import models_for
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

WEIGHTS_KG = (7, 20, 35, 50, 60, 70, 80, 100, 120)
AGES = (2, 8, 16, 25, 40, 55, 70, 80)
SUBSTANCES = (("racemic", gettext_lazy("racemic ketamine")), ("esketamine", gettext_lazy("esketamine")))
SCALES = (("", gettext_lazy("by proportion")), ("log", gettext_lazy("logarithmic")))
FIRST = {"route": "iv", "substance": "racemic", "dose_mg": 35, "over_min": 40, "weight_kg": 70, "age_years": 40}
"""What is drawn before anyone chooses: 0.5 mg/kg in 70 kg over 40 minutes, the infusion of most trials."""


def _routes() -> list[tuple[str, str]]:
    facts = knowledge.load()
    return [(one.id, plain(one.title)) for one in facts.routes.values() if models_for(facts.models, one.id)]


def _ages() -> list[tuple[int, str]]:
    return [(age, _("%(age)d years") % {"age": age}) for age in AGES]


class RegimenForm(forms.Form):
    """One dose in a person of a chosen weight and age. Weights and ages are steps: nobody needs to type their own."""

    substance = forms.ChoiceField(choices=SUBSTANCES, label=gettext_lazy("Substance"))
    route = forms.ChoiceField(choices=_routes, label=gettext_lazy("Route"))
    dose_mg = forms.FloatField(min_value=0.1, max_value=1000, label=gettext_lazy("Dose, mg of base"))
    over_min = forms.FloatField(min_value=0, max_value=1440, label=gettext_lazy("Given over, minutes"), required=False)
    weight_kg = forms.TypedChoiceField(
        choices=[(w, f"{w} kg") for w in WEIGHTS_KG], coerce=float, label=gettext_lazy("Weight")
    )
    age_years = forms.TypedChoiceField(choices=_ages, coerce=float, label=gettext_lazy("Age"))
    scale = forms.ChoiceField(choices=SCALES, required=False, label=gettext_lazy("Scale"))
    outside = forms.BooleanField(
        required=False, label=gettext_lazy("Draw models that do not hold here as well, dotted")
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if name in self.errors:
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"{name}-wrong"}
