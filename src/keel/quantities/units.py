"""The vocabulary of units: UCUM codes and the ways in which people write them.

A unit is a factor to the base unit of its kind. Body weight is a kind of its own when it stands under a fraction bar:
mg/kg is an amount per body weight and never a bare ratio. Molar units do not turn into mass without a molar mass.
"""

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from keel.messages import Message
from keel.quantities.errors import UnitError
from keel.quantities.limits import LONGEST, SHOWN

Dimension = tuple[tuple[str, int], ...]
"""Kinds and their powers, sorted by kind: (("mass", 1), ("volume", -1)) for a concentration."""


class Unit(NamedTuple):
    """A unit as written, the factor to the base units (mg, L, min, µmol, kg of body, cm, mm[Hg]) and its kind."""

    code: str
    factor: float
    dimension: Dimension

    @property
    def kind(self) -> str:
        """The kind in words: "mass", "mass per volume"."""
        above = [_power(kind, power) for kind, power in self.dimension if power > 0]
        below = [_power(kind, -power) for kind, power in self.dimension if power < 0]
        return " × ".join(above or ["count"]) + "".join(f" per {kind}" for kind in below)


def _power(kind: str, power: int) -> str:
    return kind if power == 1 else f"{kind}^{power}"


_PREFIXES = {
    "k": "1e3",
    "": "1",
    "d": "1e-1",
    "c": "1e-2",
    "m": "1e-3",
    "u": "1e-6",
    "n": "1e-9",
    "p": "1e-12",
    "f": "1e-15",
}

# UCUM atom -> (kind, factor of the unprefixed atom to Keel's base unit, prefixes that are in use). The factors are
# exact decimals, so that ng/mL and ug/L are the same unit to the last bit.
_PREFIXABLE = {
    "g": ("mass", "1e3", "k m u n p"),
    "L": ("volume", "1", "d c m u p f"),
    "mol": ("substance", "1e6", "m u n p"),
    "m": ("length", "1e2", "k c m"),
    "s": ("time", "1/60", "m"),
    "U": ("enzyme unit", "1", "k m u n"),
    "kat": ("enzyme unit", "6e7", "m u n p"),  # UCUM: a mole a second, where U is a micromole a minute
}
_FIXED = {
    "min": ("time", "1"),
    "h": ("time", "60"),
    "d": ("time", "1440"),
    "wk": ("time", "10080"),
    "mo": ("time", "43830"),  # UCUM: a twelfth of a Julian year
    "a": ("time", "525960"),  # UCUM: 365.25 days
    "[drp]": ("volume", "5e-5"),  # UCUM: a twentieth of a millilitre
    "mm[Hg]": ("pressure", "1"),
    "kPa": ("pressure", "7.500615758"),
    "hPa": ("pressure", "0.7500615758"),
    "cm[H2O]": ("pressure", "0.7355591"),  # UCUM: 98.0665 Pa
    "[lb_av]": ("mass", "453592.37"),
    "[oz_av]": ("mass", "28349.523125"),
    "[stone_av]": ("mass", "6350293.18"),
    "[in_i]": ("length", "2.54"),
    "[ft_i]": ("length", "30.48"),
    "[IU]": ("international unit", "1"),
    "%": ("percent", "1"),
    "Cel": ("temperature", "1"),
    "[degF]": ("temperature °F", "1"),
    "1": ("", "1"),
}
_ATOMS: dict[str, tuple[str, Fraction]] = {code: (kind, Fraction(size)) for code, (kind, size) in _FIXED.items()} | {
    prefix + code: (kind, Fraction(size) * Fraction(_PREFIXES[prefix]))
    for code, (kind, size, prefixes) in _PREFIXABLE.items()
    for prefix in ("", *prefixes.split())
}

# How people write them -> UCUM atom. Compared as written, then in lower case (“MG” is mg, “Mg” would be a tonne).
_SPELLINGS = {
    "kg": ["kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramme", "kilogrammes"],
    "g": ["gr", "gram", "grams", "gramme", "grammes", "gm", "gms"],
    "mg": ["MG", "mgs", "milligram", "milligrams", "milligramme", "milligrammes"],
    "ug": ["mcg", "µg", "μg", "microgram", "micrograms", "microgramme", "microgrammes"],
    "ng": ["nanogram", "nanograms"],
    "L": ["l", "litre", "litres", "liter", "liters"],
    "mL": ["ml", "cc", "millilitre", "millilitres", "milliliter", "milliliters"],
    "dL": ["dl"],
    "[drp]": ["drop", "drops", "gtt", "gtts"],
    "uL": ["ul", "µl", "μl"],
    "ukat": ["µkat", "μkat"],
    "umol": ["µmol", "μmol", "micromol", "micromole", "micromoles"],
    "s": ["sec", "secs", "second", "seconds"],
    "min": ["mins", "minute", "minutes"],
    "h": ["hr", "hrs", "hour", "hours"],
    "d": ["day", "days"],
    "wk": ["w", "week", "weeks", "wks"],
    "mo": ["month", "months", "mth", "mths"],
    "a": ["y", "yr", "yrs", "year", "years"],
    "cm": ["centimetre", "centimetres", "centimeter", "centimeters"],
    "m": ["metre", "metres", "meter", "meters"],
    "mm[Hg]": ["mmhg", "mm hg", "mm[hg]", "torr"],
    "cm[H2O]": ["cmh2o", "cm h2o", "cm[h2o]"],
    "[lb_av]": ["lb", "lbs", "pound", "pounds"],
    "[oz_av]": ["oz", "ounce", "ounces"],
    "[stone_av]": ["st", "stone", "stones"],
    "[in_i]": ["in", "inch", "inches"],
    "[ft_i]": ["ft", "foot", "feet"],
    "[IU]": ["iu", "[iu]"],
    "Cel": ["°c", "degc", "celsius"],
    "[degF]": ["°f", "degf", "fahrenheit"],
    "%": ["percent", "per cent"],
}
_BY_SPELLING = {spelling: atom for atom, spellings in _SPELLINGS.items() for spelling in spellings}
_FIGURES = 6
"""Of a whole number that is a factor of a unit."""
_ANNOTATION = re.compile(r"\{[^}]*\}")


