"""The clinical concepts: what a symptom, event or illness is called, coded, and said to be, and which facts it sets.

`shape.py` has the rows of data/concepts, `check.py` holds them together. Words are read by `keel.record.concepts`.
"""

from keel.knowledge.concepts.shape import *
