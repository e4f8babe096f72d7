"""The regimen and the made-up person to overlay models for."""

from django import forms

from keel import knowledge
from keel.pharmacology import models_for

WEIGHTS_KG = (7, 20, 35, 50, 60, 70, 80, 100, 120)
AGES = (2, 8, 16, 25, 40, 55, 70, 80)
SUBSTANCES = (("racemic", "racemic ketamine"), ("esketamine", "esketamine"))
SCALES = (("", "by proportion"), ("log", "logarithmic"))
FIRST = {"route": "iv", "substance": "racemic", "dose_mg": 35, "over_min": 40, "weight_kg": 70, "age_years": 40}
"""What is drawn before anyone chooses: 0.5 mg/kg in 70 kg over 40 minutes, the infusion of most trials."""


def _routes() -> list[tuple[str, str]]:
    facts = knowledge.load()
    return [(one.id, one.title) for one in facts.routes.values() if models_for(facts.models, one.id)]


class Regimen(forms.Form):
    """One dose in a person of a chosen weight and age. Weights and ages are steps: nobody needs to type their own."""

    substance = forms.ChoiceField(choices=SUBSTANCES, label="Substance")
    route = forms.ChoiceField(choices=_routes, label="Route")
    dose_mg = forms.FloatField(min_value=0.1, max_value=1000, label="Dose, mg of base")
    over_min = forms.FloatField(min_value=0, max_value=1440, label="Given over, minutes", required=False)
    weight_kg = forms.TypedChoiceField(choices=[(w, f"{w} kg") for w in WEIGHTS_KG], coerce=float, label="Weight")
    age_years = forms.TypedChoiceField(choices=[(a, f"{a} years") for a in AGES], coerce=float, label="Age")
    scale = forms.ChoiceField(choices=SCALES, required=False, label="Scale")
    outside = forms.BooleanField(required=False, label="Draw models that do not hold here as well, dotted")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if name in self.errors:
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"{name}-wrong"}
