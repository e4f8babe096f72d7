"""Patterns of use from the constituents of a text: clauses, how often, phases, sequences. Start at `parse.py`."""

from keel.exposure.patterns.parse import parse_pattern, refuse_ambiguous

__all__ = ["parse_pattern", "refuse_ambiguous"]
