"""What rules may ask about: the catalogue of clinical facts, a row of data/clinical-facts.csv each.

A rule of a protocol names facts; this table says what each is called, which values it takes and in which unit, and how
to ask for it. A fact that was not asked is missing, which is neither yes nor no.
"""

from enum import StrEnum

import msgspec

from keel.knowledge.documents import Id


class FactKind(StrEnum):
    """What values a fact takes."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


class ClinicalFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a rule may ask about: a row of clinical-facts.csv.

    `group` says where it comes from (person, plan, screening, history, site, today, vitals, event, discharge, therapy,
    home, triage, bladder, recovery, course); what is `derived` is computed and never typed, what is `screened` or
    `triaged` may be either. `least` and `most` are the values beyond which a number can only be a slip of the pen or of
    the unit, no limits of health. `label` names it in a sentence, `question` asks for it.
    """

    id: Id
    group: str
    kind: FactKind
    unit: str
    choices: tuple[str, ...]
    least: float | None
    most: float | None
    aliases: tuple[str, ...]
    label: str
    question: str

    @property
    def is_computed(self) -> bool:
        """Whether Keel works it out, so that nobody may type it."""
        return self.group.startswith("derived")


class Denial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions that may be answered “no” in one act, each by name: a row of denials.csv.

    Suicide, pregnancy, escort, consent and warning signs are in no such group.
    """

    id: Id
    label: str
    facts: tuple[str, ...]


class AnswerFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items of a questionnaire of which any makes a fact true: a row of answer-facts.csv.

    `denies` where a no to each of them makes the fact false; a fact that may also come about otherwise is not denied.
    """

    fact: Id
    instrument: Id
    items: tuple[str, ...]
    denies: bool


class MedicineFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of medicines and the facts that taking one makes true: a row of class-rules/medicine-facts.csv."""

    medicine_class: str
    facts: tuple[str, ...]


class Jurisdiction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country whose labels and rules go by another name than its code: a row of jurisdictions.csv."""

    country: str
    jurisdiction: str
