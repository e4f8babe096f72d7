"""The country is chosen, or told by the browser's language; it is never guessed."""

import pytest

from keel import knowledge
from keel.web.directory.queries import country_in


@pytest.mark.parametrize(
    ("header", "country"),
    [
        ("en-GB,en;q=0.9", "GB"),
        ("en-US", "US"),
        ("en,de-AT;q=0.8", "AT"),
        ("zh-Hant-TW", "TW"),
        ("pt-br, en-ie", "IE"),  # the directory has nothing for Brazil
        ("en", ""),  # a language is not a country
        ("*", ""),
        ("", ""),
        ("en-GB'; DROP TABLE", ""),
    ],
)
def test_a_region_in_the_language_tells_the_country(header, country):
    assert country_in(header, knowledge.load()) == country
