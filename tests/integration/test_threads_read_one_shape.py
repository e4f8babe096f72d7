"""Several threads read into a type that nobody has read into yet: the process goes on (T11)."""

import subprocess
import sys

PROGRAM = """
import sys, threading
import msgspec
from keel.interop.json_text import convert, decode
from keel.knowledge.files import decode as decode_tree

sys.setswitchinterval(1e-6)
for turn in range(60):
    inner = msgspec.defstruct("Inner", [(f"a{n}", int | None, None) for n in range(20)])
    outer = msgspec.defstruct("Outer", [(f"b{n}", tuple[inner, ...], ()) for n in range(20)])
    tree, gate, errors = {"b3": [{"a1": 1}]}, threading.Barrier(6), []

    def read(number):
        gate.wait()
        try:
            if number % 3 == 0:
                value = convert(tree, outer, hints={}, keys=lambda path: ())
            elif number % 3 == 1:
                value = decode(b'{"b3": [{"a1": 1}]}', outer)
            else:
                value = decode_tree(tree, outer, where="x")
            assert value.b3[0].a1 == 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for one in threads: one.start()
    for one in threads: one.join()
    assert not errors, errors
"""


def test_a_type_that_is_new_is_read_by_many_threads():
    """A server that comes up gets many requests at once; none of them ends it."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own program
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
