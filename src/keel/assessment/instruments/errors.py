"""What can be wrong with answers.

AnswersRefused         the text says what is wrong, where, and how to fix it
├── UnknownItem        an item that the instrument does not have
├── AnswerOutOfRange   a number or word that the item does not offer
├── WordingNotHeld     an answer in words, or a request for text, where the licence keeps the wording out of Keel
└── NothingToScore     an instrument that Keel only names
"""


class AnswersRefused(ValueError):
    """Answers that cannot be read; trying again with the same answers does not help."""


class UnknownItem(AnswersRefused):
    """An item that the instrument does not have."""


class AnswerOutOfRange(AnswersRefused):
    """A number or word that the item does not offer."""


class WordingNotHeld(AnswersRefused):
    """Words were given or asked for, and the licence keeps the instrument's wording out of Keel."""


class NothingToScore(AnswersRefused):
    """An instrument that Keel names and describes, without entering answers."""
