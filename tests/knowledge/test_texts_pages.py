"""The texts for people as they ship: what they rest on, what they never say, both languages, an end with help."""

import re

import pytest
from babel.messages.pofile import read_po

from keel.knowledge import load
from keel.knowledge.catalogues import LOCALE
from keel.knowledge.checks.pages import page_problems, passages
from keel.knowledge.evidence import Use
from keel.knowledge.texts import cited, plain, sections_of
from keel.knowledge.texts.readability import grade
from keel.knowledge.texts.readability_es import ease_es
from support.loops import some
from support.wording import must_not_claim

FACTS = load()
TEXTS = [pytest.param(text, id=name) for name, text in FACTS.pages.items()]
LANGUAGES = ("en", "es")

# The headings and the questions of the second of the two pages that Keel began with, and those of the issue.
QUESTIONS = {
    "question-medical-use": "What Counts as Medical Ketamine Use?",
    "question-non-medical-use": "What Does Recreational Ketamine Use Look Like?",
    "comparison-medical": "How Do the Two Compare Side by Side?",
    "question-assisted-therapy": "What Does “Ketamine-Assisted Therapy” Actually Mean?",
    "question-why-risky": "If Medical Ketamine Is Safe, Why Is Recreational Ketamine Still Risky?",
    "question-self-treat": "Can You Self-Medicate Depression With Recreational Ketamine?",
    "question-dependence-treatment": "How Does One Step Treat Ketamine Addiction?",
    "question-same-molecule": "first of the frequently asked: is it the same?",
    "question-clinic-bladder": "second: does it damage bladder and kidney in treatment?",
    "question-spravato-home": "third: can Spravato be used at home?",
    "question-addictive": "fourth: is it addictive?",
    "question-mixing": "fifth: is mixing dangerous?",
    "question-memory": "sixth: does memory come back?",
    "question-approval": "issue 5: does approval make it harmless?",
    "question-clinic-home": "issue 5: if it helps in a clinic, why not at home?",
    "question-bladder-recovery": "issue 5: will my bladder recover?",
}
RECOVERY = {"recovery-uk-survey", "recovery-taiwan", "recovery-hong-kong"}


def body(text):
    return "\n".join(plain(sentence) for sentence in text.sentences)


def test_no_rule_of_the_texts_is_broken():
    """Reuse, denominators, endings, and languages: the same check that `keel knowledge check` runs."""
    assert [str(problem) for problem in page_problems(FACTS)] == []


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_ends_with_one_action_and_people_who_help(text):
    assert len(re.findall(r"[.!?][”»]?$", text.action)) == 1
    assert text.contact
    assert any(text.need in service.needs for service in FACTS.directory.values())


@pytest.mark.parametrize("text", TEXTS)
def test_every_id_that_a_text_names_is_there_and_may_be_shown(text):
    assert set(text.cites) <= {*FACTS.claims, *FACTS.conflicts, *FACTS.sources}
    assert [one for one in text.cites if one in FACTS.claims and FACTS.claims[one].use is Use.NEVER] == []
    assert set(text.judges) <= set(FACTS.claims)


def test_every_question_of_the_second_page_is_answered_with_verdicts():
    for name in QUESTIONS:
        text = FACTS.texts["en"][name]
        assert text.judges or name == "question-bladder-recovery", name


def test_every_statement_of_the_second_page_that_was_contradicted_is_judged_somewhere():
    """Evidence register: B02, B04, B07, B11, B17, B18, B30, and the two dangerous ones of the first page."""
    judged = {name for text in FACTS.texts["en"].values() for name in text.judges}
    assert judged >= {"A05", "A24", "A40", "B02", "B04", "B07", "B11", "B17", "B18", "B30"}


@pytest.mark.parametrize("text", TEXTS)
def test_the_three_recovery_figures_stand_together(text):
    """Improved is not normal: none of the three may stand alone (harms reference 1.5)."""
    named = RECOVERY & set(text.cites)
    assert named in (set(), RECOVERY)


@pytest.mark.parametrize("text", TEXTS)
def test_the_figure_of_past_year_symptoms_has_never_users_beside_it(text):
    if "uropathy-past-year-users" in text.cites:
        assert "never-user-background" in text.cites


@pytest.mark.slow
def test_no_text_makes_a_claim_that_must_not_be_made():
    found = [(said.where, must_not_claim(plain(said.text))) for said in passages(FACTS)]
    assert [place for place, rules in found if rules] == []


PUBLIC = re.compile("web/(check|directory|learn|offline|pages|picture|questionnaires|tools)/")

# Words of ease about ketamine, of blame, of effect, of getting it.
FORBIDDEN = {
    "en": "safe|safer|safest|safely|harm-free|risk-free|abus\\w+|addicts?|junkies?|druggies?|dirty|clean|wasted|k-?hole"
    "|trip|tripping|high on|buzz|start low|go slow|redos\\w+|dealers?|buy|score some|your fault|should have known"
    "|irresponsible|stupid|weak-willed|shameful",
    "es": "segur[oa]s? de tomar|sin riesgo|adict[oa]s?|drogadict[oa]s?|yonquis?|colocad[oa]s?|colocón|subidón"
    "|limpi[oa]s?|camello|comprar|abuso|abusar|culpa tuya|tu culpa|irresponsable|vergonzos[oa]",
}


