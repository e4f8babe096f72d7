"""Languages beside the first: which sentences of the facts they must have, and whether they have them.

Texts, cards, tools and questionnaires are written in each language by themselves; every other text that is shown
stands in the catalogue of the language.
"""

import re
from collections.abc import Iterable, Iterator

from keel.knowledge.base import Knowledge
from keel.knowledge.care import CareDocument
from keel.knowledge.catalogues import ENGLISH, catalogue, languages
from keel.knowledge.certainty import Certainty
from keel.knowledge.directory.shape import Display
from keel.knowledge.evidence.shape import Claim, Conflict, Use
from keel.knowledge.instruments.shape import Instrument
from keel.knowledge.instruments.words import words_problems
from keel.knowledge.interactions.shape import Danger
from keel.knowledge.models.shape import Model
from keel.knowledge.problem import Problem, error, warning
from keel.knowledge.protocols import leaves
from keel.knowledge.reading import CodeKind
from keel.knowledge.sessions import EventReport, ProgrammeForm
from keel.knowledge.texts.shape import cited
from keel.knowledge.texts.wording import offences

_SLOT = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[A-Za-z]{2}")
_CODES = re.compile(r"[\d\W]*|\{\w+\}|mg\b.*|g/.*|U/L|URL|mL|min|%|mo|wk|d|d/wk|a|x|Cel|mm\[Hg\]|/\w+")
"""Units that are codes or the same in every language; the page writes them out."""


