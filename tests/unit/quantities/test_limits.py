"""HZ-AVL-01: 20,000 digits took 36 s in the patterns of amounts."""

import pytest

from keel.quantities import (
    LONGEST,
    QuantityError,
    parse_amount_interval_mg,
    parse_amount_mg,
    parse_duration_min,
    parse_number,
    parse_unit,
)


@pytest.mark.parametrize(
    "parse", [parse_amount_mg, parse_amount_interval_mg, parse_duration_min, parse_number, parse_unit]
)
def test_a_text_longer_than_any_amount_is_refused_and_only_its_beginning_is_quoted(parse):
    with pytest.raises(QuantityError) as refused:
        parse("1" * 20_000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1 hour and 30 minutes", 90), ("about 1 h 30 min", 90), ("1,5 h", 90), ("½ h", 30), ("1/2 h", 30), ("90", None)],
)
def test_the_patterns_read_what_they_read_before(text, minutes):
    if minutes is None:
        with pytest.raises(QuantityError):
            parse_duration_min(text)
    else:
        assert parse_duration_min(text) == minutes


def test_an_amount_may_be_as_long_as_the_limit():
    assert parse_amount_mg("35" + " " * (LONGEST - 4) + "mg") == 35
