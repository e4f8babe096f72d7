"""Sentences of other facts (conflicts, judged statements, cautions, interactions) in the languages of the pages.

Rows of data/translations/<language>.csv, by the English sentence. Texts, cards, tools and small words are not here:
they are written in each language by themselves. Names of medicines are rows of data/substance-names/<language>.csv; one
that is not there is called the same in that language. A row whose English is no longer said anywhere is reported by the
knowledge check, so that a changed sentence is translated again.
"""

import re
from pathlib import PurePosixPath

import msgspec

from keel.knowledge.files import Folders

_END = re.compile(r"(?<!\.)\. (?=[A-Z“])")


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An English sentence of the facts as it is said in another language."""

    english: str
    said: str


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the full stop at the end of the last.

    >>> sentences("Single doses change little. With regular use, 2.4-fold.")
    ['Single doses change little', 'With regular use, 2.4-fold']
    """
    return _END.split(text.strip().removesuffix("."))


def read_translations(folders: Folders, folder: str = "translations") -> dict[str, Translation]:
    """Every translation of a folder by `<language>/<English>`."""
    found: dict[str, Translation] = {}
    for name in folders.files(f"{folder}/*.csv"):
        lang = PurePosixPath(name).stem
        for english, row in folders.table(name, Translation, key="english").items():
            found[f"{lang}/{english}"] = row
    return found
