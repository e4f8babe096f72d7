"""What can be wrong with input.

RecordError (of `record`)
└── ReadError   a file, or a place in it, that cannot be read
"""

from keel.messages import EMPTY, Message, joined, listed
from keel.record import RecordError

_LONGEST = 400


class ReadError(RecordError):
    """Input that cannot be read: one line that says what is wrong, where, and how to fix it.

    Trying again with the same input does not help. `where` is a line and column or a JSON path, or empty.
    """

    def __init__(self, problem: Message, *, where: str = "", fix: Message = EMPTY) -> None:
        self.problem, self.where, self.fix = _message(problem), one_line(where), _message(fix)
        text = joined(" ", [self.problem, self.fix]) if fix else self.problem
        super().__init__(Message("{where}: {problem}", where=self.where, problem=text) if where else text)

    def within(self, place: str) -> "ReadError":
        """The same error with a file, or a place in one, before its own place."""
        where = listed(part for part in (place, self.where) if part)
        return ReadError(self.problem, where=where, fix=self.fix)


def one_line(text: str, longest: int = _LONGEST) -> str:
    """The text on one line without control characters, cut at `longest` characters; the same text where it is so."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    cut = clean if len(clean) <= longest else clean[: longest - 1] + "…"
    return text if cut == text else cut


def _message(text: Message) -> Message:
    line = one_line(text)
    return line if isinstance(line, Message) else Message(line)


def shown(value: object) -> Message:
    """A piece of the input in quotation marks, short enough to stand in a message."""
    return Message("“{text}”", text=str(one_line(str(value), 40)))


def position(data: bytes, byte: int) -> Message:
    """A place in the text for people: “line 3, column 14”, both counted from 1."""
    before = data[:byte]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return Message("line {line}, column {column}", line=str(line), column=str(column))


def line_of(file: str, line: int) -> Message:
    """A line of a file for people: “people.ndjson, line 3”, or where there is one file only “line 3”."""
    if not file:
        return Message("line {number}", number=str(line))
    return Message("{file}, line {number}", file=file, number=str(line))
