"""HZ-VIT-03: readings that one slip of a digit explains are asked about (live-session reference, section 2)."""

import pytest

from keel.assessment.session.slips import slips
from keel.knowledge import load

CUTS = load().session_rules["session"].cuts


@pytest.mark.parametrize(
    ("typed", "last", "meant"),
    [
        (181, 118, 118),  # two digits exchanged
        (12, 121, 122),  # one digit left out: a value near the last, whichever is nearest
        (1181, 118, 118),  # one digit too many
        (118, 118, None),
        (150, 118, None),  # 27 % off: within 30 %
        (190, 118, 109),  # 109 lies 7.6 % from 118
        (200, 118, None),  # no slip of 200 lies within a tenth of 118
    ],
)
def test_a_slip_is_found_where_one_digit_explains_it(typed, last, meant):
    found = slips({"sbp": typed}, {"sbp": last}, CUTS)
    if meant is None:
        assert found == ()
    else:
        assert abs(found[0].meant - last) <= 0.1 * last
        assert [one.typed for one in found] == [typed]


def test_a_lower_pressure_that_is_not_below_the_upper_is_asked_about():
    assert [(one.sign, one.meant) for one in slips({"sbp": 90, "dbp": 90}, {}, CUTS)] == [("dbp", None)]
    assert slips({"sbp": 120, "dbp": 80}, {}, CUTS) == ()


def test_without_a_last_value_nothing_is_near():
    assert slips({"hr": 180}, {}, CUTS) == ()
