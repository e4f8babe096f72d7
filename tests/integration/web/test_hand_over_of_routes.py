"""HZ-DOSE-08: the page to hand over keeps routes apart as the page, the command and the JSON do."""

import datetime as dt

from keel.assessment.picture import picture_of
from keel.assessment.strategies.facts import SelfReport
from keel.exposure import parse_pattern
from keel.knowledge import load
from keel.record import Record
from keel.web.check.handover import handover_of
from keel.web.check.picture import CheckPicture

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def test_the_page_to_hand_over_has_a_line_for_each_route_and_the_assumption():
    told = [
        one
        for text in ("300 mg racemic weekly for 1 year, oral", "35 mg racemic IV monthly for 1 year in a clinic")
        for one in parse_pattern(text, at=AT, knowledge=load())
    ]
    record = Record(patterns=tuple(told))
    picture = picture_of(record, at=AT, knowledge=load())
    page = handover_of(CheckPicture(picture, load(), record=record, self_report=SelfReport()), {}, knowledge=load())
    exposure = next(part for part in page.parts if part.heading == "Exposure")
    rows = {row.name: row.value for row in exposure.rows}
    assert rows["By mouth, swallowed"].startswith("300 mg a session; 15,600 mg a year")
    assert rows["By vein"].startswith("35 mg a session; 420 mg a year")
    assert rows["Absorbed, all routes"].startswith("3,070 to 4,630 mg a year")  # 0.17 to 0.27 of 15,600, and 420
    assert rows["Assumption"] == str(picture.exposure.assumption)
    assert page.scale is None  # a scale of one mark would be of one route
    assert not any("16,020" in value for value in rows.values())  # their sum as taken
