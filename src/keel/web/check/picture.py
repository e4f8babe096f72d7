"""The picture of the check: what the person told, put into the order in which it helps."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec
from django.utils.functional import Promise

from keel.assessment.instruments import Score
from keel.assessment.interactions.rate import SUBSTANCE
from keel.assessment.interactions.stacking import SHARED_BY
from keel.assessment.picture import Picture
from keel.assessment.strategies import Advice, Card, SelfReport, strategies_for, strategy_facts
from keel.assessment.symptoms import symptom_facts
from keel.findings import Finding, Severity
from keel.knowledge import Knowledge
from keel.knowledge.criteria import BandDefinition
from keel.knowledge.directory import ListedService
from keel.knowledge.evidence import Claim, Conflict
from keel.knowledge.texts import Section, StrategyWords
from keel.record import Record
from keel.record.selection import newest_items
from keel.web.check import choices
from keel.web.check.frequencies import Frequencies, frequencies
from keel.web.check.steps import BLADDER, DEPENDENCE, GRIP, SIGNS
from keel.web.directory.queries import listing_for
from keel.web.language import languages, texts
from keel.web.language.quantities import amount
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.picture.queries import PicturePage, severity_words

SAFETY_RULE = "phq-9/item-9"
"""What the PHQ-9 says to staff about its ninth item; the check says it to the person in words of its own."""
NO_SIGN = (f"{BLADDER}/no-sign", f"{SIGNS}/no-sign")
LOW_MOOD = {"harm.mind.low-with-use", "harm.mind.low-in-treatment"}
"""What says more of low mood than the warning signs do by themselves."""
OF_TEXT = {"liver": "picture-liver", "gut": "picture-gut", "mind": "picture-mind", "mixing": "picture-accidents"}
"""Subjects of data/harms and the text on warning signs that each opens."""
OF_ANSWER = {
    "picture-liver": ("yellow", "dark", "cramps-bad"),
    "picture-gut": ("cramps", "sick", "nose", "dull"),
    "picture-mind": ("memory", "confused", "low", "stopping"),
    "picture-accidents": ("wake", "hurt", "water"),
}
"""Texts on warning signs and the answers that open each."""
PROBLEM = "dependence"
FIRST_CARDS = 6
"""Cards shown open; the others are one tap further."""
URGENT_BAND = "U"
BANDS_WITH_DAYS = ("2", "3", "4", "U")
"""Bands in which what fewer days would come to is shown."""
NEAR_CONTESTED = 10
"""The least multiple at which the contested figure (100 times) is near enough to be taken for one’s own."""
BLADDER_BANDS = ("U", "4", "3", "M2")
"""Bands in which services for the bladder come first."""


class ShownPart(NamedTuple):
    """A part of the picture: its id and title, its state in a few words, and how grave its gravest finding is.

    `gravity` is the rank of a severity, lower for graver; the parts stand by it.
    """

    id: str
    title: str
    says: str = ""
    gravity: int = Severity.NOTE.rank + 1

    @property
    def template(self) -> str:
        """What draws it."""
        return f"check/parts/{self.id}.html"


class CheckPicture(PicturePage):
    """A `PicturePage` with what only the check adds: frequencies, cards, next steps, what matters, services."""

    def __init__(
        self,
        picture: Picture,
        knowledge: Knowledge,
        *,
        record: Record,
        self_report: SelfReport,
        matters: Sequence[str] = (),
    ) -> None:
        super().__init__(picture, knowledge)
        self.record, self.self_report, self._matters = record, self_report, matters

    # Urgent

    @cached_property
    def speaks_of_suicide(self) -> bool:
        """Whether an answer asks for the words on suicide, whatever the total."""
        return any(_is_safety(finding) for finding in self.picture.findings)

    @cached_property
    def urgent(self) -> list[Finding]:
        """Findings that block or hold, those of the body before those of mixing.

        The one on suicide has words of its own on this page, and the band gives way to the answers that made it urgent.
        Medicines that stand in a finding together have their own further down.
        """
        found = [one for one in super().urgent if not _is_safety(one) and not self._stands_with_others(one)]
        answers = [finding for finding in found if finding.subject in self.scored]
        others = [one for one in found if one not in answers and not (answers and one is self.band_finding)]
        return sorted([*answers, *others], key=lambda one: one.severity.rank)

    def _stands_with_others(self, finding: Finding) -> bool:
        stacks = self.picture.interactions.stacking
        together = {reason.value for stack in stacks for reason in stack.why if reason.name == SHARED_BY}
        named = {reason.value for reason in finding.why if reason.name == SUBSTANCE}
        return finding.severity is Severity.HOLD and finding not in stacks and bool(named & together)

    @cached_property
    def has_red_flag(self) -> bool:
        """Whether something was told that needs care whatever the exposure."""
        band = self.picture.exposure.band
        return bool(band and band.id == URGENT_BAND)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The red flags that were told, in words."""
        return symptom_facts(self.record, at=self.picture.as_of, knowledge=self._knowledge).red_flags

    @cached_property
    def is_urgent_now(self) -> bool:
        """Whether one of the red flags needs care today; blood in the urine by itself needs a doctor this week."""
        within_days = {rule.says for rule in self.band_set.answers if rule.within == "week"}
        within_days |= {rule.says for rule in self.band_set.conditions if rule.within == "week"}
        return self.has_red_flag and not within_days.issuperset(self.flags)

    @cached_property
    def band(self) -> BandDefinition | None:
        """What the band means; where a red flag can wait for days, its own finding says what to do instead."""
        band = super().band
        if band is None or not self.has_red_flag or self.is_urgent_now or not self.urgent:
            return band
        return msgspec.structs.replace(band, summary=self.urgent[0].summary, next_step=self.urgent[0].next_step)

    @cached_property
    def calls_first(self) -> bool:
        """Whether the numbers to call stand above the findings."""
        return self.speaks_of_suicide or self.is_urgent_now

    @cached_property
    def waits_for_nothing(self) -> bool:
        """Whether what is urgent stands above the answer itself."""
        return self.calls_first or self.has_red_flag or any(one.severity is Severity.BLOCK for one in self.urgent)

    # The answer

    @cached_property
    def answer(self) -> str:
        """Where the person stands, in a sentence or two."""
        if self.next_steps:
            now = (self.next_steps.next_step,) if self.has_red_flag else ()
            return " ".join((*self.next_steps.paragraphs, *now))
        if self.picture.interactions.items and not self.has_exposure:
            return _("How much ketamine was not told. What was named was checked together with it.")
        return _("How much ketamine was not told, so this page cannot say where you stand.")

    @cached_property
    def scale_bands(self) -> list[BandDefinition]:
        """The bands of the person’s lane from the lowest on, for a mark; none where something else is urgent."""
        band = self.picture.exposure.band
        if band is None or band.id == URGENT_BAND:
            return []
        mine = (one for one in self.band_set.bands if one.lane == band.lane)
        return sorted(mine, key=lambda one: one.rank)

    @cached_property
    def first_line(self) -> list[ListedService]:
        """The one service to call first: about drugs where there is one with a telephone, else one for a crisis."""
        listing = listing_for(self.record.person.country, "crisis")
        rows = (*self.services, *listing.services, *([listing.fallback] if listing.fallback else []))
        return ([row for row in rows if row.service.phone] or list(rows[-1:]))[:1]

    @cached_property
    def not_asked(self) -> list[tuple[str, str]]:
        """What the person was not asked, or left out, and the step that asks it."""
        asked = [
            (_("how much"), "use", self.has_exposure),
            (_("medicines and drugs"), "medicines", bool(self.picture.interactions.items)),
            (_("bladder signs"), "bladder", BLADDER in self.scored),
            (_("signs of dependence"), "dependence", DEPENDENCE in self.scored or GRIP in self.scored),
            (_("mood"), "mood", bool(self.mood_scores) or self.speaks_of_suicide),
        ]
        return [(words, step) for words, step, told in asked if not told]

    # The parts

    @cached_property
    def parts(self) -> list[ShownPart]:
        """All that can be opened, what the gravest findings are about first."""
        interactions, exposure = self.picture.interactions, self.picture.exposure
        signs = [*self.bladder_findings, *self.sign_findings]
        told = self.picture.scores
        made = [
            (bool(self.matters), _part("matters", _("What you said matters"))),
            (bool(self.others), _part("also", _("Also"), self.others)),
            (
                bool(interactions.items),
                _part("medicines", _("Taken together with ketamine"), interactions.findings, says=self._unchecked),
            ),
            (bool(told or signs), _part("signs", _("Warning signs"), signs)),
            (self.has_exposure, _part("exposure", _("How much, in a year"), self.exposure_findings, says=self._year)),
            (
                exposure.band is not None,
                _part("band", _("Band of exposure"), says=plain(self.band.name) if self.band else ""),
            ),
            (True, _part("problem", _("Signs that use has become a problem"), self.problem_findings)),
            (bool(self.mood_scores), _part("scores", _("Mood and worry"), self._mood_findings)),
            (bool(self.cards), _part("strategies", _("What can lower the risk"), says=self._cards_say)),
            (True, _part("next", _("Next steps"))),
            (not interactions.items, _part("medicines", _("Taken together with ketamine"), says=_("not asked"))),
            (not (told or signs), _part("signs", _("Warning signs"), says=_("not asked"))),
            (True, _part("recovery", _("What gets better after stopping"))),
            (bool(self.picture.curve.available), _part("curve", _("In the blood, last time"))),
            (bool(self.picture.unknown), _part("unknown", _("What is not known"))),
            (True, _part("near", _("People who help near you"))),
        ]
        return sorted((part for is_there, part in made if is_there), key=lambda part: part.gravity)

    @property
    def _mood_findings(self) -> list[Finding]:
        return [finding for _score, findings in self.mood_scores for finding in findings]

    @property
    def _unchecked(self) -> str:
        unchecked = len(self.medicines["not_checked"])
        return _("%(count)d not checked") % {"count": unchecked} if unchecked else ""

    @property
    def _year(self) -> str:
        exposure = self.picture.exposure
        if exposure.is_over:
            return _("nothing now")
        return amount(exposure.now.mg_per_year, "mg") if len(exposure.by_route) < 2 else ""

    @property
    def _cards_say(self) -> str:
        return _("%(count)d to choose from") % {"count": len(self.cards)}

    # The picture

    @cached_property
    def frequencies(self) -> Frequencies | None:
        """The same amount on fewer days, where the band is raised."""
        band = self.picture.exposure.band
        return frequencies(self.record, self.picture) if band and band.id in BANDS_WITH_DAYS else None

    @cached_property
    def contested(self) -> list[tuple[Claim, list[Conflict]]]:
        """The contested figure, where the person’s own is near it."""
        multiple = self.picture.exposure.multiple_range
        return super().contested if multiple and multiple.high >= NEAR_CONTESTED else []

    @cached_property
    def scored(self) -> dict[str, Score]:
        """The scores by instrument."""
        return {score.instrument: score for score in self.picture.scores}

    @cached_property
    def bladder_findings(self) -> list[Finding]:
        """What the bladder answers say, but what stands among the urgent."""
        return self._calm(self._answered(BLADDER))

    sign_texts = ("picture-bladder", "picture-liver", "picture-gut", "picture-mind", "picture-accidents")
    """Texts on warning signs, in their order."""

    @cached_property
    def open_signs(self) -> set[str]:
        """Texts that an answer or a finding opens."""
        opened = {"picture-bladder"} if any(one.rule not in NO_SIGN for one in self._answered(BLADDER)) else set()
        given = self.answers_to(SIGNS)
        opened |= {text for text, items in OF_ANSWER.items() if any(given.get(item) == 1 for item in items)}
        return opened | {OF_TEXT[one.subject] for one in self.picture.harms if one.subject in OF_TEXT}

    @cached_property
    def sign_findings(self) -> list[Finding]:
        """What the other signs say, the signs of one subject by themselves, but what stands among the urgent."""
        harms = [one for one in self._calm(self.picture.harms) if one.subject != PROBLEM]
        answers = self._calm(self._answered(SIGNS))
        rules = {one.rule for one in harms}
        said_better = {f"{SIGNS}/tell": bool(rules), f"{SIGNS}/low-mood": bool(rules & LOW_MOOD)}
        return [*harms, *(one for one in answers if not said_better.get(one.rule))]

    @cached_property
    def problem_findings(self) -> list[Finding]:
        """What counts, totals and codes of dependence come to together."""
        return [one for one in self._calm(self.picture.harms) if one.subject == PROBLEM]

    @cached_property
    def others(self) -> list[Finding]:
        """Findings that belong to no subject shown below."""
        return [one for one in super().others if one not in self.picture.harms]

    def _answered(self, instrument: str) -> tuple[Finding, ...]:
        return self.scored[instrument].findings if instrument in self.scored else ()

    @cached_property
    def problem_score(self) -> Score | None:
        """The criteria that were met, where any was answered."""
        return self.scored.get(DEPENDENCE)

    @cached_property
    def problem_yes(self) -> list[str]:
        """The criteria answered with yes, in their words."""
        items = {item.id: item.text for item in texts.instrument(DEPENDENCE).items}
        return [items[name] for name, value in self.answers_to(DEPENDENCE).items() if value == 1 and name in items]

    def answers_to(self, instrument: str) -> dict[str, int | str]:
        """Item to answer of the newest sitting of an instrument; empty where there is none."""
        return newest_items(self.record, self.picture.as_of, instrument)

    @cached_property
    def grip_score(self) -> Score | None:
        """The SDS total that was brought, where there is one."""
        return self.scored.get(GRIP)

    @cached_property
    def mood_scores(self) -> list[tuple[Score, list[Finding]]]:
        """Scores that are shown as a number: all but the signs of the body and what is shown with dependence."""
        apart = (BLADDER, SIGNS, DEPENDENCE, GRIP)
        return [
            (score, [finding for finding in findings if not _is_safety(finding)])
            for score, findings in self.scores
            if score.instrument not in apart
        ]

    # What to do

    @cached_property
    def _advice(self) -> Advice:
        at = self.picture.as_of
        facts = strategy_facts(self.record, self.picture, self.self_report, at=at, knowledge=self._knowledge)
        return strategies_for(facts, self._knowledge)

    @cached_property
    def cards(self) -> list[tuple[Card, StrategyWords]]:
        """The cards that the answers call for, the most pressing first."""
        return [(one, _words(one)) for one in self._advice.chosen]

    @cached_property
    def first_cards(self) -> list[tuple[Card, StrategyWords]]:
        """Those shown open."""
        return self.cards[:FIRST_CARDS]

    @cached_property
    def more_cards(self) -> list[tuple[Card, StrategyWords]]:
        """Those one tap further."""
        return self.cards[FIRST_CARDS:]

    @cached_property
    def next_steps(self) -> Section | None:
        """The steps of the band, in words."""
        band = self.picture.exposure.band
        text = texts.here().get("picture-next-steps")
        if band is None or text is None:
            return None
        wanted = f"{band.id}-week" if self.has_red_flag and not self.is_urgent_now else band.id
        return next((section for section in text.sections if section.id == wanted), None)

    @cached_property
    def matters(self) -> list[tuple[Promise, str, str]]:
        """What the person said matters, with the page to read on: words, route, text."""
        return [(choices.MATTERS[one], *choices.MATTERS_READ[one]) for one in self._matters if one in choices.MATTERS]

    @cached_property
    def services(self) -> list[ListedService]:
        """People who help near the person: for the bladder where it is about that, and for drugs, treatment, crisis."""
        band = self.picture.exposure.band
        is_about_bladder = bool(self.bladder_findings) or (band is not None and band.id in BLADDER_BANDS)
        needs = [*(["bladder"] if is_about_bladder else []), "drugs", "treatment"]
        found: dict[str, ListedService] = {}
        for need in needs:
            for row in listing_for(self.record.person.country, need).services:
                found.setdefault(row.service.id, row)
        return list(found.values())


def _part(id: str, title: str, findings: Iterable[Finding] = (), *, says: str = "") -> ShownPart:
    """A part; where findings stand in it and nothing else is said, the word of the gravest."""
    ranked = sorted(findings, key=lambda one: one.severity.rank)
    if not ranked:
        return ShownPart(id, title, says)
    gravest = ranked[0].severity
    return ShownPart(id, title, says or str(severity_words(gravest)), gravest.rank)


def _is_safety(finding: Finding) -> bool:
    return finding.rule == SAFETY_RULE


def _words(card: Card) -> StrategyWords:
    words = card.strategy.words
    return words.get(texts.language(), words[languages.FIRST])
