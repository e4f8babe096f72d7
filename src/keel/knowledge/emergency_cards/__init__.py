"""Emergency cards: the steps for an event in a session, what opens a card, and what a clinic may do to it."""

from keel.knowledge.emergency_cards.shape import *
