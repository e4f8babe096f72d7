"""What readers of files need to know: codes with their meaning, and the limits beyond which they ask.

Rows of data/reading/codes.csv and the document data/reading/limits.toml.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id, Number

NDC = "http://hl7.org/fhir/sid/ndc"


class CodeKind(StrEnum):
    """What a code says."""

    MEASURE = "measure"
    """What was measured."""
    SUBSTANCE = "substance"
    """One of the ketamine family."""
    ROUTE = "route"
    PREGNANCY = "pregnancy"
    """The answer to whether pregnant."""
    SEX = "sex"
    YES_NO = "yes_no"
    """The answer to a question of yes or no."""
    RISK_LEVEL = "risk_level"
    """How high a risk was judged: none, low, moderate, high."""
    FAMILY_STEM = "family_stem"
    """Letters with which names of the ketamine family are built: what holds them may be one that Keel does not know."""
    NOTHING_KNOWN = "nothing_known"
    """No medicine and no problem: `none` known, `no_information`, or `uncoded`: words may say what has no code."""
    DRUG_TYPE = "drug_type"
    """By which record a table knows of a medicine: `administered`, `ordered`, `reported`."""
    CODE_SYSTEM = "code_system"
    """Another name of a code system; `means` is the address under which its codes stand in the table."""


class ReadingCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code or name and what Keel takes it to mean: a row of reading/codes.csv.

    `system` is a code system's address, or `name` where `code` is a word that people and files write. `means` is an id
    of Keel. `unit` is the UCUM unit in which a measure is kept, `unit_words` are other spellings of it in lower case;
    `words` are names for the measure, route or substance in a Keel record.
    """

    id: Id
    system: str
    code: str
    kind: CodeKind
    means: str
    title: str
    unit: str
    unit_words: tuple[str, ...]
    words: tuple[str, ...]
    sources: tuple[str, ...]
    certainty: Certainty


class CodeTable(dict[str, ReadingCode]):
    """The codes by id, and by what they say: looked up by system and code, or by a word."""

    def __init__(self, rows: Mapping[str, ReadingCode]) -> None:
        super().__init__(rows)
        known = {row.system: row.system for row in rows.values() if "://" in row.system}
        others = {row.code: row.means for row in rows.values() if row.kind is CodeKind.CODE_SYSTEM}
        self._systems = {_plain_address(name): address for name, address in (known | others).items()}
        self._by_code = {
            (row.kind, row.system, code): row for row in rows.values() for code in _ways_to_write(row.system, row.code)
        }
        self._by_word = {(row.kind, word.casefold()): row for row in rows.values() for word in row.words}

    def coded(self, kind: CodeKind, system: str, code: str) -> ReadingCode | None:
        """The row of a code in its system, by address or by OID; None where it is not known."""
        return self._by_code.get((kind, self.system_of(system), code))

    def system_of(self, name: str) -> str:
        """The address of a code system that goes by it or by its OID; the name itself where it is not known.

        Case, `https`, a slash behind it, and the edition of SNOMED CT make no other system.
        """
        return self._systems.get(_plain_address(name), name)

    def named(self, kind: CodeKind, word: str) -> ReadingCode | None:
        """The row that goes by a word, whatever its case; None where it is not known."""
        return self._by_word.get((kind, " ".join(word.split()).casefold()))

    def words(self, kind: CodeKind) -> tuple[str, ...]:
        """Every word of a kind, sorted."""
        return tuple(sorted(word for row_kind, word in self._by_word if row_kind is kind))


@lru_cache(maxsize=4096)
def _plain_address(name: str) -> str:
    plain = re.sub(r"^(?:urn:oid:|https?://)(?:www\.)?|/+$", "", name.strip().casefold())
    return re.sub(r"^(snomed\.info/sct)/.*", r"\1", plain)


def _ways_to_write(system: str, code: str) -> tuple[str, ...]:
    """The code, and for one of the US National Drug Code its 10 and 11 digits with and without hyphens."""
    parts = code.split("-")
    if system != NDC or len(parts) != 3:
        return (code,)
    labeler, product, package = parts
    long = (labeler.zfill(5), product.zfill(4), package.zfill(2))
    return tuple(dict.fromkeys((code, "".join(parts), "-".join(long), "".join(long))))


class PossibleRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Between which values a living person's sign or size can lie; outside, the value is a slip and not a fact."""

    low: float
    high: float
    unit: str
    certainty: Certainty
    sources: tuple[str, ...] = ()
    note: str = ""


class ReadingLimits(Document, frozen=True, kw_only=True):
    """Limits of reading/limits.toml, all defaults of ours."""

    possible: dict[str, PossibleRange]
    """What a code means (`weight`, `systolic`), or `age`, to the values that are possible, for all readers."""

    largest_file: Number
    """Bytes."""
    most_a_day: Number
    """Grams a day beyond which a note asks whether the amounts are right."""
    doubtful_multiple: Number
    """Times the plan of its protocol above which a dose is named in the Picture."""
    repeat_within: Number
    """Minutes within which a second dose is asked about where no protocol says more."""
    longest_session: Number
    """Days between the first and the last event of one session; further apart is a slip in a date."""
    weight_holds: Number
    """Years for which a measured weight is taken as the weight now."""
    height_holds: Number
    """Years for which a measured height is taken as the height now."""
    weight_jump: Number
    """Per cent by which a weight differs from the one before it, beyond which a note asks about both."""
    height_jump: Number
    """The same for a height."""
    jump_within: Number
    """Months between two measurements within which such a jump is asked about."""
    pregnant_holds: Number
    """Months for which “pregnant” is taken as true now."""
    not_pregnant_holds: Number
    """Months for which “not pregnant”, or not knowing, is taken as true now."""
    recently_given: Number
    """Days for which what was administered is checked like what is taken."""
    speaks_on: dict[str, Number]
    """Class of medicines to the days for which one of it is checked after its last day."""


def only_limits(documents: Mapping[str, ReadingLimits]) -> ReadingLimits:
    """The one document of the limits."""
    return documents["limits"]
