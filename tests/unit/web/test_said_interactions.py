"""What is said of every class of medicines is said in Spanish on a Spanish page, whatever the route."""

import pytest
from django.utils import translation

from support import django_ready  # noqa: F401 - before anything of keel.web

# isort: split

from keel import knowledge
from keel.assessment.interactions.rate import Ketamine, Rater
from keel.assessment.interactions.stacking import stacked
from keel.knowledge.interactions import KetamineForm
from keel.knowledge.translations import sentences
from keel.web.picture.templatetags.keel_words import for_public
from keel.web.said import said, translated
from support.loops import some

FACTS = knowledge.load()
TEXTS = FACTS.interaction_texts["en"]
FORMS = {KetamineForm.BOTH: None, KetamineForm.ESKETAMINE: KetamineForm.ESKETAMINE}


@pytest.fixture(autouse=True)
def _in_spanish():
    with translation.override("es"):
        yield


def _findings(rule, route):
    """As a substance of the class and as the class itself, in the same way as the check says them."""
    rater = Rater(Ketamine(FORMS.get(rule.applies_to, rule.applies_to), route), FACTS, TEXTS)
    row = next((row for row in FACTS.interactions.values() if rule.id in row.classes), None)
    rated = [*rater.rate_group("typed", [rule.id]), *(rater.rate([row]) if row else ())]
    return [each.finding for each in rated]


@pytest.mark.parametrize("rule", FACTS.interaction_classes.values(), ids=lambda rule: rule.id)
def test_every_class_is_said_in_spanish(rule):
    for route in (None, *rule.weak_routes):
        findings = _findings(rule, route)
        assert findings
        for finding in findings:
            for text in (finding.summary, finding.next_step):
                assert translated(text) not in (None, text), text
            for reason in finding.why:
                assert translated(reason.name) is not None, reason.name
            values = [reason.value for reason in finding.why if reason.name in ("meant for", "evidence")]
            assert all(translated(value) for value in values), values


@pytest.mark.parametrize("rule", FACTS.interaction_classes.values(), ids=lambda rule: rule.id)
def test_every_sentence_of_a_class_has_a_translation(rule):
    wanted = [rule.label, rule.when, *sentences(rule.effect), *sentences(rule.action)]
    assert [one for one in wanted if FACTS.translated(one, "es") is None] == []


@pytest.mark.parametrize("stack", FACTS.stacks.values(), ids=lambda stack: stack.id)
def test_what_adds_up_is_said_in_spanish(stack):
    rater = Rater(Ketamine(None, None), FACTS, TEXTS)
    rows = [row for row in FACTS.interactions.values() if set(row.mechanisms) & set(stack.mechanisms)][:3]
    found = stacked(rater.rate(rows), [stack], TEXTS)
    assert found
    for each in found:
        assert translated(each.finding.summary)
        assert translated(each.finding.next_step)


def test_the_name_and_its_class_are_translated():
    assert said("Ketoconazole (strong CYP3A4 inhibitor): Blood pressure and pulse rise more.") == (
        "Ketoconazol (inhibidor fuerte de CYP3A4): La tensión y el pulso suben más."
    )


def test_a_name_without_another_one_stays():
    assert said("5-MeO-DMT (strong CYP3A4 inhibitor): Blood pressure and pulse rise more.").startswith("5-MeO-DMT (inh")


def test_an_interaction_that_nobody_translated_stays_english():
    text = "Ketoconazole (strong CYP3A4 inhibitor): Something new."
    assert said(text) == f'<span lang="en">{text}</span>'


@pytest.mark.parametrize("rule", FACTS.interaction_classes.values(), ids=lambda rule: rule.id)
def test_no_translation_tells_anyone_to_stop_what_is_prescribed(rule):
    """Where the English keeps it going, so does the Spanish."""
    for one in some(sentences(rule.action)):
        told = FACTS.translated(one, "es")
        assert "deja de" not in told.lower()
        assert "segur" not in told.lower()
        if one.startswith("Continue"):
            assert told.startswith("Seguir")


def test_what_sources_disagree_on_is_said_in_spanish():
    for name in some({name for row in FACTS.interactions.values() for name in row.conflicts}):
        conflict = FACTS.conflicts[name]
        for text in (conflict.question, conflict.one_side, conflict.other_side, conflict.shown):
            assert "lang=" not in said(text), text


STEP = "Clinic: only with oxygen and monitoring. Outside a clinic: do not combine; keep naloxone at hand."


def test_what_is_addressed_to_a_clinic_is_left_out_in_either_language():
    with translation.override("en"):
        assert for_public(STEP) == "Do not combine; keep naloxone at hand."
    assert for_public(STEP) == "No los juntes; ten naloxona a mano."
    assert said(for_public(STEP)) == for_public(STEP)


def test_a_next_step_that_nobody_translated_stays_english_as_a_whole():
    assert said(for_public("Ask a pharmacist. Something new.")) == (
        '<span lang="en">Ask a pharmacist. Something new.</span>'
    )
