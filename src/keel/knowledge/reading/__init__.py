"""What readers of files and of people's own words recognise: codes, limits, study tables, phrases."""

from keel.knowledge.reading.codes import *
from keel.knowledge.reading.phrases import *
from keel.knowledge.reading.studies import *
