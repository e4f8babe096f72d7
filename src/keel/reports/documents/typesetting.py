"""Sets a template with its data into a PDF/UA-1 document, in memory."""

import datetime as dt
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import typst

STANDARD: Literal["ua-1"] = "ua-1"


class TypesettingError(RuntimeError):
    """A document that could not be set; the text names the template, never the data."""


@cache
def template(name: str) -> bytes:
    """The packaged template with this name."""
    return (resources.files(__package__) / f"{name}.typ").read_bytes()


def pdf(name: str, data: msgspec.Struct, *, at: dt.datetime) -> bytes:
    """The PDF of a template with its data as of a time; TypesettingError where the two do not fit.

    The data reaches the template as JSON in an input, never as code of the template: what a person typed stays text.
    """
    inputs = {"data": msgspec.json.encode(data).decode()}
    try:
        made = typst.compile(
            template(name),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=STANDARD,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingError(f"The document “{name}” could not be set ({type(error).__name__}).") from None
    return made
