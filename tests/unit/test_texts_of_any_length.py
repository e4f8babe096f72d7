"""HZ-AVL-01: no text that a person or a program can send makes Keel work for more than a moment.

Found by walking: every function of the pure packages that takes a text first (`parse_…`, `read_…` and all the others,
private ones too), and every text field of the files that Keel reads. Time is that of the processor; a doubled text may
take about twice as long, never four times. T34 asks for no hang over a second.
"""

import datetime as dt
import importlib
import inspect
import itertools
import json
import pkgutil
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

import keel
from keel import interop, knowledge
from keel.assessment.picture import picture_of
from keel.assessment.session.events import Session
from keel.assessment.session.fold import fold_session
from keel.interop.fhir.resources import READ
from keel.interop.record_file.shape import RecordEntry
from keel.messages import Message
from support.clock import START
from support.fhir import DANA, bundle, patient
from support.loops import some
from support.sessions import base_session

LONG = 10_000
"""Characters: twice what the longest field of a form takes (5,000)."""
FIELD_S = 0.05
STEEPEST = 3.0
"""A doubled text may take so many times as long: 2 is linear, 4 is quadratic, the rest is the clock."""
TEXTS = {
    "digits": "1",
    "points": "1.",
    "commas": "1,",
    "fractions": "1/",
    "halves": "½",
    "spaces": " ",
    "lines": "\n",
    "combining marks": "e\u0301\u0323",
    "one letter": "a",
    "words": "a ",
    "unknown words": "qwzxkv plmokn ",
    "alternations": "to and - or ",
    "amounts": "1 mg ",
    "ranges": "1-2 g to ",
    "open brackets": "([{",
    "quotes": '"\\',
    "citations": " [[",
    "dates": "2026-01-01T",
    "signs": "+-",
    "exponents": "1e",
}
"""What is repeated until the text is long."""
OUTSIDE = ("keel.web", "keel.cli", "keel.reports", "keel.knowledge.check")
"""Packages whose texts are not somebody's: pages and commands (forms have a test of their own), checks of our data."""
OWN_TEXTS = {
    "_compiled": "a pattern of our own data",
    "_parse_unit": "called by parse_unit, which refuses what is long",
    "_atom": "called by parse_unit, which refuses what is long",
    "evaluate": "a formula of our own data",
}


def long_text(piece: str, length: int = LONG) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def takers() -> Iterator[tuple[str, Callable[..., object]]]:
    """Functions whose first argument is a text, with the others filled in."""
    for module in pkgutil.walk_packages(keel.__path__, "keel."):
        if module.name.startswith(OUTSIDE) or module.name.endswith(("_compiled", "acceleration", "__main__")):
            continue
        for name, function in vars(importlib.import_module(module.name)).items():
            if getattr(function, "__module__", "") == module.name and callable(function) and name not in OWN_TEXTS:
                call = _call(inspect.unwrap(function)) if not inspect.isclass(function) else None
                if call is not None:
                    yield f"{module.name.removeprefix('keel.')}.{name}", call


def _call(function: Callable[..., object]) -> Callable[..., object] | None:
    if not inspect.isfunction(function):
        return None
    first, *others = [*inspect.signature(function).parameters.values()] or [None]
    if first is None or first.annotation not in (str, bytes):
        return None
    known = {
        "at": START,
        "knowledge": knowledge.load(),
        "facts": knowledge.load(),
        "limits": knowledge.load().reading_limits,
    }
    given: dict[str, object] = {}
    for one in others:
        if one.name in known:
            given[one.name] = known[one.name]
        elif one.default is inspect.Parameter.empty:
            if one.annotation not in (str, Message):
                return None
            given[one.name] = one.annotation("mg")

    def call(text: str) -> object:
        found = function(text.encode() if first.annotation is bytes else text, **given)
        return list(found) if inspect.isgenerator(found) else found

    return call


