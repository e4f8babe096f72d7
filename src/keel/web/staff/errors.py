"""What can be wrong with a change of staff.

StaffRefused    the text is for the person at the screen or the terminal; nothing was changed
"""


class StaffRefused(Exception):
    """A change that did not happen. `field` names what to fix, where it is one."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field
