"""What Keel sends to people: templates of messages, words that none may hold, and when a message is tried again."""

from keel.knowledge.outgoing.shape import *
