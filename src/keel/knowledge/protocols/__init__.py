"""Clinical protocols: their shape, their check, and what a clinic's overlay may do to them."""

from keel.knowledge.protocols.shape import *
