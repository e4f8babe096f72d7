"""What can be wrong with input.

RecordError (of `record`)
└── ReadError   a file, or a place in it, that cannot be read
"""

from keel.record import RecordError

_LONGEST = 400


class ReadError(RecordError):
    """Input that cannot be read: one line that says what is wrong, where, and how to fix it.

    Trying again with the same input does not help. `where` is a line and column or a JSON path, or empty.
    """

    def __init__(self, problem: str, *, where: str = "", fix: str = "") -> None:
        self.problem, self.where, self.fix = one_line(problem), one_line(where), one_line(fix)
        place = f"{self.where}: " if self.where else ""
        super().__init__(f"{place}{self.problem}{f' {self.fix}' if fix else ''}")

    def within(self, place: str) -> "ReadError":
        """The same error with a file, or a place in one, before its own place."""
        where = ", ".join(part for part in (place, self.where) if part)
        return ReadError(self.problem, where=where, fix=self.fix)


def one_line(text: str, longest: int = _LONGEST) -> str:
    """The text on one line without control characters, cut at `longest` characters."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def shown(value: object) -> str:
    """A piece of the input in quotation marks, short enough to stand in a message."""
    return f"“{one_line(str(value), 40)}”"


def position(data: bytes, byte: int) -> str:
    """A place in the text for people: “line 3, column 14”, both counted from 1."""
    before = data[:byte]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return f"line {line}, column {column}"
