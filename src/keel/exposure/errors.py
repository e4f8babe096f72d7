"""What can be wrong with an exposure.

ExposureError
└── PatternError          a typed pattern that cannot be read
    └── AmbiguousNumber   a number in it that two countries read differently
"""


class ExposureError(ValueError):
    """An exposure that cannot be computed; the text says why and what would help."""


class PatternError(ExposureError):
    """A typed pattern that cannot be read; the text names the words and gives an example."""


class AmbiguousNumber(PatternError):
    """A number such as “1.000” that is a thousand to some and one to others; no other language may be tried on it."""
