"""How much, how often, for how long: the ledger of doses, told patterns, windows, the reference course, the bands.

Knows how to fold facts into totals and how to sort them by rules that are data. May import everything above it in the
design (`quantities`, `knowledge`, `findings`, `record`, `pharmacology`); reads no clock: time comes as `at`.
Start at `exposure.py` (the answer), then `ledger.py` and `phases.py` (the folds), `facts.py` and `banding.py`.
"""

from keel.exposure.banding import Band
from keel.exposure.errors import AmbiguousNumber, ExposureError, PatternError
from keel.exposure.exposure import Exposure, summarise
from keel.exposure.facts import SymptomFacts
from keel.exposure.ledger import Ledger, UsingDay, Window, amount_of, fold
from keel.exposure.patterns.parse import parse_pattern
from keel.exposure.totals import Absorbed, RouteTotal, SubstanceTotal, substance_text

__all__ = [
    "Absorbed",
    "AmbiguousNumber",
    "Band",
    "Exposure",
    "ExposureError",
    "Ledger",
    "PatternError",
    "RouteTotal",
    "SubstanceTotal",
    "SymptomFacts",
    "UsingDay",
    "Window",
    "amount_of",
    "fold",
    "parse_pattern",
    "substance_text",
    "summarise",
]
