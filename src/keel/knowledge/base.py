"""The knowledge as one value: every kind of fact by id, read when first asked for. The registry of kinds is here."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from keel.knowledge.care import RecoveryProgramme, TherapyFrame
from keel.knowledge.clinical_facts import AnswerFact, ClinicalFact, Denial, Jurisdiction, MedicineFact
from keel.knowledge.concepts import AlarmConcept, CodeSystem, Concept, ConceptCode, ConceptWord, StateWord
from keel.knowledge.concepts.check import concept_problems
from keel.knowledge.criteria import BandSet, Course, HarmFact, Harms
from keel.knowledge.directory import Country, Need, Service
from keel.knowledge.directory.check import directory_problems
from keel.knowledge.documents import Unit
from keel.knowledge.emergency_cards import EmergencyCard
from keel.knowledge.emergency_cards.check import card_overlay_problems, card_problems
from keel.knowledge.errors import UnknownId
from keel.knowledge.evidence import Claim, Conflict, Figure, Source, SourceTable
from keel.knowledge.evidence.check import arithmetic_problems
from keel.knowledge.evidence.editions import Edition, edition_problems
from keel.knowledge.evidence.search_words import SearchWord
from keel.knowledge.files import Folders
from keel.knowledge.instruments import Instrument
from keel.knowledge.instruments import check as instruments_check
from keel.knowledge.instruments.words import InstrumentWords, in_words
from keel.knowledge.interactions import (
    AfterStopping,
    ClassRule,
    ClassWord,
    ContextWord,
    DataEdition,
    DoseWord,
    Interaction,
    Mechanism,
    Product,
    RouteLimit,
    Stack,
    Synonym,
)
from keel.knowledge.interactions import check as interactions_check
from keel.knowledge.interactions.names import read_combinations, read_everyday_words, read_medicine_names
from keel.knowledge.measuring import AnswerRules, MeasureSchedule
from keel.knowledge.models import EffectLevel, Model, PressureRow, Route, Substance
from keel.knowledge.models.check import complete_models
from keel.knowledge.modifiers import Modifier
from keel.knowledge.modifiers.check import complete_modifiers
from keel.knowledge.monographs import AdverseEffect, EffectSeries, EffectTerm, Monograph, Statement
from keel.knowledge.monographs import check as monographs_check
from keel.knowledge.outgoing import DeliveryRules, MessageTemplate, PrivateWord
from keel.knowledge.protocols import Protocol
from keel.knowledge.protocols.check import complete_protocols
from keel.knowledge.protocols.overlay import protocol_overlay_problems
from keel.knowledge.reading import CodeTable, Phrases, ReadingCode, ReadingLimits, Study
from keel.knowledge.reading.codes import only_limits
from keel.knowledge.registry import Kind
from keel.knowledge.retention import Retention
from keel.knowledge.schedules import LetterTemplate, Schedule, schedule_problems
from keel.knowledge.sessions import EventReport, ProgrammeForm, SessionRules, StockDuty, StockProduct
from keel.knowledge.sessions.overlay import session_overlay_problems
from keel.knowledge.surveillance import Surveillance
from keel.knowledge.surveillance.overlay import surveillance_overlay_problems
from keel.knowledge.texts import DrugGroup, Strategy, Text, Tool, by_language
from keel.knowledge.texts.readability import ReadingLevel
from keel.knowledge.texts.wording import WordingRules
from keel.knowledge.topics import Topic

T = TypeVar("T")


class Knowledge:
    """All facts that Keel holds, packaged and overlaid. Immutable; each kind is read when first used.

    A new kind is one shape in a folder of its own and one line here.
    """

    def __init__(self, overlays: Sequence[Path] = ()) -> None:
        self.folders = Folders(overlays)
        self.overlays = tuple(overlays)

    @cached_property
    def hash(self) -> str:
        """Content hash of every file, stored with each finding that was shown."""
        return self.folders.content_hash()

    # The evidence, and what every other fact is held against.
    sources = Kind("evidence/sources.csv", Source, complete=SourceTable)
    claims = Kind("evidence/claims.csv", Claim, check=arithmetic_problems)
    conflicts = Kind("evidence/conflicts.csv", Conflict)
    search_words = Kind("evidence/search-words.csv", SearchWord, key="word")
    editions = Kind("evidence/editions.csv", Edition, key="source", check=edition_problems)
    figures = Kind("evidence/figures.csv", Figure)
    units = Kind("units.csv", Unit, key="code")
    wording = Kind("wording", WordingRules)
    reading_levels = Kind("reading-levels.csv", ReadingLevel)

    # People who help.
    directory = Kind("directory.csv", Service, check=directory_problems)
    needs = Kind("needs.csv", Need)
    countries = Kind("countries.csv", Country, key="code")

    # What a record says.
    criteria = Kind("criteria", BandSet)
    courses = Kind("courses", Course)
    harm_facts = Kind("harm-facts.csv", HarmFact)
    harms = Kind("harms", Harms)
    surveillance = Kind("surveillance", Surveillance, overlay=surveillance_overlay_problems)

    # What readers of files and words recognise.
    phrases = Kind("phrases", Phrases)
    reading_codes = Kind("reading/codes.csv", ReadingCode, complete=CodeTable)
    reading_limits = Kind("reading", ReadingLimits, complete=only_limits)
    studies = Kind("studies", Study)

    # Kinetics and effects.
    substances = Kind("substances", Substance)
    routes = Kind("routes", Route)
    models = Kind("models", Model, complete=complete_models)
    modifiers = Kind("modifiers", Modifier, complete=complete_modifiers)
    anchors = Kind("effects/anchors.csv", EffectLevel)
    pressure_effects = Kind("effects/pressure.csv", PressureRow)

    # What is taken together with ketamine.
    interactions = Kind("interactions.csv", Interaction, check=interactions_check.interaction_problems)
    interaction_classes = Kind("class-rules/classes.csv", ClassRule, check=interactions_check.class_problems)
    mechanisms = Kind("class-rules/mechanisms.csv", Mechanism)
    stacks = Kind("class-rules/stacking.csv", Stack)
    route_limits = Kind("class-rules/route-limits.csv", RouteLimit, key="route")
    synonyms = Kind("synonyms.csv", Synonym, key="alias", check=interactions_check.synonym_problems)
    products = Kind("products.csv", Product, key="name", check=interactions_check.product_problems)
    class_words = Kind("class-rules/words.csv", ClassWord, check=interactions_check.class_word_problems)
    dose_words = Kind("vocabulary/dose-words.csv", DoseWord, key="word")
    context_words = Kind("vocabulary/context-words.csv", ContextWord, key="phrase")
    interaction_editions = Kind("class-rules/edition.csv", DataEdition)
    after_stopping = Kind("class-rules/after-stopping.csv", AfterStopping)
    medicine_names = Kind("vocabulary/*names.csv", read=read_medicine_names)
    combinations = Kind("vocabulary/combinations.csv", read=read_combinations)
    everyday_words = Kind("vocabulary/everyday-words.txt", read=read_everyday_words)

    # The monographs of ketamine and esketamine.
    monographs = Kind("monographs/monographs.csv", Monograph, check=monographs_check.monograph_problems)
    monograph_statements = Kind("monographs/statements.csv", Statement, check=monographs_check.statement_problems)
    effect_series = Kind("monographs/series.csv", EffectSeries, check=monographs_check.series_problems)
    effect_terms = Kind("monographs/terms.csv", EffectTerm, check=monographs_check.term_problems)
    adverse_effects = Kind("monographs/effects.csv", AdverseEffect, check=monographs_check.effect_problems)

    # Questionnaires.
    instruments = Kind("instruments", Instrument, complete=instruments_check.checked_instruments)
    instrument_words = Kind("instrument-words/*", InstrumentWords)

    # Treatment.
    clinical_facts = Kind("clinical-facts.csv", ClinicalFact)
    answer_facts = Kind("answer-facts.csv", AnswerFact, key="fact", check=instruments_check.answer_fact_problems)
    concepts = Kind("concepts/concepts.csv", Concept, check=concept_problems)
    concept_words = Kind("concepts/words.csv", ConceptWord, key="word")
    concept_states = Kind("concepts/state-words.csv", StateWord)
    alarm_concepts = Kind("concepts/alarms.csv", AlarmConcept)
    concept_codes = Kind("concepts/codes.csv", ConceptCode)
    concept_systems = Kind("concepts/code-systems.csv", CodeSystem)
    denials = Kind("denials.csv", Denial)
    medicine_facts = Kind("class-rules/medicine-facts.csv", MedicineFact, key="medicine_class")
    jurisdictions = Kind("jurisdictions.csv", Jurisdiction, key="country")
    retention = Kind("retention.csv", Retention, key="country")
    protocols = Kind("protocols", Protocol, complete=complete_protocols, overlay=protocol_overlay_problems)
    session_rules = Kind("session-rules", SessionRules, overlay=session_overlay_problems)
    rems = Kind("rems", ProgrammeForm)
    schedules = Kind("schedules", Schedule, check=schedule_problems)
    letters = Kind("letters", LetterTemplate)
    event_reports = Kind("event-reports", EventReport)
    stock_products = Kind("stock/products.csv", StockProduct)
    stock_duties = Kind("stock/duties.csv", StockDuty)
    emergency_cards = Kind("emergency-cards", EmergencyCard, overlay=card_overlay_problems, check=card_problems)
    therapies = Kind("therapies", TherapyFrame)
    programmes = Kind("programmes", RecoveryProgramme)
    adoption_topics = Kind("adoption.csv", Topic)

    # Words for people.
    pages = Kind("texts/*", Text)
    strategies = Kind("strategies", Strategy)
    drug_groups = Kind("drug-groups.csv", DrugGroup)
    tools = Kind("tools", Tool)
    message_templates = Kind("message-templates", MessageTemplate)
    private_words = Kind("private-words.csv", PrivateWord, key="word")
    delivery = Kind("delivery", DeliveryRules)
    measure_schedules = Kind("measure-schedules", MeasureSchedule)
    answer_rules = Kind("answer-rules", AnswerRules)

    @property
    def texts(self) -> Mapping[str, Mapping[str, Text]]:
        """The pages by language, then by id: `texts["en"]["picture-bladder"]`."""
        return by_language(self.pages)

    def instrument_in(self, name: str, lang: str) -> Instrument:
        """An instrument with its questions in a language, or in English where they have no other words."""
        words = self.instrument_words.get(f"{lang}/{name}")
        return in_words(self.instruments[name], words) if words else self.instruments[name]


KINDS: Mapping[str, Kind[Any]] = {name: kind for name, kind in vars(Knowledge).items() if isinstance(kind, Kind)}
"""Every kind of fact, by its name."""


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
