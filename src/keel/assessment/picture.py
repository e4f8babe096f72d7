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
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.score import Score
from keel.assessment.instruments.scoring import score_sitting
from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.report import InteractionsReport
from keel.assessment.interactions.unchecked import unchecked
from keel.assessment.protocols.gate import jurisdiction_in
from keel.assessment.protocols.level_of_care import MinimumCare, known_care
from keel.assessment.protocols.record_facts import facts_from_record
from keel.assessment.surveillance.due import DueItem, due_list
from keel.assessment.surveillance.trends import trends
from keel.assessment.symptoms import symptom_facts
from keel.exposure import Exposure, summarise
from keel.findings import Finding, worst_first
from keel.knowledge import Knowledge, UnknownId
from keel.messages import Message, text_of
from keel.record import Person, Pregnancy, ReadingNote, Record, Sex
from keel.record.selection import medicines_taken, newest_sittings

SAID_BY_THE_SIGNS = "E-3-SIGN"


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
    the record alone; its findings of an emergency are among `findings`.
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
    interactions: InteractionsReport
    scores: tuple[Score, ...]
    harms: tuple[Finding, ...]
    unknown: tuple[Message, ...]
    notes: tuple[ReadingNote, ...]


def picture_of(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Picture:
    """The Picture of a record at `at`; the same values in give the same value out."""
    exposure = summarise(record, at=at, knowledge=knowledge, symptoms=symptom_facts(record, at=at, knowledge=knowledge))
    substances = {dose.substance for dose in record.doses} | {pattern.substance for pattern in record.patterns}
    routes = {dose.route for dose in record.doses} | {pattern.route for pattern in record.patterns}
    interactions = check_recorded(
        medicines_taken(record, at),
        substance=_only(substances),
        route=_only(routes),
        knowledge=knowledge,
    )
    facts = harm_facts(record, at=at, knowledge=knowledge, exposure=exposure, interactions=interactions)
    harmed = harms(facts, knowledge)
    scores, refused = _scores(record, at, knowledge)
    curve = curve_of(record, at=at, knowledge=knowledge)
    care = _care(record, at, knowledge)
    findings = [
        *_urgent(care, knowledge),
        *exposure.findings,
        *interactions.findings,
        *unchecked(interactions),
        *(finding for score in scores for finding in score.findings),
        *harmed.findings,
        *trends(record, at=at, knowledge=knowledge),
    ]
    unknown = [*exposure.unknown, *harmed.unknown, *curve.reasons, *refused, *_person_unknown(record.person, at)]
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
        interactions=interactions,
        scores=scores,
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


def _care(record: Record, at: dt.datetime, knowledge: Knowledge) -> MinimumCare:
    facts = facts_from_record(record, at=at, knowledge=knowledge).facts
    return known_care(facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction_in(record.person.country, knowledge))


def _urgent(care: MinimumCare, knowledge: Knowledge) -> Iterable[Finding]:
    """Findings that ask for an emergency or for inpatient care; the others are about a place of treatment.

    One without a next step of its own has that of its level. What the warning signs say themselves is not said twice.
    """
    protocol = knowledge.protocols["level-of-care"]
    levels = {level.id: level for level in protocol.levels}
    of_rule = {rule.id: levels[rule.level] for rule in protocol.rules}
    for finding in care.findings:
        level = of_rule[finding.rule]
        if level.rank >= levels["emergency"].rank and finding.rule != SAID_BY_THE_SIGNS:
            yield finding if finding.next_step else msgspec.structs.replace(finding, next_step=Message(level.next_step))


def _scores(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[tuple[Score, ...], tuple[Message, ...]]:
    """The newest sitting of each instrument scored; sittings that cannot be scored are named with the reason."""
    scores, refused = [], []
    for instrument, sittings in newest_sittings(record, at).items():
        for sitting in sittings:
            try:
                scores.append(score_sitting(sitting, sex=record.person.sex, knowledge=knowledge))
            except (AnswersRefused, UnknownId) as error:
                refused.append(Message("{id} could not be scored: {reason}", id=instrument, reason=text_of(error)))
    return tuple(scores), tuple(refused)


def _person_unknown(person: Person, at: dt.datetime) -> Iterable[Message]:
    if person.age_at(at) is None:
        yield Message("Age was not given: rules and models that depend on it could not be checked.")
    if person.weight_kg is None:
        yield Message(
            "Body weight was not given: doses per kilogram and models that scale with weight could not be checked."
        )
    if person.pregnancy is Pregnancy.NOT_ASKED and person.sex is not Sex.MALE:
        yield Message("Pregnancy was not asked.")
