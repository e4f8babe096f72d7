"""What can be wrong with an exposure.

ExposureError
└── PatternError   a typed pattern that cannot be read
"""


class ExposureError(ValueError):
    """An exposure that cannot be computed; the text says why and what would help."""


class PatternError(ExposureError):
    """A typed pattern that cannot be read; the text names the words and gives an example."""
