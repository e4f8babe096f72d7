"""Times of resources: a moment, a period, or neither."""

import datetime as dt
from typing import NamedTuple

from keel.interop.errors import ReadError
from keel.interop.fhir.datatypes import Period
from keel.interop.fhir.errors import NotTaken
from keel.interop.times import Moment, is_future, read_moment
from keel.messages import Message


class When(NamedTuple):
    """From when to when; both None where nothing was said."""

    start: Moment | None = None
    end: Moment | None = None

    @property
    def last(self) -> Moment | None:
        """The end, or the start where there is no end."""
        return self.end or self.start


def moment_of(text: str | None) -> Moment | None:
    """The moment of a FHIR date or dateTime; NotTaken for a day that does not exist."""
    if text is None:
        return None
    try:
        return read_moment(text)
    except ReadError as error:
        raise NotTaken(error.problem) from None


def when(moment: str | None, period: Period | None = None, *, at: dt.datetime) -> When:
    """The time of a resource; NotTaken where it lies after `at` or ends before it starts.

    A period that ends in the future has begun: it is read without its end.
    """
    read = When(moment_of(moment), None) if moment else When()
    if period is not None:
        read = When(moment_of(period.start), moment_of(period.end))
    if read.start and read.end and read.end.at < read.start.at:
        raise NotTaken(Message("it ends before it starts"))
    begun = read.start or read.end
    if begun and is_future(begun, at):
        raise NotTaken(Message("it is dated in the future, not counted as something that has happened"))
    return When(read.start, None) if read.end and is_future(read.end, at) else read
