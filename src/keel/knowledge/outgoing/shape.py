"""Messages that leave Keel: the shapes of data/message-templates, data/private-words.csv and data/delivery."""

import re
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Number


class MessageTemplate(Document, frozen=True, kw_only=True):
    """A message by mail (`subject`, `text`) or as a text message (`short`), with slots in braces.

    `to` is the person who is treated or the staff. No word of it tells what somebody is treated for.
    """

    to: Literal["person", "staff"]
    subject: str
    text: str
    short: str
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class PrivateWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A beginning of a word that no message may hold in a language, and what it would tell whoever reads along."""

    word: str
    lang: str
    tells: str
    certainty: Certainty


class DeliveryRules(Document, frozen=True, kw_only=True):
    """When a message is tried again: `waits` are the minutes before each further try, and after the last it is dead.

    What began to be sent and has no end after `lease` is tried again: it may then come twice, and is never lost.
    """

    waits: tuple[Number, ...]
    lease: Number


def private_words_in(text: str, words: tuple[PrivateWord, ...]) -> tuple[str, ...]:
    """The words that a text holds and no message may, as they stand in it; case and accents count for nothing."""
    plain = text.casefold().translate(_PLAIN)
    return tuple(
        dict.fromkeys(
            found.group()
            for one in words
            for found in re.finditer(rf"\b{re.escape(one.word.casefold().translate(_PLAIN))}\w*", plain)
        )
    )


_PLAIN = str.maketrans("áéíóúüñ", "aeiouun")
