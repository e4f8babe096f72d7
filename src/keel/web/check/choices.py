"""What may be ticked in the check: each choice is used by a rule, a card or the order of the picture."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Choices = Mapping[str, Promise]

FITS: Choices = {
    "alone": _("I am often alone when I take it"),
    "near_water": _("There is a bath, a pool, a river or the sea nearby"),
    "drives": _("I drive or ride the same day"),
    "shares_equipment": _("I share a straw, a note or a needle"),
    "hard_experience": _("It has frightened me, or left me shaken"),
}
"""How it goes: facts of strategy cards (`keel.assessment.strategies.SelfReport`)."""

DAILY: Choices = {
    "alcohol": _("Alcohol"),
    "benzodiazepines": _("Benzodiazepines"),
    "ghb": _("GHB or GBL"),
    "opioids": _("Opioids"),
}
"""Ids of drug groups whose sudden stop needs a doctor."""

PREGNANT: Choices = {"": _("No answer"), "pregnant": _("Yes"), "not_pregnant": _("No")}
"""Values are those of `keel.record.Pregnancy`."""

MATTERS: Choices = {
    "stop": _("I want to stop"),
    "fewer": _("I want to use on fewer days"),
    "lower": _("I want to come to less harm from it"),
    "body": _("I am worried about my body"),
    "mood": _("I am worried about my mood or my mind"),
    "treatment": _("I want to know about treatment in a clinic"),
    "someone": _("I am here for somebody else"),
}

WAYS = {
    "snorted": _("Snorted"),
    "swallowed": _("Swallowed"),
    "sublingual": _("Under the tongue"),
    "im": _("Into a muscle"),
    "iv": _("Into a vein"),
    "sc": _("Under the skin"),
    "nasal spray": _("Nose spray"),
    "rectal": _("Rectally"),
}
"""Words that `parse_pattern` reads, and what the person sees."""

PLACES = {
    "street": _("Not prescribed"),
    "prescribed": _("Prescribed, taken at home"),
    "clinic": _("In a clinic"),
}

AMOUNT_UNITS = {"g": _("grams"), "mg": _("milligrams")}
DAYS_PER = {"week": _("days a week"), "month": _("days a month"), "year": _("days a year")}
LONG_UNITS = {"years": _("years"), "months": _("months"), "weeks": _("weeks")}

MATTERS_READ = {
    "stop": ("learn:after", "leaflet-stopping"),
    "fewer": ("learn:text", "leaflet-stopping"),
    "lower": ("learn:text", "leaflet-mixing"),
    "body": ("learn:text", "leaflet-bladder"),
    "mood": ("learn:minds", ""),
    "treatment": ("learn:topic", "treatment"),
    "someone": ("learn:text", "leaflet-helping"),
}
"""Where to read on, by what matters: route of the page and the text it opens."""
