"""No test passes because its loop went through nothing."""

from pathlib import Path

import pytest

from support.loops import loops_that_may_be_empty, some

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_loop_that_holds_the_only_asserts_is_not_empty():
    found = {
        file.relative_to(TESTS).as_posix(): loops
        for file in some(TESTS.rglob("test_*.py"))
        if (loops := loops_that_may_be_empty(file.read_text(encoding="utf-8")))
    }
    assert found == {}, "take the list through support.loops.some, or assert something outside the loop"


@pytest.mark.parametrize(
    ("loop", "may_be_empty"),
    [
        ("for one in found(): assert one", True),
        ("for one in some(found()): assert one", False),
        ("for one in (1, 2): assert one", False),
        ("for one in []: assert one", True),
        ("for one in ONES.values(): assert one", False),
        ("for one in NONE: assert one", True),
        ("for one in (1, 2):\n  for other in one: assert other", True),
        ("for one in (1, 2):\n  assert one\n  for other in one: assert other", False),
        ("for one in found(): assert one\n assert True", False),
        ("with it:\n  for one in found(): assert one", True),
    ],
)
def test_what_counts_as_such_a_loop(loop, may_be_empty):
    code = f"ONES = {{1: 2}}\nNONE = ()\ndef test_x():\n {loop}\n"
    assert bool(loops_that_may_be_empty(code)) is may_be_empty
