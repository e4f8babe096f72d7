"""What Keel holds to be true: models, bands, questionnaires, interactions, services, and the sources of each.

Knows the files under `data/` (TOML documents, CSV tables) and how to read, overlay, hash and check them.
May import `quantities` and nothing else of Keel; it is the only package that reads files.
Start at `base.py` (the `Knowledge` value and its registry of kinds), then `documents.py` (what all shapes share). Each
subject has a folder with its shapes, parts and check. The facts themselves are in `data/`.
"""

from keel.knowledge.base import Knowledge, find, load
from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Number
from keel.knowledge.errors import FactsFileError, KnowledgeError, UnknownId
from keel.knowledge.evidence.shape import Claim, Conflict, Figure, Source

__all__ = [
    "Certainty",
    "Claim",
    "Conflict",
    "Document",
    "FactsFileError",
    "Figure",
    "Knowledge",
    "KnowledgeError",
    "Number",
    "Source",
    "UnknownId",
    "find",
    "load",
]