def language_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Everything that a language of the pages lacks, and translations of what nobody says."""
    yield from _words_of_each_language(knowledge)
    yield from _translations(knowledge)
    yield from _questionnaires(knowledge)


def _words_of_each_language(knowledge: Knowledge) -> Iterator[Problem]:
    """Cards and tools in every language of the pages, with the same citations."""
    for lang in knowledge.texts:
        for tool in knowledge.tools.values():
            if lang not in tool.words:
                yield error("languages", f"tools/{tool.id}", f"has no words.{lang}.")
        for strategy in knowledge.strategies.values():
            where = f"strategies/{strategy.id}"
            if lang not in strategy.words:
                yield error("languages", where, f"has no words.{lang}.")
            elif _marks(strategy.words[lang].sentences) != _marks(strategy.words[ENGLISH].sentences):
                yield error("languages", where, f"words.{lang} rest on other ids than words.{ENGLISH}.")


def texts_to_translate(knowledge: Knowledge) -> Iterator[str]:
    """English texts of the facts that the check, a Picture and the texts lead to, as messages look them up."""
    yield from _of_interactions(knowledge)
    asked = {words.id for words in knowledge.instrument_words.values()}
    for instrument in knowledge.instruments.values():
        yield from _of_instrument(instrument, is_shown=instrument.id in asked)
    for conflict in _conflicts_shown(knowledge):
        yield from (conflict.question, conflict.one_side, conflict.other_side, conflict.shown)
    for name in dict.fromkeys(name for text in knowledge.texts[ENGLISH].values() for name in text.judges):
        yield from (knowledge.claims[name].statement, knowledge.claims[name].says)
    yield from _of_bands(knowledge)
    yield from _of_harms(knowledge)
    yield from _of_emergencies(knowledge)
    yield from _of_help(knowledge)
    yield from (mark.label for mark in Certainty)
    for phrases in knowledge.phrases.values():
        yield from (one.assumes for one in phrases.frequencies if one.assumes)
        yield from (period.id for period in phrases.grammar.periods)
        yield from (period.assumes for period in phrases.grammar.periods if period.assumes)
        yield from (text for two in phrases.grammar.two_meanings for text in (two.one, two.other))
    for schedule in knowledge.surveillance.values():
        yield from (item.what for item in schedule.items)
        yield from (text for trend in schedule.trends for text in (trend.text, trend.next_step))
        yield from (text for trend in schedule.score_trends for text in (trend.text, trend.next_step))
        yield from (question.text for question in schedule.questions)
        yield from schedule.does_not_show
    for plan in knowledge.schedules.values():
        yield from (plan.title, plan.summary, *(phase.title for phase in plan.phases))
        yield from (rule.text for rule in plan.missed)
    for letter in knowledge.letters.values():
        yield from (letter.title, letter.to, letter.why, *letter.asks)
    for course in knowledge.courses.values():
        yield course.rule
    for topic in knowledge.adoption_topics.values():
        yield from (topic.title, topic.does)
    for protocol in knowledge.protocols.values():
        yield from (statement.text for statement in protocol.leaving)
    cares: tuple[CareDocument, ...] = (*knowledge.therapies.values(), *knowledge.programmes.values())
    for care in cares:
        yield from care.texts
    for card in knowledge.emergency_cards.values():
        yield from (card.title, card.seen, *(step.text for step in (*card.steps, *card.consider)))
    for template in knowledge.message_templates.values():
        yield from (template.subject, template.text, template.short, template.title)
    for asked_by in knowledge.measure_schedules.values():
        yield asked_by.title
    for rules in knowledge.answer_rules.values():
        yield from (rules.crisis_words, rules.not_watched)

    yield from _of_monographs(knowledge, is_for_people=True)
    forms: list[ProgrammeForm | EventReport] = [*knowledge.rems.values(), *knowledge.event_reports.values()]
    for form in forms:
        yield from (form.title, form.note, *(text for field in form.fields for text in (field.label, *field.choices)))
    yield from (product.title for product in knowledge.stock_products.values())
    yield from (duty.text for duty in knowledge.stock_duties.values())


def names_to_translate(knowledge: Knowledge) -> Iterator[str]:
    """Names that another language may write otherwise: of substances taken together with ketamine."""
    yield from (row.name for row in knowledge.interactions.values())
    yield from knowledge.substances
    yield from ("S-ketamine", "R-ketamine", "S-norketamine", "R-norketamine")
    yield from (group.replace("_", " ") for group in knowledge.drug_groups)
    yield from ("female", "male", "pregnant", "not pregnant", *knowledge.routes, *knowledge.reading_limits.possible)
    yield from (row.title for row in knowledge.reading_codes.values() if row.kind is CodeKind.MEASURE and row.title)
    yield from dict.fromkeys(scale.id for one in knowledge.instruments.values() for scale in one.scales)


def texts_of_evidence(knowledge: Knowledge) -> Iterator[str]:
    """Those that only the pages of the evidence and of the models show: a new one may wait in English."""
    for claim in knowledge.claims.values():
        yield from _worded(_of_claim(claim))
    for conflict in knowledge.conflicts.values():
        yield from (conflict.question, conflict.one_side, conflict.other_side, conflict.shown)
    for figure in knowledge.figures.values():
        yield from (figure.text, figure.why)
    yield from _of_monographs(knowledge, is_for_people=False)
    yield from (use.value for use in Use)
    for table in (knowledge.claims, knowledge.conflicts, knowledge.figures):
        yield from (row.topic.replace("-", " ") for row in table.values())
    yield from _worded(source.read for source in knowledge.sources.values())
    for instrument in knowledge.instruments.values():
        yield from _worded(_about_instrument(instrument))
    for model in knowledge.models.values():
        yield from _worded(_of_model(model))
    yield from (anchor.effect for anchor in knowledge.anchors.values())
    for route in knowledge.routes.values():
        yield from _worded([route.no_model, *(entry.population for entry in route.bioavailability)])


def _conflicts_shown(knowledge: Knowledge) -> Iterator[Conflict]:
    names = [name for text in knowledge.texts[ENGLISH].values() for name in text.cites]
    names += [name for strategy in knowledge.strategies.values() for name in strategy.conflicts]
    names += [name for rule in knowledge.interaction_classes.values() for name in rule.conflicts]
    names += [name for row in knowledge.interactions.values() for name in row.conflicts]
    names += [name for one in knowledge.monographs.values() for name in one.plain_conflicts]
    return (knowledge.conflicts[name] for name in dict.fromkeys(names) if name in knowledge.conflicts)


def _of_monographs(knowledge: Knowledge, *, is_for_people: bool) -> Iterator[str]:
    """What the monographs say to people, or to professionals alone."""
    for one in knowledge.monographs.values():
        yield from (one.title, one.plain) if is_for_people else (one.summary,)
    for statement in knowledge.monograph_statements.values():
        yield from (statement.label, statement.plain) if is_for_people else (statement.text,)
    series = knowledge.effect_series
    for table in series.values():
        if is_for_people:
            yield from (table.who, table.plain_comparator) if table.people_order else ()
        else:
            yield from (table.route, table.population, table.comparator, table.counted, table.timing)
    for effect in knowledge.adverse_effects.values():
        if is_for_people:
            yield effect.figure if series[effect.series].people_order else ""
        else:
            yield from _worded([effect.figure, effect.other, effect.timing, effect.seriousness])
    yield from (term.words if is_for_people else term.term for term in knowledge.effect_terms.values())
    yield from (one.means for one in knowledge.mechanisms.values() if is_for_people)


def _worded(texts: Iterable[str]) -> Iterator[str]:
    return (text for text in texts if _WORD.search(text))


def _of_claim(claim: Claim) -> Iterator[str]:
    yield from (claim.statement, claim.says, claim.population, claim.note, claim.flag, claim.read)
    yield claim.figure
    if not _CODES.fullmatch(claim.unit):
        yield claim.unit


def _of_bands(knowledge: Knowledge) -> Iterator[str]:
    for bands in knowledge.criteria.values():
        for band in bands.bands:
            yield from (band.name, band.name.lower(), band.summary, band.next_step, *band.prompts)
        yield from (rule.says for rule in bands.rules)
        yield from (leaf.fact.replace("_", " ") for rule in bands.rules for leaf in leaves(rule.when))
        yield from (rule.note for rule in bands.rules if rule.note)
        yield from bands.cautions
        for name in bands.beside:
            yield from (knowledge.claims[name].statement, knowledge.claims[name].population)
        yield from (fact.says for fact in bands.answers if fact.says)
        yield from (fact.says for fact in bands.conditions if fact.says)


def _of_emergencies(knowledge: Knowledge) -> Iterator[str]:
    """What a Picture says where a record asks for an emergency or for a hospital, and the names of its inputs."""
    protocol = knowledge.protocols["level-of-care"]
    levels = {level.id: level for level in protocol.levels}
    for rule in protocol.rules:
        level = levels[rule.level]
        if level.rank < levels["emergency"].rank:
            continue
        yield from (level.title, level.text, rule.text, rule.next_step or level.next_step)
        yield from (leaf.fact.replace("_", " ") for leaf in leaves(rule.when))


def _of_harms(knowledge: Knowledge) -> Iterator[str]:
    yield from (fact.label for fact in knowledge.harm_facts.values())
    for subject in knowledge.harms.values():
        for rule in subject.rules:
            yield from (rule.summary, rule.next_step)
        for silence in subject.silences:
            yield silence.says


def _of_model(model: Model) -> Iterator[str]:
    yield from (
        model.title,
        model.population,
        model.site,
        model.site.removeprefix("plasma, ").removesuffix(" plasma"),
        model.assay,
        *model.missing,
    )
    yield from (one.what for one in model.misfits)
    validity = model.validity
    yield from (text for text in (validity.never, validity.remark) if text)
    if validity.early:
        yield validity.early.reason
    if ", " in model.name:
        yield model.name


def _of_instrument(instrument: Instrument, *, is_shown: bool) -> Iterator[str]:
    """Its title and bands; of one that the pages ask, also what it is for and what it makes Keel say."""
    yield instrument.title
    yield from (band.name for banding in instrument.bandings for band in banding.bands)
    if is_shown:
        yield from _worded([instrument.name] if re.search("[a-z]", instrument.name) else [])
        yield instrument.purpose
        yield from (text for cutoff in instrument.cutoffs for text in (cutoff.means, cutoff.accuracy) if text)
        for rule in instrument.rules:
            yield from (rule.summary, rule.next_step, rule.band)


def _about_instrument(instrument: Instrument) -> Iterator[str]:
    """What the command line says of an instrument beside its questions."""
    yield from (instrument.domain, instrument.rater, *instrument.recall.periods, instrument.rights.licence_class.label)
    yield from (scale.title for scale in instrument.scales)
    yield from (fact.replace("_", " ") for fact in sorted(instrument.facts_used()))
    for rule in instrument.change:
        yield from (rule.kind.value, rule.note, rule.value.note)
    yield from (text for cutoff in instrument.cutoffs for text in (cutoff.means, cutoff.accuracy))


def _of_interactions(knowledge: Knowledge) -> Iterator[str]:
    """What is said of classes and of what adds up, sentence by sentence, and what is filled in around it."""
    for rule in knowledge.interaction_classes.values():
        yield from (rule.label, rule.when, rule.effect, rule.action, rule.public_action.removeprefix("-"))
    for stack in knowledge.stacks.values():
        yield from (stack.label, stack.effect, stack.action, stack.public_action.removeprefix("-"))
    for route in knowledge.routes.values():
        yield from (route.title, route.title.lower())
    yield from (row.evidence.replace("_", " ") for row in knowledge.interactions.values())
    yield from (danger.value for danger in Danger)


def _of_help(knowledge: Knowledge) -> Iterator[str]:
    """Countries, needs and services, as far as a page shows them."""
    yield from (country.name for country in knowledge.countries.values())
    yield from (need.label for need in knowledge.needs.values())
    for service in knowledge.directory.values():
        if service.alias_of:
            yield service.name
        if service.display is Display.YES:
            yield from (service.name,) if service.is_emergency else ()
            yield from (service.offers, service.audience, service.hours, service.cost, service.confidentiality)
            yield from (service.languages, service.region, service.how, service.note)


def _translations(knowledge: Knowledge) -> Iterator[Problem]:
    """Texts that a catalogue lacks, fills in otherwise, or says more strongly than the English.

    A place that adds facts of its own need not translate them: its pages show those in the language they are in. The
    catalogues are packaged, so an overlay changes nothing here.
    """
    if knowledge.overlays:
        return
    wanted = dict.fromkeys(filter(None, texts_to_translate(knowledge)))
    welcome = dict.fromkeys(filter(None, texts_of_evidence(knowledge)))
    for lang in languages():
        held = catalogue(lang)
        for text in (*wanted, *welcome) if held else ():
            translation = held.find(text) if held else None
            if translation is None and text in wanted:
                yield error("languages", f"locale/{lang}", f"lacks “{text}”.")
            elif translation is None:
                yield warning("languages", f"locale/{lang}", f"lacks “{text}”; it is shown in English.")
            elif sorted(_SLOT.findall(translation)) != sorted(_SLOT.findall(text)):
                yield error("languages", f"locale/{lang}", f"“{translation}” fills in other words than “{text}”.")
            elif _claims_too_much(knowledge, translation) and not _claims_too_much(knowledge, text):
                yield error("must-not-claim", f"locale/{lang}", f"“{translation}” claims more than its English.")


def _questionnaires(knowledge: Knowledge) -> Iterator[Problem]:
    """Questionnaires whose words in another language do not fit, or that some languages lack."""
    words = knowledge.instrument_words
    for name, one in words.items():
        for problem in words_problems(knowledge.instruments.get(one.id), one):
            yield error("languages", f"instrument-words/{name}", problem)
    for lang in set(knowledge.texts) - {ENGLISH}:
        for instrument in sorted({one.id for one in words.values()}):
            if f"{lang}/{instrument}" not in words:
                yield error(
                    "languages", f"instrument-words/{lang}/{instrument}", "is missing; another language has it."
                )


def _claims_too_much(knowledge: Knowledge, text: str) -> bool:
    return any(offences(text, rules) for rules in knowledge.wording.values())


def _marks(said: tuple[str, ...]) -> list[str]:
    return sorted(name for sentence in said for name in cited(sentence))
