"""The evidence base: its rows, the arithmetic behind them, and its search."""

from keel.knowledge.evidence.shape import *
