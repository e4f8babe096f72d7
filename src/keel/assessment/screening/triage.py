"""Triage: where a person is to be cared for and how their bladder stands, from a record and answers beside it."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from keel.assessment.help import HelpLine, help_lines
from keel.assessment.instruments.standing import scored_record
from keel.assessment.protocols.facts import derived
from keel.assessment.protocols.gate import is_enabled, jurisdiction_in, jurisdiction_of, passes
from keel.assessment.protocols.instrument_verbs import stricter_verbs
from keel.assessment.protocols.level_of_care import LevelOfCare, MinimumCare, bladder_state, known_care, level_of_care
from keel.assessment.protocols.record_facts import facts_together
from keel.findings import Fact, Facts, Finding, worst_first
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.record import Record

EMERGENCY = "emergency"
HOME = "oral-sublingual-home"
"""The pathway at home, whose being enabled is an input of triage."""


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """The level of care and the working state of the bladder, the facts used, what was not read, and who can help.

    `known` is the level that the known facts alone ask for: where it is lower than `care`, open questions make the
    difference. `said` is what the questionnaires themselves block or hold: it stands beside the level.
    """

    at: dt.datetime
    jurisdiction: str
    is_emergency: bool
    care: LevelOfCare
    known: MinimumCare
    bladder: LevelOfCare
    said: tuple[Finding, ...]
    facts: dict[str, Fact]
    unread: tuple[Message, ...]
    help: tuple[HelpLine, ...]


def triage(
    record: Record,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    route: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Triage:
    """The triage of a record at `at`, with answers beside it (`facts`, names of clinical-facts.csv).

    A red-flag question that nobody answered counts as triggered. Whether the home pathway is enabled here is known from
    the pathway itself. The country of the person stands in for a `jurisdiction` that is not given, and the
    other way round for who can help. FactRefused for a fact that cannot be.
    """
    jurisdiction = (
        jurisdiction_of(jurisdiction, knowledge) or jurisdiction_in(record.person.country, knowledge)
    ).upper()
    read, together = facts_together(record, facts or {}, at=at, knowledge=knowledge, allow_computed=True)
    home = knowledge.protocols.get(HOME)
    if home is not None:
        together = {"pathway_enabled": is_enabled(home, jurisdiction), **together}
    if route:
        together = {"route": route, **together}
    care = level_of_care(together, at=at, knowledge=knowledge, jurisdiction=jurisdiction)
    country = record.person.country or country_of(jurisdiction, knowledge)
    return Triage(
        at=at,
        jurisdiction=jurisdiction,
        is_emergency=care.rank >= _rank(EMERGENCY, knowledge),
        care=care,
        known=known_care(together, at=at, knowledge=knowledge, jurisdiction=jurisdiction),
        bladder=bladder_state(together, at=at, knowledge=knowledge, jurisdiction=jurisdiction),
        said=_said(record, together, at, knowledge),
        facts=derived(together),
        unread=read.unread,
        help=help_lines(country, at=at, knowledge=knowledge),
    )


def _said(record: Record, facts: Facts, at: dt.datetime, knowledge: Knowledge) -> tuple[Finding, ...]:
    """The blocks and holds of the answers on record, and those of answers beside it that are stricter."""
    of_record = [one for one in scored_record(record, at=at, knowledge=knowledge).findings if not passes([one])]
    return worst_first([*of_record, *stricter_verbs(facts, of_record, knowledge)])


def country_of(jurisdiction: str, knowledge: Knowledge) -> str:
    """The country of a jurisdiction (GB for UK, AU for AU-TAS); empty where it has several, or is none."""
    code = jurisdiction.upper().partition("-")[0]
    named = [one.country for one in knowledge.jurisdictions.values() if one.jurisdiction == code]
    if len(named) == 1:
        return named[0]
    return code if code in knowledge.countries else ""


def _rank(level: str, knowledge: Knowledge) -> int:
    return next(one.rank for one in knowledge.protocols["level-of-care"].levels if one.id == level)
