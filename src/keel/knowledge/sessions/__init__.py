"""What a session says of its events, and the forms that follow it."""

from keel.knowledge.sessions.forms import *
from keel.knowledge.sessions.rules import *
from keel.knowledge.sessions.stock import *
