"""Sentences of other facts (conflicts, judged statements, cautions) in the languages of the pages.

Rows of data/translations/<language>.csv, by the English sentence. Texts, cards, tools and small words are not here:
they are written in each language by themselves. A row whose English is no longer said anywhere is reported by the
knowledge check, so that a changed sentence is translated again.
"""

from pathlib import PurePosixPath

import msgspec

from keel.knowledge.files import Folders


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An English sentence of the facts as it is said in another language."""

    english: str
    said: str


def read_translations(folders: Folders) -> dict[str, Translation]:
    """Every translation by `<language>/<English sentence>`."""
    found: dict[str, Translation] = {}
    for name in folders.files("translations/*.csv"):
        lang = PurePosixPath(name).stem
        for english, row in folders.table(name, Translation, key="english").items():
            found[f"{lang}/{english}"] = row
    return found
