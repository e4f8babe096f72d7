"""docs/reference/defaults.md lists everything that still needs a clinician, and is current."""

from pathlib import Path

from keel.knowledge import Certainty, Number, load
from keel.knowledge.defaults import defaults_page, unconfirmed
from keel.knowledge.kinds import facts, parts
from support.facts import copied_facts, knowledge_of, replace_in
from support.loops import some

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "defaults.md"


def test_the_page_is_current():
    made = defaults_page(unconfirmed(load()))
    assert PAGE.read_text(encoding="utf-8") == made, "run: keel knowledge defaults > docs/reference/defaults.md"


def test_every_default_number_of_every_document_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    numbers = (part for fact in facts(load()) for part in parts(fact) if isinstance(part.value, Number))
    for part in some(numbers):
        if part.value.certainty is Certainty.DEFAULT:
            assert f"| `{part.fact.id}` |" in page, part
            assert f"`{part.path}`" in page, part


def test_a_default_leaves_the_page_when_a_clinician_has_signed_the_document(tmp_path):
    def bands(knowledge):
        return [one for one in unconfirmed(knowledge) if (one.kind, one.id) == ("criteria", "uropathy-bands")]

    copy = copied_facts(tmp_path)
    assert bands(knowledge_of(copy))
    replace_in(
        copy / "criteria" / "uropathy-bands.toml",
        "review_due =",
        'reviewed_by = "Dr Alice"\nreviewed_on = 2026-11-20\nreview_due =',
    )
    assert bands(knowledge_of(copy)) == []
