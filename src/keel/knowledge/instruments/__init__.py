"""Questionnaires and scales: their shape and parts, their words in other languages, their check."""

from keel.knowledge.instruments.parts import *
from keel.knowledge.instruments.shape import *
