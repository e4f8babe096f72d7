"""Texts for people, cards and tools; what no text may claim, and how hard it may be to read."""

from keel.knowledge.texts.shape import *
from keel.knowledge.texts.strategies import *
from keel.knowledge.texts.tools import *
