"""Spanish patterns against their English twins, whose figures come from the evidence register and the band table."""

import csv
import datetime as dt
from pathlib import Path

import msgspec
import pytest

from keel.exposure import AmbiguousNumber, PatternError, parse_pattern
from keel.knowledge import UnknownId, load
from keel.knowledge.catalogues import catalogue
from keel.messages import in_language
from support.loops import some

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TABLE = Path(__file__).parent / "exposure" / "patterns_es.csv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def facts(text, language):
    """The phases of a pattern without the words in which they were told."""
    phases = parse_pattern(text, at=AT, knowledge=load(), language=language)
    return [msgspec.structs.replace(phase, text="", assumed=()) for phase in phases]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["pattern"][:60])
def test_a_spanish_pattern_says_what_its_english_twin_says(case):
    assert facts(case["pattern"], "es") == facts(case["like"], "en")


def test_both_languages_hold_the_same_frequencies_with_the_same_figures():
    english, spanish = (load().phrases[lang].frequencies for lang in ("en", "es"))
    assert {(one.id, one.low, one.mid, one.high, one.certainty, bool(one.assumes)) for one in spanish} == {
        (one.id, one.low, one.mid, one.high, one.certainty, bool(one.assumes)) for one in english
    }


def test_both_languages_name_the_same_routes_settings_substances_and_forms():
    english, spanish = load().phrases["en"], load().phrases["es"]
    for kind in ("routes", "settings", "substances", "forms"):
        assert [one.id for one in getattr(spanish, kind)] == [one.id for one in getattr(english, kind)]


def test_every_spanish_frequency_is_read_as_itself():
    """Longer phrases win over shorter ones inside them: “casi todos los días” is not “todos los días”."""
    for phrase in some(load().phrases["es"].frequencies):
        for words in some(phrase.phrases):
            (read,) = parse_pattern(f"400 mg {words}", at=AT, knowledge=load(), language="es")
            got = read.sessions_per_year
            assert (round(got.low), round(got.high)) == (round(phrase.low), round(phrase.high)) or phrase.id in (
                "every-other-day",  # “cada 2 días” is 365 / 2 exactly
                "fortnightly",  # “cada 15 días” is 365 / 15
            ), words


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1.000 mg cada semana", "se puede leer"),
        ("1,000 mg cada semana", "se puede leer"),
        ("400 cada semana", "no tiene unidad"),
        ("400 por semana", "no tiene unidad"),
        ("400 mg", "cada cuánto"),
        ("400 mg ya no cada semana", "ya no"),
        ("400 mg cada semana desde 2031", "posterior"),
        ("400 mg cada semana desde 2022-13", "ningún mes"),
        ("400 mg cada 0 semanas", "no dura nada"),
        ("", "vacío"),
        ("x" * 501, "más de 500"),
    ],
)
def test_a_spanish_pattern_that_cannot_be_read_is_refused_in_spanish(text, says):
    """A thousand written as “1.000” would otherwise be read as one milligram."""
    with pytest.raises(PatternError) as refused:
        parse_pattern(text, at=AT, knowledge=load(), language="es")
    assert says in in_language(refused.value.args[0], catalogue("es"))


def test_an_ambiguous_number_is_an_error_of_its_own():
    """So that a page does not go on to read “1.000 mg weekly” in English, as one milligram."""
    with pytest.raises(AmbiguousNumber):
        parse_pattern("1.000 mg weekly", at=AT, knowledge=load(), language="es")


def test_a_spanish_page_does_not_fall_back_to_english_on_an_ambiguous_number():
    from django.utils import translation

    from keel.web.check.queries import read_line
    from support import django_ready  # noqa: F401 - before anything of keel.web

    with translation.override("es"):
        assert read_line("400 mg weekly", at=AT, knowledge=load())[0].mg_per_session.mid == 400
        with pytest.raises(AmbiguousNumber):
            read_line("1.000 mg weekly", at=AT, knowledge=load())


def test_what_was_assumed_is_said_in_spanish():
    (phase,) = parse_pattern("1-2 g casi todos los días desde 2019 hasta 2022", at=AT, knowledge=load(), language="es")
    assert tuple(one.in_language(catalogue("es")) for one in phase.assumed) == (
        "hasta 2022 se lee como el final de 2022",
        "«casi todos los días» se lee como de 4 a 6 días por semana",
    )


def test_a_language_that_is_not_there_is_an_error():
    with pytest.raises(UnknownId):
        parse_pattern("400 mg weekly", at=AT, knowledge=load(), language="xx")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("up to 2000 mg a week", 0, 104_000),
        ("up to 2000 mg weekly", None, None),
        ("half a gram to a gram a week", 26_000, 52_000),
    ],
)
def test_up_to_leaves_the_lower_end_open_for_a_whole_week_too(text, low, high):
    """2000 is an amount here and not a year. 2000 × 52, and half a gram and a gram × 52."""
    (phase,) = parse_pattern(text, at=AT, knowledge=load())
    if low is None:
        assert (phase.mg_per_session.low, phase.mg_per_session.high) == (0, 2000)
    else:
        assert (phase.mg_per_year.low, phase.mg_per_year.high) == (low, high)


@pytest.mark.parametrize("text", ["400 a week", "400 a day", "100 a week"])
def test_a_bare_number_too_large_to_count_days_has_no_unit(text):
    with pytest.raises(PatternError, match="no unit"):
        parse_pattern(text, at=AT, knowledge=load())
