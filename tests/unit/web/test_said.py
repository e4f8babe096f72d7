"""Sentences of the pure packages are said in Spanish as a whole, or stay English and say so."""

import pytest
from django.utils import translation

from support import django_ready  # noqa: F401 - before anything of keel.web

# isort: split

from keel.web.said import drawn, said
from keel.web.words import numbers


@pytest.fixture(autouse=True)
def _in_spanish():
    with translation.override("es"):
        yield


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "20,800 mg ÷ 910 mg of the reference course = 22.9",
            "20\u202f800 mg ÷ 910 mg del tratamiento de referencia = 22,9",
        ),
        ("Raised exposure.", "Exposición elevada."),
        (
            "Band 2, raised: used on 1 to under 3 days a week. Raised exposure.",
            "Franja 2, elevada: consumo de 1 a menos de 3 días a la semana. Exposición elevada.",
        ),
        ("Ethanol (alcohol): Do not combine.", "Etanol (alcohol): No los juntes."),
    ],
)
def test_a_known_sentence_is_said_in_spanish(english, spanish):
    assert said(english) == spanish


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "“bnz” is not a name on file. Did you mean amfetamine, benz or codeine? It was not checked: say which one.",
            "«bnz» no es un nombre que conozcamos. ¿Querías decir alguno de estos: anfetamina, benz, codeína? "
            "No se comprobó: di cuál.",
        ),
        (
            "“benzos” names a group (benzodiazepine: major). Which one? For example diazepam or clonidine.",
            "«benzos» nombra un grupo (benzodiacepina: grave). ¿Cuál? Por ejemplo: diazepam, clonidina.",
        ),
        (
            "“St. John” was not recognised, so nothing was checked for it. That says nothing about whether it may be "
            "combined.",
            "No se reconoció «St. John», así que no se comprobó nada. Eso no dice si se puede combinar.",
        ),
        ("PHQ-9 item 9", "PHQ-9, pregunta 9"),
    ],
)
def test_what_was_not_checked_is_said_in_spanish(english, spanish):
    assert said(english) == spanish


def test_a_shape_is_no_disguise_for_words_that_nobody_translated():
    assert said("A strange sentence item 9") == '<span lang="en">A strange sentence item 9</span>'


def test_half_of_a_text_is_never_translated():
    text = "Raised exposure. A sentence that no catalogue has."
    assert said(text) == f'<span lang="en">{text}</span>'


def test_what_is_typed_is_escaped_and_kept_as_typed():
    assert said("On how many days in “<b>1,000.5 g</b>”: sessions cannot be counted") == (
        "En cuántos días en «<b>1,000.5 g</b>»: no se pueden contar las sesiones"
    )
    assert said("Unknown <b>words</b> here") == '<span lang="en">Unknown &lt;b&gt;words&lt;/b&gt; here</span>'


def test_thousands_are_not_taken_for_decimals():
    """“20,800 mg” would be twenty milligrams to a reader in Madrid."""
    assert numbers("20,800.5 mg, 811,000 to 3,050,000") == "20\u202f800,5 mg, 811\u202f000 a 3\u202f050\u202f000"


def test_words_in_a_drawing_change_and_its_shapes_do_not():
    svg = '<svg><path d="M1.5 8h2"/><text x="2.5">Reference course 910 mg</text><text>10 g</text></svg>'
    assert (
        drawn(svg)
        == '<svg><path d="M1.5 8h2"/><text x="2.5">Tratamiento de referencia 910 mg</text><text>10 g</text></svg>'
    )


def test_english_stays_as_it_is():
    with translation.override("en"):
        assert said("Raised exposure.") == "Raised exposure."
        assert numbers("20,800.5") == "20,800.5"
