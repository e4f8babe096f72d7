"""What must hold of every amount."""

from hypothesis import given
from hypothesis import strategies as st

from keel.quantities import (
    Interval,
    QuantityError,
    convert,
    interval_text,
    number_text,
    parse_amount_mg,
    parse_quantity,
)

finite = st.floats(min_value=1e-6, max_value=1e9, allow_nan=False)


@given(
    finite,
    st.sampled_from(
        [("mg", "g"), ("ug", "mg"), ("ng/mL", "mg/L"), ("h", "min"), ("[lb_av]", "kg"), ("mg/h", "mg/min")]
    ),
)
def test_converting_there_and_back_gives_the_same_number(value, units):
    there, back = units
    assert abs(convert(convert(value, there, back), back, there) - value) <= 1e-12 * value


@given(finite)
def test_what_is_printed_is_read_again(value):
    assert abs(parse_amount_mg(f"{value:.17g} mg") - value) <= 1e-12 * value


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fall_over(text):
    try:
        parse_quantity(text)
    except QuantityError as error:
        assert str(error)


@given(finite)
def test_printed_numbers_have_no_exponent(value):
    assert "e" not in number_text(value)


@given(finite, finite, finite)
def test_interval_sums_keep_their_order(a, b, c):
    low, mid, high = sorted((a, b, c))
    total = Interval(low, mid, high) + Interval(low, mid, high)
    assert total.low <= total.mid <= total.high
    assert interval_text(total)
