"""What can be wrong with a backup.

BackupError          the text is one line for the person at the terminal, and says how to go on
├── BackupBroken     the file is not whole, not a backup of Keel, or its key is missing; it is not to be restored
└── RestoreRefused   the backup is whole, and restoring it there would lose something
"""


class BackupError(Exception):
    """A backup that was not made, or not restored."""


class BackupBroken(BackupError):
    """The file is damaged, cut short, empty, or encrypted to a key that was not given."""


class RestoreRefused(BackupError):
    """The place is not empty, or entries that were made after the backup would be missing."""
