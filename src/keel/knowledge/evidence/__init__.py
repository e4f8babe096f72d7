"""The evidence base: its rows, the arithmetic behind them, and its search."""

from keel.knowledge.evidence.editions import Edition as Edition
from keel.knowledge.evidence.shape import *
