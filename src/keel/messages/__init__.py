"""Texts as values: a message is an English sentence with named slots, said in another language where it is printed.

Knows nobody and reads nothing. Every package may put its sentences together here; pages, command line and documents say
them by the catalogue of a language, which `knowledge` holds. Start at `message.py`.
"""

from keel.messages.catalogue import Catalogue
from keel.messages.json import encode_json, text_hook
from keel.messages.message import (
    EMPTY,
    FactName,
    Message,
    Name,
    Numeral,
    Question,
    Slot,
    both,
    either,
    has_words,
    in_language,
    joined,
    listed,
    plural,
    text_of,
)
from keel.messages.numerals import ENGLISH, Signs, number_text, rewritten

__all__ = [
    "EMPTY",
    "ENGLISH",
    "Catalogue",
    "FactName",
    "Message",
    "Name",
    "Numeral",
    "Question",
    "Signs",
    "Slot",
    "both",
    "either",
    "encode_json",
    "has_words",
    "in_language",
    "joined",
    "listed",
    "number_text",
    "plural",
    "rewritten",
    "text_hook",
    "text_of",
]
