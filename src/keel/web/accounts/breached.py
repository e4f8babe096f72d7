"""Refuses passwords that are known from breaches, without asking anybody: by a file on this machine.

The file has the SHA-1 digest of a password a line, in capitals and sorted, with `:count` after it or without: what the
downloader of Have I Been Pwned writes. A look-up is a binary search, so the whole file (some 40 GB) costs no memory.
Without a file the 20,000 passwords that Django ships are refused (`CommonPasswordValidator`).
"""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINE_MOST = 80
"""Bytes of the longest line of such a file: 40 digits, a colon and a count."""


class NotBreached:
    """A password validator of Django."""

    def __init__(self, file: str = "") -> None:
        self.file = Path(file) if file else None

    def validate(self, password: str, user: Any = None) -> None:
        """Refuses a password that the file holds."""
        if self.file is not None and is_in(self.file, password):
            raise ValidationError(_("This password is known from a breach. Choose another."), code="breached")

    def get_help_text(self) -> str:
        """What is asked of a password."""
        return str(_("Not one that is known from a breach."))


def is_in(file: Path, password: str) -> bool:
    """Whether the sorted file holds the digest of the password."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, file.stat().st_size
        while low < high:  # the wanted line begins in low…high
            middle = (low + high) // 2
            start, line = _line_after(lines, middle)
            if not line or line[:40] > wanted:
                high = middle
            elif line[:40] == wanted:
                return True
            else:
                low = start + len(line)
    return False


def _line_after(lines: BinaryIO, place: int) -> tuple[int, bytes]:
    """Where the first line begins at or after a place, and the line."""
    lines.seek(max(0, place - 1))
    if place:
        lines.readline(LINE_MOST)
    start = lines.tell()
    return start, lines.readline(LINE_MOST)
