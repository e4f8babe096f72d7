"""What is watched and how often, and what a clinic's overlay may do to it."""

from keel.knowledge.surveillance.shape import *
