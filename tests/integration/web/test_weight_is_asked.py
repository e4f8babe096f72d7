"""HZ-WT-01: pounds, jumps and sizes that cannot be are asked about before a weight is written."""

import re

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.dose_check import Decision, DoseAsked
from keel.web.clinic.models import Fact, FactDecision, Kind
from support.clock import START

AT = "2026-11-20T09:00+00:00"


def _weight(value):
    return {"what": "weight", "value": value, "at": AT}


@pytest.fixture
def write(people, dana):
    def record(kind, payload, key, **more):
        return record_fact(by=people["bob"], patient=dana, kind=kind, payload=payload, key=key, at=START, **more)

    record(Kind.PERSON, {"weight": "70 kg", "height": "175 cm"}, "p")
    return record


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("154 kg", "A-PRE-19-pounds"),  # 70 kg are 154.3 lb
        ("31.8 kg", "A-PRE-19-pounds"),  # 70 lb are 31.75 kg
        ("85 kg", "A-PRE-19"),  # 21% more
        ("187 lb", "A-PRE-19"),  # 84.8 kg, said in pounds
    ],
)
def test_a_weight_that_does_not_fit_the_last_one_is_asked(write, people, value, rule):
    with pytest.raises(DoseAsked) as asked:
        write(Kind.MEASUREMENT, _weight(value), "w")
    assert [one.rule for one in asked.value.meaning.findings] == [rule]
    assert Fact.objects.count() == 1
    decision = Decision(people["bob"], "weighed again in the ward", asked.value.shown)
    fact = write(Kind.MEASUREMENT, _weight(value), "w", decision=decision)
    assert FactDecision.objects.get(fact=fact).rules == [rule]


@pytest.mark.parametrize("value", ["70 kg", "75 kg", "154 lb", "62 kg"])
def test_a_weight_that_fits_is_written(write, value):
    write(Kind.MEASUREMENT, _weight(value), "w")


def test_a_height_that_does_not_fit_the_weight_is_asked(write):
    """70 kg at 110 cm are 57.9 kg/m2, above the 50 of the protocol."""
    with pytest.raises(DoseAsked):
        write(Kind.PERSON, {"weight": "70 kg", "height": "110 cm"}, "h")


def test_the_page_asks_and_takes_the_answer(at_desk, write):
    desk, address = at_desk("bob"), "/clinic/harbour/patients/H-1/record/measurement/"
    form = {"key": "w", "what": "weight", "value": "154 kg", "start": "2026-11-20T09:00"}
    page = desk.post(address, form)
    assert page.status_code == 422
    html = page.content.decode()
    assert "pounds may have been taken for kilograms" in html
    shown = re.search(r'name="decision-shown" value="(\w{64})"', html).group(1)
    assert desk.post(address, form | {"decision-shown": shown, "decision-reason": "weighed twice"}).status_code == 302