def _said_on_pages(lang):
    """The small words of the public pages: labels, buttons, errors."""
    with (LOCALE / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        said = [one for one in read_po(file) if any(PUBLIC.match(place) for place, _line in one.locations)]
    texts = [one.id if lang == "en" else one.string for one in some(said)]
    return [text for each in texts for text in ([each] if isinstance(each, str) else each)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_ease_blame_or_effect_is_used(lang):
    told = [text.sentences for text in FACTS.texts[lang].values()]
    told += [card.words[lang].sentences for card in FACTS.strategies.values()]
    told += [tool.words[lang].sentences for tool in FACTS.tools.values()]
    told += [tuple(_said_on_pages(lang))]
    found = [
        (match.group(), sentence)
        for sentences in told
        for sentence in sentences
        for match in re.finditer(rf"\b({FORBIDDEN[lang]})\b", plain(sentence), re.IGNORECASE)
    ]
    assert found == []


AMOUNT = re.compile(
    r"\d\s?(mg|g|grams?|gramos?|µg|mL)\b|\b(gram|grams|gramo|gramos|milligrams?|miligramos?)\b", re.IGNORECASE
)
ROUTE = re.compile(
    r"\b(snort\w*|inject\w*|swallow\w*|sublingual|lozenge|smok\w*|insufflat\w*|esnif\w*|inyect\w*|tragar|fumar)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_tools_and_leaflets_name_no_amount_and_no_route(lang):
    """Nothing that helps to choose an amount or a route: figures belong to explanations, with their sources."""
    told = [card.words[lang].sentences for card in FACTS.strategies.values()]
    told += [tool.words[lang].sentences for tool in FACTS.tools.values()]
    told += [text.sentences for name, text in FACTS.texts[lang].items() if name.startswith(("leaflet-", "help-"))]
    for sentences in some(told):
        for sentence in some(map(plain, sentences)):
            assert not AMOUNT.search(sentence), sentence
            assert not ROUTE.search(sentence), sentence


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_amount_stands_only_beside_its_source(lang):
    """In explanations a figure in milligrams or grams has a mark in the same paragraph, or is the unit of a scale."""
    for name, text in some(FACTS.texts[lang].items()):
        for sentence in some(text.sentences):
            if re.search(r"\d\s?(mg|g|grams?|gramos?)\b", plain(sentence)) and not cited(sentence):
                assert text.title == sentence or name.startswith("question-"), (name, sentence)


def test_the_english_texts_are_read_at_an_age_of_about_12():
    """Grade 7 is read at 12 to 13 (Kincaid 1975). All texts together, and the hardest."""
    grades = {name: grade(body(text)) for name, text in FACTS.texts["en"].items()}
    assert max(grades.values()) <= 7
    assert sum(grades.values()) / len(grades) < 6


def test_the_spanish_texts_are_fairly_easy():
    """70 and more is “fairly easy”, the sixth school year (Fernández Huerta 1959)."""
    eases = {name: ease_es(body(text)) for name, text in FACTS.texts["es"].items()}
    assert min(eases.values()) >= 70


@pytest.mark.slow
def test_another_program_finds_the_spanish_texts_as_easy():
    """textstat counts syllables by hyphenation patterns, which see fewer in words such as “día”: within 8 points."""
    other = pytest.importorskip("textstat.textstat").textstatistics()  # its own: the shared one would stay Spanish
    other.set_lang("es")
    spanish = "\n".join(body(text) for text in FACTS.texts["es"].values()).replace("\n", ". ")
    theirs = other.fernandez_huerta(spanish)
    assert theirs >= 70
    assert ease_es(spanish) == pytest.approx(theirs, abs=8)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_leaflet_is_its_own_words_and_sections_of_other_texts(lang):
    texts = FACTS.texts[lang]
    for name, text in some(texts.items()):
        if name.startswith("leaflet-"):
            assert len(sections_of(text, texts)) == len(text.sections) + len(text.reuses) > 3


def test_the_comparison_has_a_place_for_the_reader_in_every_row_that_can_have_one():
    rows = {row.id: row.yours for row in FACTS.texts["en"]["comparison-medical"].table.rows}
    assert {name for name, yours in rows.items() if yours} == {
        "dose", "route", "frequency", "setting", "combinations", "annual",
    }  # fmt: skip


def test_the_bands_each_have_their_next_step_and_the_urgent_one_has_two():
    """A red flag needs care today, but blood in the urine by itself needs a doctor within days (harms, section 11)."""
    steps = FACTS.texts["en"]["picture-next-steps"]
    bands = {band.id for band in FACTS.criteria["uropathy-bands"].bands}
    assert {section.id for section in steps.sections} == bands | {"U-week"}
    assert all(section.next_step for section in steps.sections)
