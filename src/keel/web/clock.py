"""The one place of the web application that reads the clock; what a page is made of takes `at` or `day`."""

import datetime as dt


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """This day, in UTC."""
    return now().date()
