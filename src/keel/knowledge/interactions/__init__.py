"""Medicines and other substances taken together with ketamine: the tables and their check."""

from keel.knowledge.interactions.shape import *
