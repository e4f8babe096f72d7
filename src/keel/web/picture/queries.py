"""What goes where on the page of a Picture: what is urgent first, then each subject with its own findings.

A finding stands once: among the urgent ones, or with its subject, or, where it has none, below the urgent ones.
Below it, what a Picture names by codes in words, and which statements are judged and not repeated.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy

from keel.assessment.curve import Curve
from keel.assessment.instruments import Score
from keel.assessment.interactions import Status
from keel.assessment.interactions.report import Item
from keel.assessment.picture import Picture
from keel.exposure.banding import BAND_SET
from keel.findings import Finding, Severity
from keel.knowledge import Knowledge
from keel.knowledge.criteria import BandDefinition, BandSet
from keel.knowledge.evidence import Claim, Conflict, Use, Verdict
from keel.reports import charts
from keel.web.language.rendering import page_catalogue, rendered_name
from keel.web.language.words import gettext as _

URGENT = (Severity.BLOCK, Severity.HOLD)
WITHHELD_TOPICS = ("exposure", "support")
"""Topics of which a figure without any source is not even quoted: amounts that people take, prices of programmes."""
TICKED = {
    "alcohol": gettext_lazy("Alcohol"),
    "GHB": gettext_lazy("GHB or GBL (G)"),
    "opioids": gettext_lazy("Opioids: heroin, methadone, strong painkillers"),
    "benzodiazepines": gettext_lazy("Benzodiazepines: Valium, Xanax and others"),
    "gabapentinoids": gettext_lazy("Pregabalin or gabapentin"),
    "cocaine": gettext_lazy("Cocaine"),
    "amphetamine": gettext_lazy("Speed or methamphetamine"),
    "MDMA": gettext_lazy("MDMA (ecstasy)"),
    "cannabis": gettext_lazy("Cannabis"),
}
"""Drugs to tick; a ticked name goes through the medicine check as if it had been typed."""
WIDTHS = {"wide": 560, "narrow": 270}
"""Pixels of the drawing area of a curve on a desk and on a phone: letters keep their size on both."""


class PicturePage:
    """A Picture ready for the page; everything in it is taken from the Picture and the knowledge."""

    def __init__(self, picture: Picture, knowledge: Knowledge) -> None:
        self.picture = picture
        self._knowledge = knowledge

    @cached_property
    def urgent(self) -> list[Finding]:
        """Findings that block or hold, from whatever subject."""
        return [finding for finding in self.picture.findings if finding.severity in URGENT]

    @cached_property
    def others(self) -> list[Finding]:
        """Findings that belong to no subject shown below."""
        placed = {
            *self.picture.exposure.findings,
            *self.picture.interactions.findings,
            *(finding for score in self.picture.scores for finding in score.findings),
        }
        return [
            finding
            for finding in self._calm(self.picture.findings)
            if finding not in placed and finding.subject != "medicine"
        ]

    @staticmethod
    def _calm(findings: Iterable[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.severity not in URGENT]

    # Exposure

    @cached_property
    def has_exposure(self) -> bool:
        """Whether there is anything to say about exposure but that nothing is known."""
        exposure = self.picture.exposure
        return bool(exposure.by_substance or exposure.band)

    @cached_property
    def days_in_28(self) -> float | None:
        """Using days in the last 28; None where no history was given, because no data is not zero."""
        return self.picture.exposure.days_in_28 if self.has_exposure else None

    @cached_property
    def scale(self) -> dict[str, str]:
        """The exposure scale: drawing and words; empty where no total is known."""
        svg = charts.exposure_scale_svg(self.picture.exposure, page_catalogue())
        return {"svg": svg, "words": charts.exposure_scale_words(self.picture.exposure)} if svg else {}

    @cached_property
    def band_set(self) -> BandSet:
        """The rule set behind the band."""
        return self._knowledge.criteria[BAND_SET]

    @cached_property
    def band(self) -> BandDefinition | None:
        """What the band means and prompts."""
        band = self.picture.exposure.band
        return next((one for one in self.band_set.bands if band and one.id == band.id), None)

    @cached_property
    def band_finding(self) -> Finding | None:
        """The finding of the band: its reasons, its sources, the next step."""
        return next((one for one in self.picture.exposure.findings if one.subject == "band"), None)

    @cached_property
    def exposure_findings(self) -> list[Finding]:
        """Findings of exposure but the band's, which is shown by itself."""
        return [one for one in self._calm(self.picture.exposure.findings) if one is not self.band_finding]

    @cached_property
    def beside(self) -> list[Claim]:
        """Claims whose figures stand beside every band, with their denominators."""
        return [self._knowledge.claims[name] for name in self.band_set.beside]

    @cached_property
    def contested(self) -> list[tuple[Claim, list[Conflict]]]:
        """Claims that the exposure's own figures contradict, with the conflicts that they are a side of.

        They are about use outside treatment, and stay out of a picture of treatment alone.
        """
        band = self.picture.exposure.band
        if band is not None and band.lane == "medical":
            return []
        names = dict.fromkeys(name for finding in self.picture.exposure.findings for name in finding.conflicts)
        claims = [self._knowledge.claims[name] for name in names if name in self._knowledge.claims]
        return [(claim, conflicts_with(claim.id, self._knowledge)) for claim in claims]

    # Concentration

    @cached_property
    def curve(self) -> dict[str, Any]:
        """The curve: drawings for a wide and a narrow page, words, table; only the reasons where there is none."""
        curve: Curve = self.picture.curve
        if not curve.available:
            return {"reasons": curve.reasons}
        head, rows = charts.concentration_rows(curve)
        drawings = {
            name: charts.spec_to_svg(charts.concentration_spec(curve, width=width, catalogue=page_catalogue()))
            for name, width in WIDTHS.items()
        }
        return {**drawings, "words": charts.concentration_words(curve), "head": head, "rows": rows}

    # Medicines

    @cached_property
    def medicines(self) -> dict[str, list[Item]]:
        """What was typed, by answer: `interaction` worst first, `nothing_on_file`, `not_checked`, `not_taken`."""
        items: Sequence[Item] = self.picture.interactions.items
        worst = sorted(
            (item for item in items if _speaks(item)),
            key=lambda item: min((finding.severity.rank for finding in item.findings), default=9),
        )
        return {
            "interaction": worst,
            "nothing_on_file": [
                item for item in items if item.status in (Status.NOTHING_ON_FILE, Status.PARTIAL) and not _speaks(item)
            ],
            "not_checked": sorted(
                (item for item in items if item.is_unchecked),
                key=lambda item: item.could_be.rank if item.could_be else 9,
            ),
            "not_taken": [item for item in items if item.status is Status.NOT_TAKEN],
        }

    # Questionnaires

    @cached_property
    def scores(self) -> list[tuple[Score, list[Finding]]]:
        """Each score with its findings that are not urgent."""
        return [(score, self._calm(score.findings)) for score in self.picture.scores]