def seconds(call: Callable[[str], object], text: str) -> float:
    """Processor time of a call, whatever it answers or refuses; the best of three, as others use the processor too."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        try:
            call(text)
        except Exception as refused:  # whether it is refused well is another test's question
            assert not isinstance(refused, RecursionError | MemoryError)
        best = min(best, time.process_time() - begun)
        if best < FIELD_S / 2:
            break
    return best


def is_steep(call: Callable[[str], object], piece: str) -> str:
    """Why a text takes too long: more than a field may, and growing faster than the text; empty where it does not."""
    if (took := seconds(call, long_text(piece))) <= FIELD_S:
        return ""
    twice = seconds(call, long_text(piece, 2 * LONG))
    return f"{took:.3f} s, then {twice:.3f} s" if twice > STEEPEST * took or took > 10 * FIELD_S else ""


TAKERS = dict(takers())


def test_the_walk_finds_the_readers_of_what_people_write():
    assert len(TAKERS) > 60
    for name in ("parse_amount_mg", "parse_duration_min", "parse_amount_interval_mg", "parse_pattern", "read_records"):
        assert [found for found in TAKERS if found.endswith(f".{name}")], name


@pytest.mark.parametrize("kind", TEXTS)
def test_every_function_that_takes_a_text_ends_soon(kind):
    slow = {name: why for name, call in TAKERS.items() if (why := is_steep(call, TEXTS[kind]))}
    assert slow == {}


# ------------------------------------------------------------------------------------------------ fields of files


def text_places(shape: object, path: tuple[object, ...] = (), deepest: int = 8) -> Iterator[tuple[object, ...]]:
    """The places of texts in a shape: names of keys, and 0 for an item of a list."""
    kind = msgspec.inspect.type_info(shape) if not isinstance(shape, msgspec.inspect.Type) else shape
    match kind:
        case msgspec.inspect.StrType():
            yield path
        case msgspec.inspect.UnionType(types=types):
            for one in types:
                yield from text_places(one, path, deepest)
        case msgspec.inspect.Metadata(type=inner):
            yield from text_places(inner, path, deepest)
        case msgspec.inspect.StructType(fields=fields):
            if len(path) < deepest:
                for field in fields:
                    yield from text_places(field.type, (*path, field.encode_name), deepest)
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            yield from text_places(item, (*path, 0), deepest)
        case msgspec.inspect.DictType(value_type=value):
            yield from text_places(value, (*path, "key"), deepest)


def put(document: dict, path: tuple[object, ...], value: object) -> dict:
    """The document with a value at a place; what stands on the way stays."""
    here = document
    for step, following in itertools.pairwise(path):
        empty: object = [] if following == 0 else {}
        if isinstance(here, list):
            here[0:0] = [] if here else [empty]
            here = here[0]
        else:
            if not isinstance(here.get(step), type(empty)):
                here[step] = empty
            here = here[step]
    if isinstance(here, list):
        here[:] = [value]
    else:
        here[path[-1]] = value
    return document


RECORD = {
    "person": {"weight": "70 kg", "sex": "female"},
    "doses": [{"substance": "racemic", "start": "2026-01-01", "amount": "35 mg"}],
    "patterns": [{"text": "400 mg weekly for 3 years"}],
    "measurements": [{"what": "weight", "value": "70 kg", "at": "2026-01-01"}],
    "medicines": [{"text": "sertraline"}],
    "answers": [{"instrument": "phq-9", "items": {"1": 1}, "at": "2026-01-01"}],
    "conditions": [{"text": "asthma"}],
}
RECORD_PLACES = sorted(set(text_places(RecordEntry)), key=str)
SESSION_PLACES = sorted(set(text_places(Session)), key=str)
QUICK = ("digits", "combining marks", "unknown words", "alternations")


def _picture(document: dict) -> object:
    facts = knowledge.load()
    record = interop.read_records(json.dumps(document).encode(), at=START, knowledge=facts).records[0]
    return picture_of(record, at=START, knowledge=facts)


def _state(document: dict) -> object:
    facts = knowledge.load()
    session = interop.read_session(json.dumps(document).encode(), knowledge=facts)
    return fold_session(session, at=dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), knowledge=facts)


def slow_places(places: list, read: Callable[[dict], object], base: Callable[[], dict], piece: str) -> dict[str, str]:
    usual = seconds(lambda _text: read(base()), "")

    def excess(path: tuple[object, ...], length: int) -> float:
        text = long_text(piece, length)
        return seconds(lambda _text: read(put(base(), path, text)), "") - usual

    found = {}
    for path in some(places):
        if (took := excess(path, LONG)) > 2 * FIELD_S and (twice := excess(path, 2 * LONG)) > STEEPEST * took:
            found[".".join(map(str, path))] = f"{took:.3f} s, then {twice:.3f} s"
        elif took > 10 * FIELD_S:
            found[".".join(map(str, path))] = f"{took:.3f} s"
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", QUICK)
def test_every_text_of_a_record_file_is_read_soon(kind):
    assert slow_places(RECORD_PLACES, _picture, lambda: json.loads(json.dumps(RECORD)), TEXTS[kind]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", QUICK)
def test_every_text_of_a_session_file_is_read_soon(kind):
    assert slow_places(SESSION_PLACES, _state, lambda: base_session("iv"), TEXTS[kind]) == {}


FHIR_BASE = {"id": "one", "status": "final", "subject": dict(DANA), "patient": dict(DANA)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["digits", "unknown words"])
@pytest.mark.parametrize("resource", sorted(READ))
def test_every_text_of_a_resource_is_read_soon(resource, kind):
    def read(document: dict) -> object:
        document = bundle(patient(), {"resourceType": resource, **document})
        return interop.read_records(json.dumps(document).encode(), at=START, knowledge=knowledge.load())

    places = sorted(set(text_places(READ[resource], deepest=4)), key=str)
    assert slow_places(places, read, lambda: dict(FHIR_BASE), TEXTS[kind]) == {}


def test_the_places_are_found_in_the_shapes():
    assert ("medicines", 0, "text") in RECORD_PLACES
    assert ("patterns", 0, "text") in RECORD_PLACES
    assert ("screening", "key") in SESSION_PLACES
    assert len(SESSION_PLACES) > 10
