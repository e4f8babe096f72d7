"""Examples of a pattern, to show how one may be written. The first two are those of the texts that Keel judges."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Example(NamedTuple):
    """A pattern as typed, and what it is an example of."""

    text: str
    label: Promise


EXAMPLES = {
    "weekend": Example("400 mg every Saturday for 3 years, snorted", _("Weekend use")),
    "clinic": Example("35 mg every 2 weeks, by infusion in a clinic", _("Infusions in a clinic")),
    "spray": Example("8 x 56 mg over 4 weeks then weekly, esketamine spray", _("Esketamine spray")),
    "unsure": Example("1-2 g most days since 2022", _("Not sure how much")),
}
"""By the id that stands in the address."""
