"""What changes the kinetics, and its check."""

from keel.knowledge.modifiers.shape import *
