"""Nobody has seen in a source what names none: such a finding is a default, however it was made."""

import msgspec
import pytest

from keel.findings import Finding, Severity
from keel.knowledge import Certainty
from keel.messages import Message


def finding(**more):
    return Finding(rule="r", severity=Severity.NOTE, summary=Message("Something."), **more)


@pytest.mark.parametrize(
    ("confidence", "without", "with_one"),
    [
        (Certainty.SEEN, Certainty.DEFAULT, Certainty.SEEN),
        (Certainty.SECONDHAND, Certainty.SECONDHAND, Certainty.SECONDHAND),
        (Certainty.MEMORY, Certainty.MEMORY, Certainty.MEMORY),
        (Certainty.DEFAULT, Certainty.DEFAULT, Certainty.DEFAULT),
    ],
)
def test_a_finding_without_a_source_is_never_seen(confidence, without, with_one):
    assert finding(confidence=confidence).confidence is without
    assert finding(confidence=confidence, sources=("us-pi26",)).confidence is with_one


def test_it_holds_for_one_that_says_nothing_and_for_a_changed_one():
    assert finding().confidence is Certainty.DEFAULT
    assert finding(sources=("us-pi26",)).confidence is Certainty.SEEN
    taken_away = msgspec.structs.replace(finding(sources=("us-pi26",)), sources=())
    assert taken_away.confidence is Certainty.DEFAULT
    assert (
        msgspec.convert(
            {"rule": "r", "severity": "note", "summary": "x"}, Finding, strict=False, dec_hook=lambda t, v: Message(v)
        ).confidence
        is Certainty.DEFAULT
    )
