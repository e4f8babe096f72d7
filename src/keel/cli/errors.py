"""What can be wrong at the terminal.

CommandError   a file that is not there, a time that cannot be read; the text says how to mend it
"""


class CommandError(Exception):
    """Something that the person at the terminal can mend; the text says how."""
