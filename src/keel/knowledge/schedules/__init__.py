"""How the sessions of a course follow each other, and what a missed one does; and the letters to others."""

from keel.knowledge.schedules.shape import *
