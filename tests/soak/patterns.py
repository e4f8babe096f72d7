"""Generated patterns of use, a hundred thousand of them, against a slow sum of their meaning (HZ-CHK-01)."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

from keel.knowledge import load
from soak.figures import Figure
from support.told_patterns import Speaker, differences

MANY = 50_000
"""Texts of each language."""
MOST_REFUSED = 0.02
AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


def figures(folder: Path) -> Iterator[Figure]:
    """Texts with a wrong figure and texts refused, of each language, and the mean time with the sums."""
    del folder
    for language in sorted(load().phrases):
        speaker, wrong, refused = Speaker(language, seed=1), list[str](), 0
        started = time.process_time()
        for _ in range(MANY):
            told = speaker.told()
            found = differences(told, language, AT)
            refused += found is None
            wrong += [told.text] if found else []
        took = (time.process_time() - started) / MANY * 1000
        for text in wrong[:10]:
            print(f"  wrong: {text}")
        yield Figure(f"{language}: texts with a wrong figure", len(wrong), "texts", 0)
        yield Figure(f"{language}: texts refused", refused, "texts", MANY * MOST_REFUSED)
        yield Figure(f"{language}: one text, read and summed", took, "ms", 50)