def parse_unit(text: str) -> Unit:
    """The unit written in `text`, UCUM or colloquial; UnitError names what was not understood.

    >>> parse_unit("mg/kg").kind
    'mass per body weight'
    >>> parse_unit("µg/kg/min").code
    'ug/kg/min'
    >>> parse_unit("ng/mL").factor == parse_unit("ug/L").factor
    True
    """
    if len(text) > LONGEST:
        raise _unknown(f"{text[:SHOWN].strip()}…")
    return _parse_unit(text)


@lru_cache(maxsize=1024)
def _parse_unit(text: str) -> Unit:
    written = unicodedata.normalize("NFC", text).strip().replace(" per ", "/")
    if not written:
        raise UnitError(Message("The unit is missing. Write it after the number, for example “35 mg” or “40 min”."))
    factor, powers, codes = Fraction(1), dict[str, int](), list[str]()
    for position, part in enumerate(written.split("/")):
        sign = 1 if position == 0 else -1
        atoms = []
        if position == 0 and not part.strip() and "/" in written:
            codes.append("")  # “/min”: nothing above the bar
            continue
        for piece in re.split(r"[.·](?![^{]*})", part):
            atom, kind, size, power = _atom(piece.strip(), written)
            if sign < 0 and kind == "mass" and atom == "kg":
                kind, size = "body weight", Fraction(1)
            factor *= size ** (sign * power)
            if kind:
                powers[kind] = powers.get(kind, 0) + sign * power
            atoms.append(atom)
        codes.append(".".join(atoms))
    dimension = tuple(sorted((kind, power) for kind, power in powers.items() if power))
    return Unit("/".join(codes), float(factor), dimension)


def _unknown(unit: str) -> UnitError:
    return UnitError(
        Message("The unit “{unit}” is not known. Use for example g, mg, ug, mg/kg, mg/min, ng/mL, min or h.", unit=unit)
    )


def _atom(piece: str, whole: str) -> tuple[str, str, Fraction, int]:
    """Code, kind, size and power of one factor: “mg”, “m2”, “10*3”, “{score}”."""
    bare = _ANNOTATION.sub("", piece)
    if not bare and piece:
        return piece, "", Fraction(1), 1
    if bare.isdecimal() and len(bare) <= _FIGURES and "." in whole:  # a factor, as in “10.L/min”
        return bare, "", Fraction(bare), 1
    if ten := re.fullmatch(r"10[*^](-?\d{1,2})", bare):
        return bare, "", Fraction(10) ** int(ten.group(1)), 1
    powered = re.fullmatch(r"([A-Za-z]+)([2-4])", bare)
    stem, power = (powered.group(1), int(powered.group(2))) if powered else (bare, 1)
    code = stem if stem in _ATOMS else _BY_SPELLING.get(stem) or _BY_SPELLING.get(stem.lower())
    if code is None:
        raise _unknown(whole)
    kind, size = _ATOMS[code]
    return f"{code}{power if power > 1 else ''}", kind, size, power


def convert(value: float, unit: str, to: str) -> float:
    """The value in another unit of the same kind; UnitError where the kinds differ.

    >>> convert(1, "g", "mg")
    1000.0
    >>> round(convert(98.6, "[degF]", "Cel"), 6)
    37.0
    """
    have, want = parse_unit(unit), parse_unit(to)
    if have.dimension == want.dimension:
        return value if have.factor == want.factor else value * have.factor / want.factor
    if (have.code, want.code) == ("[degF]", "Cel"):
        return (value - 32) * 5 / 9
    if (have.code, want.code) == ("Cel", "[degF]"):
        return value * 9 / 5 + 32
    raise UnitError(
        Message(
            "“{unit}” is {kind}, not {wanted}: it cannot be given in {to}.",
            unit=unit,
            kind=have.kind,
            wanted=want.kind,
            to=to,
        )
    )