def _speaks(item: Item) -> bool:
    """Whether something is on file: also for the name of a group whose members are rated alike."""
    return item.severity is not None


def conflicts_with(claim: str, knowledge: Knowledge) -> list[Conflict]:
    """The conflicts that a claim is a side of."""
    return [one for one in knowledge.conflicts.values() if claim in one.one_claims or claim in one.other_claims]


def as_typed(name: str) -> str:
    """What was typed, as it was; what was ticked, in the language of the page."""
    return rendered_name(name) if name in TICKED else name


def fact_words(name: str) -> str:
    """A fact that a band could rise with, as people say it."""
    words = {
        "days_per_week": _("on how many days a week"),
        "g_per_using_day": _("how much on a day"),
        "months_at_3_a_week": _("for how many months on 3 or more days a week"),
        "urinary_symptoms": _("trouble with passing urine"),
        "known_uropathy": _("a bladder already harmed by ketamine"),
        "red_flags": _("a sign that needs care at once"),
        "home_dosing": _("doses at home"),
        "most_sessions_in_a_week": _("the most sessions in a week"),
        "most_sessions_in_a_week_after_week_8": _("the most sessions in a week after week 8"),
        "maintenance_months": _("for how many months treatment went on"),
        "new_urinary_symptom": _("new trouble with passing urine"),
        "used_in_6_months": _("any use in the last 6 months"),
    }
    return words.get(name) or name.replace("_", " ")


def danger_words(danger: str) -> str:
    """How serious an interaction is."""
    return {
        "contraindicated": _("never together"),
        "major": _("serious"),
        "moderate": _("take care"),
        "minor": _("small"),
    }.get(str(danger), str(danger))


def is_withheld(claim: Claim) -> bool:
    """Whether the words of a claim stay out of the pages; that it was judged, and how, is still shown."""
    is_untraced = claim.verdict is Verdict.NOT_FOUND and claim.use is Use.NEVER
    return is_untraced and claim.topic in WITHHELD_TOPICS and bool(claim.figure)


def severity_words(severity: Severity, audience: str = "public") -> str:
    """The word of a severity; outside a clinic a block means to get help now, and nobody is there to be asked first."""
    return {
        Severity.BLOCK: _("Stop") if audience == "clinic" else _("Get help now"),
        Severity.HOLD: _("Ask first") if audience == "clinic" else _("Serious"),
        Severity.WARN: _("Take care"),
        Severity.NOTE: _("Worth knowing"),
    }[severity]
