"""Pharmacokinetic models and their check; substances, routes, and effects that were seen."""

from keel.knowledge.models.effects import *
from keel.knowledge.models.routes import *
from keel.knowledge.models.shape import *
from keel.knowledge.models.substances import *
