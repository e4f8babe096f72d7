"""What can be wrong at the terminal.

CommandError   a file that is not there, a time that cannot be read; the text says how to fix it
"""


class CommandError(Exception):
    """Something that the person at the terminal can fix; the text says how."""
