"""Derives the compact table of medicine names that Keel ships from three open vocabularies.

    python scripts/build_vocabulary.py FOLDER

FOLDER holds unii_names_cut.csv (FDA UNII, US public domain), drugbank_open_vocabulary.csv (CC0) and the dm+d files
dmd_vtm_*.xml and dmd_ingredient_*.xml (Open Government Licence v3). Written beside the other knowledge files:

- vocabulary/names.csv: each name, what it contains, where the name comes from. What Keel holds interactions on is
  called by the name of its row, so a brand that only UNII knows still finds the interaction.
- vocabulary/combinations.csv: products of which UNII lists two components or more, and these.
- vocabulary/everyday-words.txt: English words that are not a medicine, from the frequency list inside symspellpy.

Left out: industrial, food and allergen names, research codes, Latin forms, names that are ordinary words.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path

import symspellpy

from keel.assessment.interactions.names import own_keys, own_names
from keel.assessment.interactions.spelling import Spelling
from keel.assessment.interactions.typed_list import name_key
from keel.knowledge import load
from keel.knowledge.files import PACKAGED

EVERYDAY_RANK = 20_000  # the commonest English words: never read as a medicine unless a list of ours says so
CHEMICAL_RANK = 5_000  # words as common as these are ordinary even where they also name a substance
MOST_WORDS = 4  # the recogniser reads names of up to four words
CODE = re.compile(r"^[A-Za-z]{1,6}[- ]?\d|^\d")
STRANGE = re.compile(r"[\[\](){}:<>%#\"]|.{41,}")
MANY_ALCOHOLS = frozenset({"alcohol", "spirit", "spirits"})  # "benzyl alcohol" is not the drink
STEMS = re.compile(  # of WHO's international names and of street chemistry
    r"azepam|zolam(?!id)|barbital|barbit|fentan|morphin|morphon|codone|codeine|orphanol|methadol|azocine|phylline|"
    r"gabalin|gabapent|ketamin|cyclidine|nitazen|amphetamin|amfetamin|cathin|metrazine|phenidate|oxybate|lorexant|"
    r"triptyline|pramine|perone$|peridol|(?<!dom)peridone|[atz]apine$|promazin|phenazine$|(?<!pi)perazine$|triptan|"
    r"methadon|mebanazin|pheniprazin|phenoxypropazin|hydrazin$|pivhydra|pivalylbenz|safrazin|mazine$|etymemaz|butrazin|"
    r"dimetotiazin|niaprazin|heptazin|apronal|bromural|carbromal|chloral|"
    r"curium|curonium|flurane|(?<!tedu)glutide|barb$|cannabin"
)
INDUSTRIAL = re.compile(
    r"stearate|laur[iy]l|betaine|glyceryl|polysorb|paraben|siloxane|ethicone|oleth|laureth|ceteth|steareth|carbomer|"
    r"cellulose|zeolite|silic|sulfonate|phthalate|acrylate|nonoxynol|octoxynol|cocam|edet|paraffin|petrolatum|phenate|"
    r"thrin\b|methyl bromide|hypochlorite|formaldehyde|chlorophenol|naphthalene|benzoate"
)
NO_MEDICINE = re.compile(
    r"\b(pollen|allergen\w*|venom|dander|feather|hair|fruit|seed|leaf|bark|root|flower|nut|meat|fish|crab|shrimp|fungus|"
    r"mold|hydrolyzed|wax|dye|red|yellow|blue|violet|orange|green|black|brown|perfume|resin|polymer|glycol\w*|peg|"
    r"homeopathic|invalid|water|bone|milk|egg|wool)\b",
    re.IGNORECASE,
)


class Vocabulary:
    """Names gathered so far: key to contents and source; the first to claim a key keeps it.

    `own` are the names in Keel's own tables and what they contain; `taken` are these and the names there that a person
    must confirm. They always win.
    """

    def __init__(self, own: dict[str, tuple[str, ...]], taken: Set[str], salts: frozenset[str]) -> None:
        self.own, self.taken, self.salts = own, taken, salts
        self.substances = {substance for contents in own.values() for substance in contents}
        self.names: dict[str, tuple[tuple[str, ...], str]] = {}
        self.combinations: dict[str, tuple[str, ...]] = {}

    def base(self, name: str) -> str:
        """The key of a name without its salt words (all of them kept where nothing else would be left)."""
        words = name_key(name).split()
        return " ".join(word for word in words if word not in self.salts) or " ".join(words)

    def contents(self, name: str) -> tuple[str, ...] | None:
        """What a generic name contains, if it is known already."""
        for key in (name_key(name), self.base(name)):
            if key in self.own:
                return self.own[key]
            if key in self.names:
                return self.names[key][0]
        return None

    def add(self, name: str, contents: tuple[str, ...], source: str) -> None:
        """Keeps a name unless it is known, or is not a name that a person would type."""
        key = name_key(name)
        words = key.split()
        usable = 1 <= len(words) <= MOST_WORDS and len(key) >= 4 and not STRANGE.search(name) and key.isascii()
        if usable and key not in self.taken and not self._hides(words, contents):
            self.names.setdefault(key, (contents, source))

    def _hides(self, words: list[str], contents: tuple[str, ...]) -> bool:
        """Whether a name with nothing on file has inside it the name of something with an interaction.

        "hypericum liquid extract" must go on being read as hypericum. A name whose stem says that it belongs to a class
        with an interaction ("cinazepam") is hidden too: not recognised is the honest answer to it.
        """
        if any(substance in self.substances for substance in contents):
            return False
        if any(STEMS.search(word) for word in words):
            return True
        stretches = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
        return any(stretch in self.own and stretch not in MANY_ALCOHOLS for stretch in stretches)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=PACKAGED / "vocabulary")
    arguments = parser.parse_args()
    english = english_words()
    vocabulary = gather(arguments.folder, english)
    write_names(arguments.out / "names.csv", vocabulary)
    write_combinations(arguments.out / "combinations.csv", vocabulary)
    chemical = set(chemical_words(arguments.folder))
    write_everyday(arguments.out / "everyday-words.txt", vocabulary, english, chemical)
    return 0


def gather(folder: Path, english: dict[str, int]) -> Vocabulary:
    """All usable names of the three vocabularies."""
    knowledge = load()
    salts = frozenset(word.word for word in knowledge.dose_words.values() if word.kind == "salt")
    vocabulary = Vocabulary(own_names(knowledge), own_keys(knowledge), salts)
    moieties = list(dmd_names(folder, "dmd_vtm_*.xml"))
    british = {name_key(name) for name in moieties}
    substances = add_drugbank(vocabulary, folder, lambda key: key in english and key not in british)
    for name in [*moieties, *dmd_names(folder, "dmd_ingredient_*.xml")]:
        add_moiety(vocabulary, name, english, british)
    add_unii(vocabulary, folder, substances, medicinal(vocabulary, folder, british), english)
    return vocabulary


def medicinal(vocabulary: Vocabulary, folder: Path, british: set[str]) -> set[str]:
    """Substances that are medicines: on file, named as British ones, or with an international (Latin) name."""
    latin = {
        (vocabulary.contents(row["Common name"]) or (row["Common name"].lower(),))[0]
        for row in read(folder / "drugbank_open_vocabulary.csv")
        if any(synonym.lower().endswith("um") for synonym in row["Synonyms"].split(" | "))
    }
    known = {name for key in british for name in vocabulary.contents(key) or ()}
    return {name for name in vocabulary.substances | latin | known if not INDUSTRIAL.search(name)}


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


def add_drugbank(
    vocabulary: Vocabulary, folder: Path, is_everyday: Callable[[str], bool]
) -> dict[str, tuple[str, ...]]:
    """DrugBank's common names and INN synonyms; answers with what each UNII contains."""
    substances: dict[str, tuple[str, ...]] = {}
    rows = [row for row in read(folder / "drugbank_open_vocabulary.csv") if row["UNII"]]
    rows = [row for row in rows if not (CODE.match(row["Common name"]) or NO_MEDICINE.search(row["Common name"]))]
    for row in rows:
        name = row["Common name"]
        known = vocabulary.contents(name) or own_by_synonym(vocabulary, row["Synonyms"])
        if known is None and (STRANGE.search(name) or is_everyday(name_key(name))):
            continue
        substances[row["UNII"]] = known or (name.lower(),)
        vocabulary.add(name, substances[row["UNII"]], "drugbank")
    for row in rows:
        for synonym in row["Synonyms"].split(" | "):
            if row["UNII"] in substances and is_inn(synonym) and not is_everyday(name_key(synonym)):
                vocabulary.add(synonym, substances[row["UNII"]], "drugbank")
    return substances


