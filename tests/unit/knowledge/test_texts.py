"""The shapes of texts and tools: marks, sections, and what a document is refused for."""

import pytest

from keel.knowledge import FactsFileError, Knowledge, UnknownId, load
from keel.knowledge.checks.pages import denominators, lacks_denominator, numbers_in, page_problems
from keel.knowledge.texts import Piece, cited, pieces, plain, sections_of
from keel.knowledge.texts.readability_es import ease_es, grade_es, syllables_es
from support.loops import some

PAGE = """
id = "{id}"
version = "1"
title = "A page"
review_due = 2027-05-21
lang = "{lang}"
topic = "page"
order = 90
summary = "{summary}"
action = "Read on."
contact = "Somebody helps."
need = "{need}"
reuses = {reuses}
"""


def with_page(
    folder, lang="en", summary="A summary.", need="drugs", reuses="[]", name="made-up", both=True, folder_of=""
):
    """The packaged facts with a made-up page on top, in both languages unless one is asked for."""
    for each in ("en", "es") if both else (lang,):
        place = folder / "texts" / (folder_of or each)
        place.mkdir(parents=True, exist_ok=True)
        said = summary if each == lang or not both else "Un resumen."
        text = PAGE.format(id=name, lang=each if not folder_of else lang, summary=said, need=need, reuses=reuses)
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    return Knowledge((folder,))


def problems(knowledge):
    return [problem.message for problem in page_problems(knowledge) if "made-up" in problem.where]


# --- marks ------------------------------------------------------------------------------------------------------------


def test_marks_are_cut_out_and_kept_with_the_words_before_them():
    text = "One. [[a]] Two. [[b; c]] Three."
    assert pieces(text) == (Piece("One.", ("a",)), Piece(" Two.", ("b", "c")), Piece(" Three."))
    assert plain(text) == "One. Two. Three."
    assert cited(text) == ("a", "b", "c")
    assert "".join(piece.text for piece in pieces(text)) == plain(text)


def test_a_text_without_marks_is_one_piece():
    assert pieces("Nothing here.") == (Piece("Nothing here."),)
    assert pieces("") == ()


# --- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_page_of_an_overlay_is_there_beside_the_packaged_ones(tmp_path):
    facts = with_page(tmp_path)
    assert facts.texts["en"]["made-up"].summary == "A summary."
    assert problems(facts) == []
    assert "picture-bladder" in facts.texts["es"]


def test_the_folder_of_a_page_says_its_language(tmp_path):
    with pytest.raises(FactsFileError, match="its path says “es”"):
        _ = with_page(tmp_path, folder_of="es", both=False).pages


@pytest.mark.slow
def test_a_section_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UnknownId):
        load().texts["en"]["picture-bladder"].section("no-such")
    facts = with_page(tmp_path, reuses='["picture-bladder/no-such"]')
    assert any("reuses what is not there" in message for message in problems(facts))


def test_reused_sections_follow_the_own_ones():
    texts = load().texts["en"]
    leaflet = texts["leaflet-bladder"]
    assert [one.id for one in sections_of(leaflet, texts)] == ["tell", "signs", "when", "causes", "pain", "bladder"]


# --- what the check finds ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_claim_that_must_not_be_reused_is_found(tmp_path):
    facts = with_page(tmp_path, summary="It is rare. [[A24]]")
    assert any("do not reuse" in message for message in problems(facts))


@pytest.mark.slow
def test_a_figure_without_its_denominator_is_found(tmp_path):
    facts = with_page(tmp_path, summary="60% had bladder problems. [[kud-bladder]]")
    assert any("without “of 274”" in message for message in problems(facts))


@pytest.mark.slow
def test_a_page_in_one_language_only_is_found(tmp_path):
    facts = with_page(tmp_path, both=False)
    found = [(problem.where, problem.message) for problem in page_problems(facts)]
    assert ("pages/es/made-up", "is missing; en has it.") in found


@pytest.mark.slow
def test_a_page_that_rests_on_other_claims_than_its_twin_is_found(tmp_path):
    facts = with_page(tmp_path, summary="A summary. [[A04]]")
    assert any("cited ids" in message for message in problems(facts))


