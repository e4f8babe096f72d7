"""Derives the compact table of medicine names that Keel ships from three open vocabularies.

    python scripts/build_vocabulary.py FOLDER

FOLDER holds unii_names_cut.csv (FDA UNII, US public domain), drugbank_open_vocabulary.csv (CC0) and the dm+d files
dmd_vtm_*.xml and dmd_ingredient_*.xml (Open Government Licence v3). Written beside the other knowledge files:

- vocabulary/names.csv: each name, what it contains, where the name comes from. What Keel holds interactions on is
  called by the name of its row, so a brand that only UNII knows still finds the interaction.
- vocabulary/everyday-words.txt: English words that are no medicine, from the frequency list inside symspellpy.

Left out: industrial, food and allergen names, research codes, Latin forms, names that are ordinary words.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import symspellpy

from keel.assessment.interactions.names import hand_written_names
from keel.assessment.interactions.reading import name_key
from keel.assessment.interactions.spelling import Spelling
from keel.knowledge import load
from keel.knowledge.files import PACKAGED

EVERYDAY_RANK = 20_000  # the commonest English words: never read as a medicine unless a list of ours says so
MOST_WORDS = 4  # the recogniser reads names of up to four words
CODE = re.compile(r"^[A-Za-z]{1,6}[- ]?\d|^\d")
STRANGE = re.compile(r"[\[\](){}:<>%#\"]|.{41,}")
NO_MEDICINE = re.compile(
    r"\b(pollen|allergen\w*|venom|dander|feather|hair|fruit|seed|leaf|bark|root|flower|nut|meat|fish|crab|shrimp|fungus|"
    r"mold|hydrolyzed|wax|dye|red|yellow|blue|violet|orange|green|black|brown|perfume|resin|polymer|glycol\w*|peg|"
    r"homeopathic|invalid|bone|milk|egg|wool)\b",
    re.IGNORECASE,
)


class Vocabulary:
    """Names gathered so far: key to spelling, contents and source; the first to claim a key keeps it."""

    def __init__(self, hand_written: dict[str, tuple[str, ...]], salts: frozenset[str]) -> None:
        self.hand_written, self.salts = hand_written, salts
        self.names: dict[str, tuple[str, tuple[str, ...], str]] = {}

    def base(self, name: str) -> str:
        """The key of a name without its salt words (all of them kept where nothing else would be left)."""
        words = name_key(name).split()
        return " ".join(word for word in words if word not in self.salts) or " ".join(words)

    def contents(self, name: str) -> tuple[str, ...] | None:
        """What a generic name contains, if it is known already."""
        for key in (name_key(name), self.base(name)):
            if key in self.hand_written:
                return self.hand_written[key]
            if key in self.names:
                return self.names[key][1]
        return None

    def add(self, name: str, contents: tuple[str, ...], source: str) -> None:
        """Keeps a name unless it is known, or is no name that a person would type."""
        key = name_key(name)
        words = key.split()
        usable = 1 <= len(words) <= MOST_WORDS and len(key) >= 4 and not STRANGE.search(name) and key.isascii()
        if usable and key not in self.hand_written:
            self.names.setdefault(key, (" ".join(name.lower().split()), contents, source))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=PACKAGED / "vocabulary")
    arguments = parser.parse_args()
    english = english_words()
    vocabulary = gather(arguments.folder, english)
    write_names(arguments.out / "names.csv", vocabulary)
    write_everyday(arguments.out / "everyday-words.txt", vocabulary, english)
    return 0


def gather(folder: Path, english: dict[str, int]) -> Vocabulary:
    """All usable names of the three vocabularies."""
    knowledge = load()
    salts = frozenset(word.word for word in knowledge.dose_words.values() if word.kind == "salt")
    vocabulary = Vocabulary(hand_written_names(knowledge), salts)
    moieties = list(dmd_names(folder, "dmd_vtm_*.xml"))
    british = {name_key(name) for name in moieties}
    substances = add_drugbank(vocabulary, folder, lambda key: key in english and key not in british)
    for name in [*moieties, *dmd_names(folder, "dmd_ingredient_*.xml")]:
        add_moiety(vocabulary, name, english, british)
    add_unii(vocabulary, folder, substances, english)
    return vocabulary


def dmd_names(folder: Path, pattern: str) -> Iterator[str]:
    """Names in dm+d files that are in use."""
    for path in sorted(folder.glob(pattern)):
        for entry in re.findall(r"<(?:VTM|ING)>.*?</(?:VTM|ING)>", path.read_text(encoding="utf-8"), re.DOTALL):
            name = re.search(r"<NM>(.*?)</NM>", entry)
            if name and "INVALID>" not in entry and not NO_MEDICINE.search(name.group(1)):
                yield name.group(1).replace("&amp;", "&")


def add_moiety(vocabulary: Vocabulary, name: str, english: dict[str, int], british: set[str]) -> None:
    """A dm+d name: one substance, or several joined by a plus sign, which then are what it contains."""
    parts = [part.strip() for part in name.split(" + ")]
    if len(parts) == 1 and name_key(name) in english and name_key(name) not in british:
        return
    contents = [vocabulary.contents(part) or (part.lower(),) for part in parts]
    if not CODE.match(name) and (len(parts) > 1 or vocabulary.base(name) == name_key(name)):
        vocabulary.add(name.replace(" + ", " "), merged(contents), "dmd")


def add_drugbank(vocabulary: Vocabulary, folder: Path, is_everyday: object) -> dict[str, tuple[str, ...]]:
    """DrugBank's common names and INN synonyms; answers with what each UNII contains."""
    substances: dict[str, tuple[str, ...]] = {}
    rows = [row for row in read(folder / "drugbank_open_vocabulary.csv") if row["UNII"]]
    rows = [row for row in rows if not (CODE.match(row["Common name"]) or NO_MEDICINE.search(row["Common name"]))]
    for row in rows:
        name = row["Common name"]
        known = vocabulary.contents(name)
        if known is None and (STRANGE.search(name) or is_everyday(name_key(name))):  # type: ignore[operator]
            continue
        substances[row["UNII"]] = known or (name.lower(),)
        if known is None:
            vocabulary.add(name, substances[row["UNII"]], "drugbank")
    for row in rows:
        for synonym in row["Synonyms"].split(" | "):
            if row["UNII"] in substances and is_inn(synonym) and not is_everyday(name_key(synonym)):  # type: ignore[operator]
                vocabulary.add(synonym, substances[row["UNII"]], "drugbank")
    return substances


