"""Questionnaires between visits: when each is asked again, and what follows an answer that alarms."""

from keel.knowledge.measuring.shape import *
