"""Pharmacology through its public calls, against SciPy, numbalsoda and libRoadRunner in the same run.

Cases A to D: one patient for a day; ten thousand patients for a year; absorption with a chain of metabolites, also with
equal rates; a million patients drawn and counted. Peers that are not installed are said to be missing (numbalsoda needs
gfortran and cmake, libRoadRunner the bench extra). The reference of every error is a matrix exponential in 50 digits.
"""

from collections.abc import Iterator

from benchmarks.pharmacology.bound import bound_rows
from benchmarks.pharmacology.many import many_rows
from benchmarks.pharmacology.one import one_rows
from benchmarks.pharmacology.start import start_rows
from benchmarks.report import Row


def run() -> Iterator[Row]:
    """The rows of all cases, as they are measured."""
    yield from start_rows()
    yield from one_rows()
    yield from many_rows()
    yield from bound_rows()
