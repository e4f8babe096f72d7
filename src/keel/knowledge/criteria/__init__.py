"""Rules over a record: bands of an exposure history, courses to compare with, harms beyond the bladder."""

from keel.knowledge.criteria.bands import *
from keel.knowledge.criteria.harms import *
