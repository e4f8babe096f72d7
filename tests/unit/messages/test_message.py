"""A message is an English text that can be said in another language, and never by half."""

import copy
import gettext
import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from keel.messages import Catalogue, FactName, Message, Name, Numeral, either, in_language, joined, listed, plural
from keel.quantities import Figure, Interval


def _catalogue(**plurals):
    """A made-up language: everything reversed that can be seen."""
    made = Catalog("es")
    for text, told in {
        "{count} times the {course}": "{course}: {count} veces",
        "reference course": "tratamiento de referencia",
        "ketamine": "ketamina",
        "days per week": "días por semana",
        "{choices} or {last}": "{choices} o {last}",
        "Alcohol": "Alcohol",
    }.items():
        made.add(text, told)
    made.add(("{count} day", "{count} days"), ("{count} día", "{count} de días", "{count} días"))
    made.add(".", ",", context="decimal sign")
    made.add(",", "\u202f", context="thousands sign")
    made.add("to", "a", context="between numbers")
    file = io.BytesIO()
    write_mo(file, made)
    file.seek(0)
    return Catalogue("es", gettext.GNUTranslations(file))


SPANISH = _catalogue()


def test_a_message_is_its_english_text():
    message = Message("{count} times the {course}", count=22.9, course=Message("reference course"))
    assert message == "22.9 times the reference course"
    assert message in {"22.9 times the reference course"}


def test_slots_are_said_with_the_sentence_and_may_change_places():
    message = Message("{count} times the {course}", count=1234.5, course=Message("reference course"))
    assert message.in_language(SPANISH) == "tratamiento de referencia: 1\u202f234,5 veces"
    assert message.in_language() == message


def test_what_was_typed_is_left_as_it_was_typed():
    """Braces of a person are not slots, and their commas are theirs."""
    message = Message("{count} times the {course}", count="{course} 1,5", course="x")
    assert message == "{course} 1,5 times the x"
    assert message.in_language(SPANISH) == "x: {course} 1,5 veces"


def test_a_text_without_slots_keeps_its_braces():
    assert Message("as {written}") == "as {written}"


def test_a_count_decides_on_the_plural():
    assert [plural("{count} day", "{count} days", count=n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    said = [plural("{count} day", "{count} days", count=n).in_language(SPANISH) for n in (0, 1, 2, 1.5)]
    assert said == ["0 días", "1 día", "2 días", "1,5 días"]


def test_a_gap_in_the_catalogue_is_seen_however_deep_it_lies():
    assert Message("reference course").is_in(SPANISH)
    assert not Message("something new").is_in(SPANISH)
    nested = Message("{count} times the {course}", count=1, course=Message("something new"))
    assert not nested.is_in(SPANISH)
    assert not joined("; ", [Message("reference course"), Message("something new")]).is_in(SPANISH)


def test_a_text_that_both_languages_write_alike_is_no_gap():
    assert Message("Alcohol").is_in(SPANISH)


def test_signs_between_texts_need_no_translation():
    text = joined("; ", [Message("reference course"), 2.5])
    assert text.is_in(SPANISH)
    assert text.in_language(SPANISH) == "tratamiento de referencia; 2,5"


def test_quotation_marks_are_words_of_a_language():
    assert not Message("“{input}”", input="x").is_in(SPANISH)


@pytest.mark.parametrize(
    ("name", "said"), [("ketamine", "ketamina"), ("Ketamine", "Ketamina"), ("5-MeO-DMT", "5-MeO-DMT")]
)
def test_a_name_has_another_one_or_stays(name, said):
    assert Name(name).in_language(SPANISH) == said
    assert Name(name).is_in(SPANISH)


def test_a_capital_letter_is_given_in_every_language():
    message = Message("reference course").capital()
    assert message == "Reference course"
    assert message.in_language(SPANISH) == "Tratamiento de referencia"


def test_a_fact_is_its_id_for_programs_and_words_for_people():
    assert FactName("days_per_week") == "days_per_week"
    assert FactName("days_per_week").in_language() == "days per week"
    assert FactName("days_per_week").in_language(SPANISH) == "días por semana"


def test_choices_and_lists():
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
    assert either([Name("ketamine"), "b"]).in_language(SPANISH) == "ketamina o b"
    assert listed(["a", "b"]) == "a, b"


def test_intervals_and_numerals_take_the_signs_of_the_language():
    span = Figure(Interval.of(811485, 3051616))
    assert Message("{mg} mg", mg=span) == "811,000 to 3,050,000 mg"
    assert Message("{mg} mg", mg=span).in_language(SPANISH) == "811\u202f000 a 3\u202f050\u202f000 mg"
    assert Numeral("27.0").in_language(SPANISH) == "27,0"
    assert in_language(20800.5, SPANISH) == "20\u202f800,5"


def test_a_message_survives_a_copy():
    message = plural("{count} day", "{count} days", count=3)
    copied = copy.deepcopy(message)
    assert copied == message
    assert copied.in_language(SPANISH) == "3 días"