def is_inn(synonym: str) -> bool:
    """Whether a synonym looks like a name in some language rather than a formula, a code or Latin."""
    return (
        re.fullmatch(r"[^\W\d_]{4,}(?: [^\W\d_]{3,})?", synonym) is not None
        and not synonym.lower().endswith("um")
        and not NO_MEDICINE.search(synonym)
    )


def add_unii(
    vocabulary: Vocabulary, folder: Path, substances: dict[str, tuple[str, ...]], english: dict[str, int]
) -> None:
    """UNII brands and combination products of what is known to be a medicine."""
    rows = list(read(folder / "unii_names_cut.csv"))
    combined: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    brands: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        contents = vocabulary.contents(row["display_name"]) or substances.get(row["unii"])
        product, component, _ = row["name"].partition(" COMPONENT ")
        if component and not re.search(r"\d|MIXTURE", product):
            combined[product].append(contents or (row["display_name"].lower(),))
        elif contents and row["type"] == "bn" and is_brand(row["name"], english):
            brands[row["name"]].add(contents)
    for product, parts in combined.items():
        if any(vocabulary.contents(part[0]) for part in parts) and name_key(product) not in english:
            vocabulary.add(product, merged(parts), "unii")
    for brand, choices in brands.items():
        if len(choices) == 1:
            vocabulary.add(brand, choices.pop(), "unii")
        else:  # one brand of different substances: any may be meant, so all are named
            vocabulary.add(brand, merged(sorted(choices)), "unii")


def is_brand(name: str, english: dict[str, int]) -> bool:
    """Whether a brand is one that a person would type and that is no ordinary word."""
    return (
        re.fullmatch(r"[A-Z][A-Z' -]{3,}", name) is not None
        and len(name_key(name).split()) <= 2
        and name_key(name) not in english
        and not NO_MEDICINE.search(name)
    )


def merged(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All contents once, in order."""
    return tuple(dict.fromkeys(name for part in parts for name in part))


def english_words() -> dict[str, int]:
    """English words by rank, commonest 0, from the frequency list that symspellpy carries."""
    path = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
    counted = [line.split() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    counted.sort(key=lambda pair: -int(pair[1]))
    return {name_key(word): rank for rank, (word, _) in enumerate(counted)}


def read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def write_names(path: Path, vocabulary: Vocabulary) -> None:
    rows = sorted((name, ";".join(contents), source) for name, contents, source in vocabulary.names.values())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "contains", "source"])
        # a name that contains itself needs no second spelling
        writer.writerows((name, "" if contents == name else contents, source) for name, contents, source in rows)
    print(f"{path.name}: {len(rows)} names", file=sys.stderr)


def write_everyday(path: Path, vocabulary: Vocabulary, english: dict[str, int]) -> None:
    """The commonest words, and any rarer word that a misspelling of a medicine could be taken for."""
    names = vocabulary.hand_written.keys() | vocabulary.names.keys()
    spelling = Spelling(names)
    words = sorted(
        word
        for word, rank in english.items()
        if word.isalpha() and word not in names and (rank < EVERYDAY_RANK or spelling.near(word))
    )
    path.write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(words)} words", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
