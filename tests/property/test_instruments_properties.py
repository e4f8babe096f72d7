"""What must hold for any answers to any instrument."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel.assessment.instruments import change, score_answers
from keel.knowledge import load
from keel.knowledge.instruments import Form, Method
from keel.messages import encode_json

pytestmark = pytest.mark.slow

SCORED = [shape for shape in load().instruments.values() if shape.form in (Form.SCORED, Form.UNSCORED)]
SUMMED = [s for s in SCORED if any(scale.id == "total" and scale.items for scale in s.scales)]
LEVELS = [shape for shape in SCORED if any(rule.band for rule in shape.rules)]
OPEN_LEVELS = ["positive, question 5 not answered", "moderate or high"]
NO_ANSWER = [None, "declined", "not_asked"]


def values(shape, item):
    choices = [int(choice.value) for choice in shape.choices(item)]
    if choices:
        return st.sampled_from(choices)
    if item.kind == "text":
        return st.just("some words")
    least, most = shape.limits(item)
    return st.integers(int(least or 0), 20 if most is None else int(most))


@st.composite
def sheets(draw, shapes, is_full=False):
    shape = draw(st.sampled_from(shapes))
    answers = {}
    for item in shape.items:
        answer = values(shape, item)
        answers[item.id] = draw(answer if is_full else st.one_of(answer, answer, st.sampled_from(NO_ANSWER)))
    return shape, answers


@given(sheets(SCORED), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(sheet, random):
    shape, answers = sheet
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert score_answers(shape, dict(shuffled)) == score_answers(shape, answers)


@given(sheets(SCORED))
def test_names_and_order_say_the_same(sheet):
    shape, answers = sheet
    assert score_answers(shape, list(answers.values())) == score_answers(shape, answers)


@given(sheets(SCORED))
def test_a_safety_item_is_never_estimated(sheet):
    """Without an answer to it there is no estimated total, and somebody is told to ask."""
    shape, answers = sheet
    score = score_answers(shape, answers)
    silent = [item.id for item in shape.items if item.safety and item.id in score.missing]
    if silent:
        assert f"{shape.id}/safety-item-unanswered" in {finding.rule for finding in score.findings}
        in_total = {name for scale in shape.scales if scale.id == "total" for name in scale.item_ids()}
        assert score.how != "prorated" or not in_total & set(silent)


@given(sheets(SCORED))
def test_a_positive_safety_item_prompts_whatever_else_is_answered(sheet):
    shape, answers = sheet
    score = score_answers(shape, answers)
    positive = [item for item in shape.items if item.safety and answers[item.id] not in (*NO_ANSWER, 0)]
    if positive:
        assert any(finding.severity in ("block", "hold") for finding in score.findings)


@given(sheets(SCORED))
def test_a_missing_answer_never_makes_a_screen_negative(sheet):
    shape, answers = sheet
    score = score_answers(shape, answers)
    if score.missing:
        assert score.band != "negative"


@given(sheets(LEVELS), st.data())
def test_a_level_that_was_settled_stays_when_missing_answers_come_in(sheet, data):
    """Else a level was named although an answer that matters was missing."""
    shape, answers = sheet
    before = score_answers(shape, answers)
    after, items = before, {item.id: item for item in shape.items}
    while after.missing:  # an answer may open a branch, whose items are then due in turn
        answers |= {name: data.draw(values(shape, items[name])) for name in after.missing}
        after = score_answers(shape, answers)
    if before.band not in (None, *OPEN_LEVELS):
        assert after.band == before.band


@given(sheets(SUMMED), st.data())
def test_completing_the_answers_stays_within_what_was_possible(sheet, data):
    shape, answers = sheet
    before = score_answers(shape, answers)
    items = {item.id: item for item in shape.items}
    answered = {
        name: data.draw(values(shape, items[name])) if answer in NO_ANSWER and name in before.missing else answer
        for name, answer in answers.items()
    }
    after = score_answers(shape, answered)
    for end in (after.bounds.least, after.bounds.most):
        assert before.bounds.least <= end <= before.bounds.most


@given(sheets(SUMMED, is_full=True))
def test_a_full_sheet_is_the_plain_sum(sheet):
    """The slow and obvious twin: each part its highest item, reversed where the file says so, times the factor."""
    shape, answers = sheet
    scale = next(scale for scale in shape.scales if scale.id == "total")
    assert scale.method is Method.SUM
    items = {item.id: item for item in shape.items}

    def counted(name):
        least, most = shape.limits(items[name])
        return (most + least - answers[name]) if items[name].reverse else answers[name]

    assert (
        score_answers(shape, answers).total == sum(max(map(counted, part)) for part in scale.parts()) * scale.multiply
    )


@given(sheets(SCORED))
def test_a_score_survives_json(sheet):
    shape, answers = sheet
    score = score_answers(shape, answers)
    assert msgspec.json.decode(encode_json(score))["instrument"] == shape.id


@given(st.integers(0, 27), st.integers(0, 27))
def test_a_change_back_undoes_a_change(before, after):
    there, back = (change("phq-9", *pair, load()) for pair in ((before, after), (after, before)))
    assert there.difference == -back.difference
    sizes = [[v.met for v in c.verdicts if v.id == "five-points"] for c in (there, back)]
    assert sizes[0] == sizes[1]
