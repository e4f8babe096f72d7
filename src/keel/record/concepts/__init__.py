"""Reads what people and records name: concepts, their state, and the rest that was not understood.

`words.py` cuts a text into words, `vocabulary.py` finds concepts among them, `states.py` says how each stands,
`reader.py` is `read_concepts`, `coded.py` reads codes, `conditions.py` a condition of a record with all that it says.
It reads the tables of `keel.knowledge.concepts` and nothing else; a text of any language is read the same way.
"""

from keel.record.concepts.coded import *
from keel.record.concepts.conditions import *
from keel.record.concepts.reader import *
