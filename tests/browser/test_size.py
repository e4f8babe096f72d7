"""The first view is small enough for an old phone on a poor line."""

import pytest

from support.browsing import LIMIT_BYTES, received_bytes


@pytest.mark.parametrize("path", ["/", "/check/", "/help/", "/evidence/"])
def test_the_first_view_is_under_60_kb_compressed(open_page, path):
    assert 2_000 < received_bytes(open_page("/about/"), path) < LIMIT_BYTES


def test_targets_are_large_enough_for_a_thumb(open_page):
    """44 pixels high, but for links within running text, which WCAG 2.2 exempts."""
    page = open_page("/check/", has_touch=True, is_mobile=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                "a, button, select, textarea, input:not([type=hidden]), summary, label.choice")]
            .filter(one => one.offsetParent && !one.closest("p:not(.examples), .unseen, .skip"))
            .filter(one => one.matches("label") || !one.closest("label.choice"))  // the whole label is the target
            .map(one => [one.outerHTML.slice(0, 80), (one.labels?.[0]?.contains(one) ? one.labels[0] : one)])
            .map(([html, target]) => [html, target.getBoundingClientRect().height])
            .filter(([_, height]) => height < 44)"""
    )
    assert small == []
