"""The Picture: one person's record at one time, with everything that Keel has to say about it.

There is one checker. Page, command line, document and interface print this value and add nothing to it.
"""

import datetime as dt
from collections.abc import Iterable

import msgspec

from keel.assessment.curve import Curve, curve_of
from keel.assessment.harms.facts import harm_facts
from keel.assessment.harms.harms import harms
from keel.assessment.help import HelpLine, help_lines
from keel.assessment.instruments.score import Score
from keel.assessment.instruments.standing import scored_record
from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.recent import medicines_to_check
from keel.assessment.interactions.report import InteractionsReport
from keel.assessment.interactions.unchecked import unchecked
from keel.assessment.protocols.dose_figures import implausible_doses
from keel.assessment.protocols.facts import worst_suicide_risk
from keel.assessment.protocols.gate import jurisdiction_in, passes
from keel.assessment.protocols.level_of_care import MinimumCare, known_care
from keel.assessment.protocols.record_facts import facts_from_record
from keel.assessment.surveillance.due import DueItem, due_list
from keel.assessment.surveillance.trends import trends
from keel.assessment.symptoms import symptom_facts
from keel.exposure import Exposure, summarise
from keel.findings import Facts, Finding, worst_first
from keel.knowledge import Knowledge
from keel.knowledge.protocols import leaves
from keel.messages import Message
from keel.record import Person, Pregnancy, ReadingNote, Record, Sex

SAID_BY_THE_SIGNS = "E-3-SIGN"
_ON_SUICIDE = ("suicide_risk_level", "suicide_screen_unread")


class PersonSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Who the Picture is about; None and `not_asked` are shown as such."""

    id: str
    age_years: float | None
    sex: Sex
    weight_kg: float | None
    height_cm: float | None
    pregnancy: Pregnancy


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A record at a time, in the `assess` shape of the interfaces.

    `findings` are all findings, worst first, those of exposure, medicines, answers and `harms` among them. `unknown`
    says what could not be computed and why. `help` begins with the emergency number of the person's country, where one
    is known. `notes` is what the reader met and did not take as a fact. `care` is the level of care that follows from
    the record alone; its findings of an emergency are among `findings`. `suicide_risk` is none, low, moderate or high
    by all that was told and stands, None where that is not known.
    """

    as_of: dt.datetime
    person: PersonSummary
    exposure: Exposure
    curve: Curve
    findings: tuple[Finding, ...]
    due: tuple[DueItem, ...]
    help: tuple[HelpLine, ...]
    knowledge_hash: str
    care: MinimumCare
    suicide_risk: str | None
    interactions: InteractionsReport
    scores: tuple[Score, ...]
    harms: tuple[Finding, ...]
    unknown: tuple[Message, ...]
    notes: tuple[ReadingNote, ...]

    @property
    def holds(self) -> bool:
        """Whether a finding blocks or holds, or the risk of suicide is moderate or higher."""
        return not passes(self.findings) or self.suicide_risk in ("moderate", "high")


def picture_of(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Picture:
    """The Picture of a record at `at`; the same values in give the same value out."""
    exposure = summarise(record, at=at, knowledge=knowledge, symptoms=symptom_facts(record, at=at, knowledge=knowledge))
    substances = {dose.substance for dose in record.doses} | {pattern.substance for pattern in record.patterns}
    routes = {dose.route for dose in record.doses} | {pattern.route for pattern in record.patterns}
    interactions = check_recorded(
        medicines_to_check(record, at, knowledge),
        substance=_only(substances),
        route=_only(routes),
        on=at.date(),
        knowledge=knowledge,
    )
    told = harm_facts(record, at=at, knowledge=knowledge, exposure=exposure, interactions=interactions)
    harmed = harms(told, knowledge)
    scored = scored_record(record, at=at, knowledge=knowledge)
    curve = curve_of(record, at=at, knowledge=knowledge)
    read = facts_from_record(record, at=at, knowledge=knowledge)
    facts = read.facts
    care = _care(record, facts, at, knowledge)
    findings = [
        *_urgent(care, knowledge),
        *implausible_doses(record, at=at, knowledge=knowledge),
        *exposure.findings,
        *interactions.findings,
        *unchecked(interactions),
        *scored.findings,
        *harmed.findings,
        *trends(record, at=at, knowledge=knowledge),
    ]
    unknown = [
        *exposure.unknown,
        *harmed.unknown,
        *curve.reasons,
        *scored.refused,
        *_person_unknown(record.person, at),
        *read.unread,
    ]
    return Picture(
        as_of=at,
        person=_shown(record.person, at),
        exposure=exposure,
        curve=curve,
        findings=worst_first(findings),
        due=due_list(record, at=at, knowledge=knowledge, exposure=exposure),
        help=help_lines(record.person.country, at=at, knowledge=knowledge),
        knowledge_hash=knowledge.hash,
        care=care,
        suicide_risk=worst_suicide_risk(facts),
        interactions=interactions,
        scores=scored.scores,
        harms=harmed.findings,
        unknown=tuple(dict.fromkeys(unknown)),
        notes=record.notes,
    )


def _only(values: set[str]) -> str | None:
    """The one value that is known, or None: interactions that depend on it are then shown for both."""
    known = values - {"unknown"}
    return known.pop() if len(known) == 1 and "unknown" not in values else None


def _shown(person: Person, at: dt.datetime) -> PersonSummary:
    return PersonSummary(
        id=person.id,
        age_years=person.age_at(at),
        sex=person.sex,
        weight_kg=person.weight_kg,
        height_cm=person.height_cm,
        pregnancy=person.pregnancy,
    )


def _care(record: Record, facts: Facts, at: dt.datetime, knowledge: Knowledge) -> MinimumCare:
    return known_care(facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction_in(record.person.country, knowledge))


def _urgent(care: MinimumCare, knowledge: Knowledge) -> Iterable[Finding]:
    """Findings that ask for an emergency or for inpatient care, and those on suicide; others are about a place of care.

    One without a next step of its own has that of its level. What the warning signs say themselves is not said twice.
    """
    protocol = knowledge.protocols["level-of-care"]
    levels = {level.id: level for level in protocol.levels}
    of_rule = {rule.id: levels[rule.level] for rule in protocol.rules}
    on_suicide = {rule.id for rule in protocol.rules if any(leaf.fact in _ON_SUICIDE for leaf in leaves(rule.when))}
    for finding in care.findings:
        level = of_rule[finding.rule]
        is_urgent = level.rank >= levels["emergency"].rank or finding.rule in on_suicide
        if is_urgent and finding.rule != SAID_BY_THE_SIGNS:
            yield finding if finding.next_step else msgspec.structs.replace(finding, next_step=Message(level.next_step))


def _person_unknown(person: Person, at: dt.datetime) -> Iterable[Message]:
    if person.age_at(at) is None:
        yield Message("Age was not given: rules and models that depend on it could not be checked.")
    if person.weight_kg is None:
        yield Message(
            "Body weight was not given: doses per kilogram and models that scale with weight could not be checked."
        )
    if person.sex is not Sex.MALE and person.pregnancy is Pregnancy.NOT_ASKED:
        yield Message("Pregnancy was not asked.")
    if person.sex is not Sex.MALE and person.pregnancy is Pregnancy.UNKNOWN:
        yield Message("Pregnancy was not asked lately, or its answer was not understood.")
