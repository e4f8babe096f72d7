"""The list of instruments, as the command line and the pages show it."""

import msgspec

from keel.assessment.instruments.score import Range
from keel.assessment.instruments.scoring import total_range
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument


class InstrumentSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument in brief. `form` is how much of it Keel holds; `wording` whether its questions are here.

    `given` names the facts beside the answers that change what is said, with the values that count.
    """

    id: str
    name: str
    title: str
    domain: str
    rater: str
    purpose: str
    form: str
    items: int | None
    range: Range
    recall: tuple[str, ...]
    licence: str
    licence_label: str
    wording: bool
    validated: bool
    loinc: str
    given: dict[str, list[str]]


def catalogue(knowledge: Knowledge) -> tuple[InstrumentSummary, ...]:
    """Every instrument, by domain and then by name."""
    entries = [entry(instrument) for instrument in knowledge.instruments.values()]
    return tuple(sorted(entries, key=lambda one: (one.domain, one.name)))


def entry(instrument: Instrument) -> InstrumentSummary:
    """One instrument in brief."""
    return InstrumentSummary(
        id=instrument.id,
        name=instrument.name,
        title=instrument.title,
        domain=instrument.domain,
        rater=instrument.rater,
        purpose=instrument.purpose,
        form=instrument.form,
        items=instrument.item_count,
        range=total_range(instrument),
        recall=instrument.recall.periods,
        licence=instrument.rights.licence_class,
        licence_label=instrument.rights.licence_class.label,
        wording=instrument.has_wording,
        validated=instrument.validated,
        loinc=instrument.loinc.panel,
        given={fact: sorted(values) for fact, values in sorted(instrument.facts_used().items())},
    )
