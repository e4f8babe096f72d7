"""What can be wrong with a record.

RecordError   a fact that cannot stand: the text names where it is and how to fix it
"""


class RecordError(ValueError):
    """A record, or a part of one, that cannot be read; the text says what, where and how to fix it."""
