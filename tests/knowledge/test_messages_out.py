"""Messages out: no template tells in any language what somebody is treated for, and the list of words hears that."""

import pytest

from keel.knowledge import load
from keel.knowledge.catalogues import catalogue
from keel.knowledge.outgoing import private_words_in
from keel.messages import Message
from support.loops import some

WORDS = tuple(load().private_words.values())
SLOTS = {"site": "Harbour", "link": "https://keel.example/form/x", "until": "3 May", "local": "111"}


@pytest.mark.parametrize("template", sorted(load().message_templates))
@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_message_tells_what_somebody_is_treated_for(template, lang):
    """HZ-MSR-03: subject, text and text message; telephones show previews."""
    one, held = load().message_templates[template], catalogue(lang)
    for text in some((one.subject, one.text, one.short)):
        assert private_words_in(Message(text, **SLOTS).in_language(held), WORDS) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Your ketamine appointment",
        "KETAMINE form",
        "esketamine visit",
        "How is your mood?",
        "Your PHQ-9 is due",
        "Escala de depresion",
        "Su sesión de mañana",
        "SU TRATAMIENTO",
        "cómo está su ánimo",
        "Suicide screen",
        "Recovery group",
    ],
)
def test_the_list_hears_what_would_tell(text):
    """HZ-MSR-03: another case, another accent, another form of the word."""
    assert private_words_in(text, WORDS)


def test_the_message_of_a_form_says_until_when_and_that_nobody_watches():
    """Care reference, section 8: link, until when, not watched round the clock, whom to call in danger."""
    one = load().message_templates["form-ready"]
    for text in some((one.text, one.short)):
        assert all(slot in text for slot in ("{site}", "{link}", "{until}", "{local}"))
        assert "Not watched round the clock" in text
