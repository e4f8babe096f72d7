"""Word lists of data/vocabulary/ that are read without a shape, for speed: names of medicines, everyday words."""

import csv

from keel.knowledge.errors import FactsFileError
from keel.knowledge.files import Folders


def read_medicine_names(folders: Folders) -> dict[str, tuple[str, ...]]:
    """Names of medicines beyond Keel's own table, to what they contain: those of lists, then those typed by hand.

    An empty second cell means that the name is its own substance.
    """
    found = folders.files("vocabulary/*names.csv")
    names: dict[str, tuple[str, ...]] = {}
    for path in (*found["vocabulary/names.csv"], *found["vocabulary/common-names.csv"]):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, [])[:2] != ["name", "contains"]:
                raise FactsFileError(f"vocabulary/{path.name}: the first line must be name,contains. Fix it.")
            names.update((row[0], tuple(row[1].split(";")) if row[1] else (row[0],)) for row in rows)
    return names


def read_combinations(folders: Folders) -> dict[str, tuple[str, ...]]:
    """Products of which a vocabulary lists two components or more, by their key, to these."""
    paths = folders.files("vocabulary/combinations.csv")["vocabulary/combinations.csv"]
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            found.update((row["name"], tuple(row["contains"].split(";"))) for row in csv.DictReader(file, strict=True))
    return found


def read_everyday_words(folders: Folders) -> frozenset[str]:
    """Ordinary English words, never guessed to be a misspelt medicine."""
    paths = folders.files("vocabulary/everyday-words.txt")["vocabulary/everyday-words.txt"]
    return frozenset(word for path in paths for word in path.read_text(encoding="utf-8").split())
