"""The knowledge as one value: every kind of fact by id, read when first asked for."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from keel.knowledge.clinical_facts import ClinicalFact, ConditionDoubt, ConditionWord, Jurisdiction, MedicineFact
from keel.knowledge.criteria.bands import BandSet, Course
from keel.knowledge.criteria.harms import HarmFact, Harms
from keel.knowledge.directory.shape import Country, Need, Service
from keel.knowledge.documents import Unit
from keel.knowledge.errors import UnknownId
from keel.knowledge.evidence.shape import Claim, Conflict, Figure, Source, SourceTable
from keel.knowledge.files import Folders
from keel.knowledge.instruments.check import checked_instruments
from keel.knowledge.instruments.shape import Instrument
from keel.knowledge.instruments.words import InstrumentWords, in_words, read_instrument_words
from keel.knowledge.interactions.shape import (
    ClassRule,
    ClassWord,
    DoseWord,
    Interaction,
    Mechanism,
    Product,
    RouteLimit,
    Stack,
    Synonym,
    read_names,
)
from keel.knowledge.models.check import complete
from keel.knowledge.models.effects import Anchor, PressureRow
from keel.knowledge.models.routes import Route
from keel.knowledge.models.shape import Model
from keel.knowledge.models.substances import Substance
from keel.knowledge.modifiers.shape import Modifier, complete_modifiers
from keel.knowledge.protocols.check import complete_protocols
from keel.knowledge.protocols.overlay import read_protocols
from keel.knowledge.protocols.shape import Protocol
from keel.knowledge.reading.codes import CodeTable, ReadingCode, ReadingLimits
from keel.knowledge.reading.phrases import Phrases
from keel.knowledge.reading.studies import Study
from keel.knowledge.sessions.forms import ProgrammeForm
from keel.knowledge.sessions.rules import SessionRules
from keel.knowledge.surveillance.shape import Surveillance
from keel.knowledge.texts.readability import ReadingLevel
from keel.knowledge.texts.shape import Text, by_language, read_texts
from keel.knowledge.texts.strategies import DrugGroup, Strategy
from keel.knowledge.texts.tools import Tool
from keel.knowledge.texts.wording import WordingRules

T = TypeVar("T")


class Knowledge:
    """All facts that Keel holds, packaged and overlaid. Immutable; each kind is read when first used.

    A new kind of document is one shape (a `Document` in a module of its own) and one property here.
    """

    def __init__(self, overlays: Sequence[Path] = ()) -> None:
        self._folders = Folders(overlays)
        self.overlays = tuple(overlays)

    @cached_property
    def hash(self) -> str:
        """Content hash of every file, stored with each finding that was shown."""
        return self._folders.content_hash()

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Works that were read, by id; other names of a work (its aliases) find the same row."""
        return SourceTable(self._folders.table("evidence/sources.csv", Source))

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """Statements and what the sources say of them, by id."""
        return self._folders.table("evidence/claims.csv", Claim)

    @cached_property
    def conflicts(self) -> Mapping[str, Conflict]:
        """Questions on which sources disagree, with both sides, by id."""
        return self._folders.table("evidence/conflicts.csv", Conflict)

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Figures that may be reused with their denominator, and figures that must not be, by id."""
        return self._folders.table("evidence/figures.csv", Figure)

    @cached_property
    def directory(self) -> Mapping[str, Service]:
        """People who help: lines, pages and clinics, by id; `directory.services` says which may be displayed."""
        return self._folders.table("directory.csv", Service)

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """What somebody may look for in the directory, by id."""
        return self._folders.table("needs.csv", Need)

    @cached_property
    def countries(self) -> Mapping[str, Country]:
        """Countries that the directory covers, by ISO code."""
        return self._folders.table("countries.csv", Country, key="code")

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Units that knowledge files may use, by UCUM code."""
        return self._folders.table("units.csv", Unit, key="code")

    @cached_property
    def reading_levels(self) -> Mapping[str, ReadingLevel]:
        """How hard the texts for everybody may be, by id."""
        return self._folders.table("reading-levels.csv", ReadingLevel)

    @cached_property
    def wording(self) -> Mapping[str, WordingRules]:
        """What no text may claim, by id of the rule set."""
        return self._folders.documents("wording", WordingRules)

    @cached_property
    def criteria(self) -> Mapping[str, BandSet]:
        """Rule sets that sort an exposure history into bands, by id."""
        return self._folders.documents("criteria", BandSet)

    @cached_property
    def courses(self) -> Mapping[str, Course]:
        """Courses of treatment that exposures are compared with, by id."""
        return self._folders.documents("courses", Course)

    @cached_property
    def phrases(self) -> Mapping[str, Phrases]:
        """Words for patterns of use, by language."""
        return self._folders.documents("phrases", Phrases)

    @cached_property
    def reading_codes(self) -> CodeTable:
        """Codes and words that readers of files recognise, and what each means."""
        return CodeTable(self._folders.table("reading/codes.csv", ReadingCode))

    @cached_property
    def studies(self) -> Mapping[str, Study]:
        """Public study tables that readers of files know, by dataset id."""
        return self._folders.documents("studies", Study)

    @cached_property
    def reading_limits(self) -> ReadingLimits:
        """Limits beyond which a reader of files asks or refuses."""
        return self._folders.documents("reading", ReadingLimits)["limits"]

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Pharmacokinetic models by id, with `extends` resolved and every name and unit checked."""
        return complete(self._folders.documents("models", Model))

    @cached_property
    def anchors(self) -> Mapping[str, Anchor]:
        """Concentrations at which effects were seen, by id."""
        return self._folders.table("effects/anchors.csv", Anchor)

    @cached_property
    def pressure_effects(self) -> Mapping[str, PressureRow]:
        """What blood pressure did in published settings, by id."""
        return self._folders.table("effects/pressure.csv", PressureRow)

    @cached_property
    def modifiers(self) -> Mapping[str, Modifier]:
        """What changes the kinetics, by id: medicines, genotype, sex, liver."""
        return complete_modifiers(self._folders.documents("modifiers", Modifier), self.models)

    @cached_property
    def routes(self) -> Mapping[str, Route]:
        """Ways of taking ketamine, by id, with every published bioavailability."""
        return self._folders.documents("routes", Route)

    @cached_property
    def substances(self) -> Mapping[str, Substance]:
        """Ketamine, its two forms and their metabolites, by id, with molar masses and the factor from salt to base."""
        return self._folders.documents("substances", Substance)

    @cached_property
    def interactions(self) -> Mapping[str, Interaction]:
        """Substances taken together with ketamine, by row id."""
        return self._folders.table("interactions.csv", Interaction)

    @cached_property
    def interaction_classes(self) -> Mapping[str, ClassRule]:
        """What is said of each class of substances, by id."""
        return self._folders.table("class-rules/classes.csv", ClassRule)

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Ways in which a substance and ketamine affect each other, by id."""
        return self._folders.table("class-rules/mechanisms.csv", Mechanism)

    @cached_property
    def synonyms(self) -> Mapping[str, Synonym]:
        """Other names of the substances in the interaction table, by name."""
        return self._folders.table("synonyms.csv", Synonym, key="alias")

    @cached_property
    def products(self) -> Mapping[str, Product]:
        """Combination products and what they contain, by name."""
        return self._folders.table("products.csv", Product, key="name")

    @cached_property
    def dose_words(self) -> Mapping[str, DoseWord]:
        """Words that say how a medicine is taken and do not name it."""
        return self._folders.table("vocabulary/dose-words.csv", DoseWord, key="word")

    @cached_property
    def class_words(self) -> Mapping[str, ClassWord]:
        """Words for whole groups of medicines, by id."""
        return self._folders.table("class-rules/words.csv", ClassWord)

    @cached_property
    def stacks(self) -> Mapping[str, Stack]:
        """Mechanisms that add up, by id."""
        return self._folders.table("class-rules/stacking.csv", Stack)

    @cached_property
    def route_limits(self) -> Mapping[str, RouteLimit]:
        """How far inhibitors and inducers matter by a route, by route."""
        return self._folders.table("class-rules/route-limits.csv", RouteLimit, key="route")

    @cached_property
    def medicine_names(self) -> Mapping[str, tuple[str, ...]]:
        """Names of medicines beyond Keel's own table, to what they contain."""
        found = self._folders.files("vocabulary/*names.csv")
        derived, typed = found["vocabulary/names.csv"], found["vocabulary/common-names.csv"]
        return read_names([*derived, *typed])

    @cached_property
    def everyday_words(self) -> frozenset[str]:
        """Ordinary English words, never guessed to be a misspelt medicine."""
        paths = self._folders.files("vocabulary/everyday-words.txt")["vocabulary/everyday-words.txt"]
        return frozenset(word for path in paths for word in path.read_text(encoding="utf-8").split())

    @cached_property
    def pages(self) -> Mapping[str, Text]:
        """Texts for people, by language and id: `en/picture-bladder`."""
        return read_texts(self._folders)

    @property
    def texts(self) -> Mapping[str, Mapping[str, Text]]:
        """The same texts by language, then by id: `texts["en"]["picture-bladder"]`."""
        return by_language(self.pages)

    @cached_property
    def strategies(self) -> Mapping[str, Strategy]:
        """Cards that lower a risk, by id, each with the facts that call for it."""
        return self._folders.documents("strategies", Strategy)

    @cached_property
    def drug_groups(self) -> Mapping[str, DrugGroup]:
        """Groups of drugs that the cards ask about, by id."""
        return self._folders.table("drug-groups.csv", DrugGroup)

    @cached_property
    def tools(self) -> Mapping[str, Tool]:
        """Recovery tools, by id: forms that stay in the browser."""
        return self._folders.documents("tools", Tool)

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """Questionnaires and scales by id; one whose licence does not free its wording is refused."""
        return checked_instruments(self._folders.documents("instruments", Instrument))

    @cached_property
    def instrument_words(self) -> Mapping[str, InstrumentWords]:
        """Questionnaires in other languages, by `<language>/<instrument>`."""
        return read_instrument_words(self._folders)

    def instrument_in(self, name: str, lang: str) -> Instrument:
        """An instrument with its questions in a language, or in English where they have no other words."""
        words = self.instrument_words.get(f"{lang}/{name}")
        return in_words(self.instruments[name], words) if words else self.instruments[name]

    @cached_property
    def clinical_facts(self) -> Mapping[str, ClinicalFact]:
        """What rules of protocols may ask about, by id."""
        return self._folders.table("clinical-facts.csv", ClinicalFact)

    @cached_property
    def condition_words(self) -> Mapping[str, ConditionWord]:
        """Phrases in names of diagnoses, and the clinical facts that they make true, by phrase."""
        return self._folders.table("condition-words.csv", ConditionWord, key="phrase")

    @cached_property
    def condition_doubts(self) -> Mapping[str, ConditionDoubt]:
        """Words that deny or suspect a diagnosis or give it to a relative, by word."""
        return self._folders.table("condition-doubts.csv", ConditionDoubt, key="word")

    @cached_property
    def medicine_facts(self) -> Mapping[str, MedicineFact]:
        """Classes of medicines, and the clinical facts that taking one makes true, by class."""
        return self._folders.table("class-rules/medicine-facts.csv", MedicineFact, key="medicine_class")

    @cached_property
    def jurisdictions(self) -> Mapping[str, Jurisdiction]:
        """Countries whose labels go by another name than their code (EU, UK), by country code."""
        return self._folders.table("jurisdictions.csv", Jurisdiction, key="country")

    @cached_property
    def protocols(self) -> Mapping[str, Protocol]:
        """Clinical protocols by id, with overlays applied as far as each protocol lets them."""
        return complete_protocols(read_protocols(self._folders), self.clinical_facts)

    @cached_property
    def session_rules(self) -> Mapping[str, SessionRules]:
        """What a session says of its own events, by id of the set."""
        return self._folders.documents("session-rules", SessionRules)

    @cached_property
    def surveillance(self) -> Mapping[str, Surveillance]:
        """What is watched during treatment and outside it, by id of the schedule."""
        return self._folders.documents("surveillance", Surveillance)

    @cached_property
    def harm_facts(self) -> Mapping[str, HarmFact]:
        """What the rules on harms may ask about, by id."""
        return self._folders.table("harm-facts.csv", HarmFact)

    @cached_property
    def harms(self) -> Mapping[str, Harms]:
        """What a record says of liver, gut, memory, dependence and mixing, by subject."""
        return self._folders.documents("harms", Harms)

    @cached_property
    def rems(self) -> Mapping[str, ProgrammeForm]:
        """Forms of risk programmes, by id; two generations of a form are two documents."""
        return self._folders.documents("rems", ProgrammeForm)


def find(kind: str, table: Mapping[str, T], wanted: str) -> T:
    """The entry called `wanted` (case does not matter); UnknownId names near ones."""
    if wanted in table:
        return table[wanted]
    lowered = {key.lower(): key for key in table}
    if wanted.lower() in lowered:
        return table[lowered[wanted.lower()]]
    raise UnknownId(kind, wanted, [lowered[near] for near in get_close_matches(wanted.lower(), lowered, n=3)])


_loaded: dict[tuple[Path, ...], Knowledge] = {}


def load(overlays: Sequence[Path] = ()) -> Knowledge:
    """The knowledge with the given overlays on top; the same value for the same overlays within a process."""
    key = tuple(overlays)
    if key not in _loaded:
        _loaded[key] = Knowledge(key)
    return _loaded[key]
