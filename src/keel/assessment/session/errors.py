"""What can be wrong with a session file.

SessionError   a session that cannot be folded: says what, where and how to fix it
"""


class SessionError(Exception):
    """A session that cannot be folded; one line. Trying again with the same one does not help."""

    def __init__(self, problem: str, *, where: str = "", fix: str = "") -> None:
        self.problem, self.where, self.fix = problem, where, fix
        place = f"{where}: " if where else ""
        super().__init__(" ".join(f"{place}{problem} {fix}".split()))