def own_by_synonym(vocabulary: Vocabulary, synonyms: str) -> tuple[str, ...] | None:
    """What Keel's own tables call a substance that DrugBank spells otherwise ("isoetharine", "isoetarine")."""
    own = (vocabulary.own.get(name_key(synonym)) for synonym in synonyms.split(" | ") if is_inn(synonym))
    return next((contents for contents in own if contents), None)


def is_inn(synonym: str) -> bool:
    """Whether a synonym looks like a name in some language rather than a formula, a code or Latin."""
    return (
        re.fullmatch(r"[^\W\d_]{5,}(?: [^\W\d_]{3,})?", synonym) is not None
        and not synonym.lower().endswith("um")
        and not NO_MEDICINE.search(synonym)
    )


def add_unii(
    vocabulary: Vocabulary,
    folder: Path,
    substances: dict[str, tuple[str, ...]],
    medicines: set[str],
    english: dict[str, int],
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
        elif contents and row["type"] == "bn" and medicines.issuperset(contents) and is_brand(row["name"], english):
            brands[row["name"]].add(contents)
    vocabulary.combinations = {name_key(product): merged(parts) for product, parts in combined.items()}
    for product, parts in combined.items():
        if any(vocabulary.contents(part[0]) for part in parts) and name_key(product) not in english:
            vocabulary.add(product, merged(parts), "unii")
    for brand, choices in brands.items():
        if len(choices) == 1:
            vocabulary.add(brand, choices.pop(), "unii")
        else:  # one brand of different substances: any may be meant, so all are named
            vocabulary.add(brand, merged(sorted(choices)), "unii")


def is_brand(name: str, english: dict[str, int]) -> bool:
    """Whether a brand is one that a person would type and that is not an ordinary word."""
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
    rows = sorted((name, ";".join(contents), source) for name, (contents, source) in vocabulary.names.items())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "contains", "source"])
        # a name that contains itself needs no second spelling
        writer.writerows(
            (name, "" if ";" not in contents and name_key(contents) == name else contents, source)
            for name, contents, source in rows
        )
    print(f"{path.name}: {len(rows)} names", file=sys.stderr)