@pytest.mark.slow
def test_a_need_that_the_directory_does_not_know_is_found(tmp_path):
    assert any("needs.csv" in message for message in problems(with_page(tmp_path, need="luck")))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("340 of 1,285", {340, 1285}),
        ("340 de 1285", {340, 1285}),
        ("18\u00a0802 personas, el 26,6\u00a0%", {18802, 26.6}),
        ("228,668 deaths, 0.01%", {228668, 0.01}),
        ("nothing", set()),
    ],
)
def test_numbers_are_read_in_either_way_of_writing_them(text, numbers):
    assert numbers_in(text) == numbers


def test_a_claim_without_people_asks_for_no_denominator():
    claims = load().claims
    assert denominators(claims["weekend-user-year"]) == set()
    assert not lacks_denominator("20,800 mg", claims["weekend-user-year"])
    assert lacks_denominator("60 in 100", claims["kud-bladder"])
    assert not lacks_denominator("60 in 100 of 274", claims["kud-bladder"])


# --- Spanish measure --------------------------------------------------------------------------------------------------

# Divided as the Spanish Academy does (Ortografía 2010, diphthong and hiatus).
SYLLABLES = {
    "vejiga": 3, "orina": 3, "día": 2, "médico": 3, "quien": 1, "guerra": 2, "cuando": 2, "teatro": 3, "aéreo": 4,
    "país": 2, "baúl": 2, "ciudad": 2, "muy": 1, "estudio": 3, "alcohol": 3, "sangre": 2, "pingüino": 3, "y": 1,
    "hoy": 1, "oído": 3, "cuidado": 3, "limpiáis": 2,
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), SYLLABLES.items())
def test_spanish_syllables_are_counted(word, expected):
    assert syllables_es(word) == expected


def test_the_ease_is_the_published_formula():
    """Five words of nine syllables in one sentence: 206.84 - 60 × 9/5 - 1.02 × 5 (Fernández Huerta 1959)."""
    assert ease_es("La niña bebe agua fría.") == pytest.approx(206.84 - 60 * 9 / 5 - 1.02 * 5)


def test_long_words_ask_for_more_schooling():
    assert (
        grade_es("Ve al médico. Pide un análisis.")
        < 7
        < grade_es("Recomendamos encarecidamente evaluaciones urodinámicas complementarias individualizadas.")
    )
    assert ease_es("112") == 100.0


# --- tools ------------------------------------------------------------------------------------------------------------


def test_a_tool_is_never_scored_and_never_leaves_the_browser():
    for tool in some(load().tools.values()):
        assert not tool.rules.scored
        assert not tool.rules.streaks
        assert tool.rules.kept == "browser"
        assert tool.rules.exportable
        assert tool.rules.deletable


@pytest.mark.parametrize("broken", ["scored = true", "streaks = true", "deletable = false", 'kept = "server"'])
def test_a_tool_that_breaks_the_rules_is_refused(tmp_path, broken):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "values.toml").write_text(f"[rules]\n{broken}\n", encoding="utf-8")
    with pytest.raises(FactsFileError):
        _ = Knowledge((tmp_path,)).tools


def test_a_tool_whose_words_and_fields_differ_is_refused(tmp_path):
    (tmp_path / "tools").mkdir()
    added = '[words.en.fields.extra]\nlabel = "Extra"\n'
    (tmp_path / "tools" / "values.toml").write_text(added, encoding="utf-8")
    with pytest.raises(FactsFileError, match="extra"):
        _ = Knowledge((tmp_path,)).tools


def test_the_crisis_plan_has_the_six_headings_of_the_instrument_and_help_above_it():
    plan = load().tools["crisis-plan"]
    assert [field.id for field in plan.fields] == [item.id for item in load().instruments["crisis-plan"].items]
    assert plan.help_first


def test_the_urge_diary_asks_for_pain_and_shows_patterns():
    """Recovery reference, section 1: pain before the urge drives use; urges pass, so minutes are kept."""
    diary = load().tools["urge-diary"]
    assert {"pain_first", "lasted", "trigger", "used"} <= {field.id for field in diary.fields}
    assert {view.by for view in diary.views} >= {"time", "trigger", "pain_first"}


def test_the_template_day_has_the_blocks_of_the_reference():
    day = load().tools["rehab-day"]
    assert [block.time for block in day.blocks] == [
        "07:30", "09:00", "10:00", "12:30", "14:00", "15:30", "17:00", "18:30", "21:00",
    ]  # fmt: skip
