"""What can be wrong with a write, or with a proof.

ClinicError              the text is for the person at the screen
├── NotAllowed           their role does not allow it; trying again does not help
└── FactRefused          the fact cannot stand; the text says how to fix it
"""


class ClinicError(Exception):
    """What did not happen."""


class NotAllowed(ClinicError):
    """The role of the person does not allow this in this clinic."""


class FactRefused(ClinicError):
    """A fact that cannot be recorded as it is; nothing was written. `field` names the key to fix, if it is one."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class HeadsMissing(ClinicError):
    """A file of kept heads that was named is not there; nothing was compared."""
