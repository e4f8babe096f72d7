"""What can be wrong with a session file.

SessionError   a session that cannot be folded: says what, where and how to fix it
"""

from keel.messages import EMPTY, Message, joined


class SessionError(Exception):
    """A session that cannot be folded; one line. Trying again with the same one does not help."""

    def __init__(self, problem: Message, *, where: str = "", fix: Message = EMPTY) -> None:
        self.problem, self.where, self.fix = problem, where, fix
        text = joined(" ", (problem, fix)) if fix else problem
        super().__init__(Message("{where}: {problem}", where=where, problem=text) if where else text)