def write_combinations(path: Path, vocabulary: Vocabulary) -> None:
    """Every product of which UNII lists two components or more: `keel knowledge check` holds the brands against it."""
    rows = sorted((name, ";".join(parts)) for name, parts in vocabulary.combinations.items() if len(parts) > 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "contains"])
        writer.writerows(rows)


def chemical_words(folder: Path) -> Iterator[str]:
    """Keys of every single word that names a substance somewhere: not recognised rather than passed over."""
    for row in read(folder / "drugbank_open_vocabulary.csv"):
        yield from (name_key(name) for name in (row["Common name"], *row["Synonyms"].split(" | ")))
    for row in read(folder / "unii_names_cut.csv"):
        if row["type"] == "of":
            yield name_key(row["name"])


def write_everyday(path: Path, vocabulary: Vocabulary, english: dict[str, int], chemical: set[str]) -> None:
    """The commonest words, and any rarer word that a misspelling of a medicine could be taken for.

    A rarer word that names a substance is left out, so that it is reported and not passed over.
    """
    names = vocabulary.own.keys() | vocabulary.names.keys()  # a name that needs confirming is an ordinary word too
    spelling = Spelling(names)
    words = sorted(
        word
        for word, rank in english.items()
        if word.isalpha()
        and word not in names
        and (rank < CHEMICAL_RANK or word not in chemical)
        and (rank < EVERYDAY_RANK or spelling.near(word))
    )
    path.write_text("\n".join(words) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(words)} words", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
