"""JSON of values that hold messages: each as its text, in English or in the language of a catalogue."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec

from keel.messages.catalogue import Catalogue
from keel.messages.message import Message, Numeral

BUILDS_SHAPES = threading.RLock()
"""Held while msgspec reads into a type. It looks at a type when it first meets it, and a second thread that meets the
type meanwhile uses what is half built, which ends the process (signal 11)."""


def text_hook(catalogue: Catalogue | None = None) -> Callable[[Any], Any]:
    """What msgspec asks for a value that it does not know: a message becomes its text; TypeError for anything else."""

    def text(value: Any) -> Any:
        if isinstance(value, Message | Numeral):
            return value.in_language(catalogue) if catalogue else str(value)
        raise TypeError(f"{type(value).__name__} has no JSON form")

    return text


def encode_json(value: Any, catalogue: Catalogue | None = None) -> bytes:
    """The JSON document of a value; its texts in the language of the catalogue, English without one."""
    return msgspec.json.encode(value, enc_hook=text_hook(catalogue))
