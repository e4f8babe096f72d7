"""People who help: the rows, what of them is shown where, and their check."""

from keel.knowledge.directory.listing import *
from keel.knowledge.directory.shape import *
