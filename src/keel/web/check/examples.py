"""Examples of a pattern, to show how one may be written. The first two are those of the texts that Keel judges."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keel.web.language.words import gettext, noop


class Example(NamedTuple):
    """A pattern as typed, in English, and what it is an example of; the catalogue has it in other languages."""

    text: str
    label: Promise

    @property
    def typed(self) -> str:
        """The pattern as a reader of the page would type it."""
        return gettext(self.text)


EXAMPLES = {
    "weekend": Example(noop("400 mg every Saturday for 3 years, snorted"), _("Weekend use")),
    "clinic": Example(noop("35 mg every 2 weeks, by infusion in a clinic"), _("Infusions in a clinic")),
    "spray": Example(noop("8 x 56 mg over 4 weeks then weekly, esketamine spray"), _("Esketamine spray")),
    "unsure": Example(noop("1-2 g most days since 2022"), _("Not sure how much")),
}
"""By the id that stands in the address."""
