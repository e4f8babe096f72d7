"""Services that show the check on their own site: name, colours and the sites that may frame it, from a TOML file.

    [[brands]]
    id = "harbour"
    name = "Harbour Drug Service"
    line = "Walk in any weekday."
    hosts = ["https://harbour.example"]
    accent = "#0b5d4b"
    accent_dark = "#7fd6c0"

The file is named by KEEL_BRANDS. A colour that could not be read on the ground of the page is refused.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from keel.web.errors import WebError

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"https://[a-z0-9.-]+(?::\d+)?|http://(?:127\.0\.0\.1|localhost)(?::\d+)?")
LEAST_CONTRAST = 4.5
"""Of text to its ground (WCAG 2.2, 1.4.3)."""
GROUNDS = {"accent": "#faf9f5", "accent_dark": "#0f181c"}
"""The ground of a light and of a dark page (keel.css)."""


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service: shown name and line, the origins that may frame the check, and its colour on light and dark."""

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    line: str = ""
    accent: str = "#0c5664"
    accent_dark: str = "#86cbd4"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    brands: tuple[Brand, ...] = ()


def read(path: str) -> Mapping[str, Brand]:
    """The brands of a file by id; none where no file is named. WebError says what is wrong with the file."""
    if not path:
        return {}
    try:
        found = msgspec.toml.decode(Path(path).read_bytes(), type=_File).brands
    except (OSError, msgspec.MsgspecError) as error:
        raise WebError(f"KEEL_BRANDS cannot be read: {error}") from error
    for brand in found:
        _check(brand)
    return {brand.id: brand for brand in found}


def _check(brand: Brand) -> None:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", brand.id):
        raise WebError(f"KEEL_BRANDS: the id “{brand.id}” may have small letters, digits and hyphens only.")
    for host in brand.hosts:
        if not _HOST.fullmatch(host):
            raise WebError(f"KEEL_BRANDS: “{host}” of {brand.id} is not a valid origin. Write https://name, no path.")
    for name, ground in GROUNDS.items():
        colour = getattr(brand, name)
        if not _COLOUR.fullmatch(colour):
            raise WebError(f"KEEL_BRANDS: {name} of {brand.id} is “{colour}”; write #rrggbb in small letters.")
        if contrast(colour, ground) < LEAST_CONTRAST:
            raise WebError(f"KEEL_BRANDS: {name} of {brand.id} cannot be read on {ground}; it needs 4.5 to 1.")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 3)
    21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def stylesheet(brand: Brand) -> str:
    """The rules that put the brand's colour in place of Keel's."""
    return (
        f":root{{--accent:{brand.accent};--person:{brand.accent};--on-accent:#fff}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{brand.accent_dark};--person:{brand.accent_dark};"
        "--on-accent:#06232a}}\n"
    )
