"""The web application as it is really served: granian in a process of its own, on a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_PROGRAM = """
import sys
from pathlib import Path
from keel.web.server import load_demo, prepare, run
port, workers = int(sys.argv[2]), int(sys.argv[3])
prepare(Path(sys.argv[1]))
if sys.argv[4] != "-":
    print(load_demo(port))
if sys.argv[4] == "rooms":
    from keel.web.live.demonstration import load_rooms
    load_rooms(1)
if sys.argv[4] == "rems":
    from keel.web.rems.demonstration import load
    load()
run(port, workers)
"""


class Served(NamedTuple):
    """Where it answers, where it keeps its files, and where its output goes."""

    address: str
    folder: Path
    log: Path
    process: int

    def kill(self) -> None:
        """Ends the server and its workers as a crash does: at once, without a word."""
        os.killpg(self.process, signal.SIGKILL)


@contextmanager
def served(
    folder: Path,
    *,
    demo: bool = False,
    rooms: bool = False,
    rems: bool = False,
    workers: int = 1,
    brands: Path | None = None,
) -> Iterator[Served]:
    """A server that is ready, and ends with the block; `brands` is its file of brands, `rooms` the live afternoon.

    `rems` is the demonstration with the forms of the REMS and the stock of controlled drugs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    filled = "rems" if rems else "rooms" if rooms else "demo" if demo else "-"
    with _running(folder, _free_port(), workers, filled, _environment(brands)) as running:
        yield running


@contextmanager
def served_again(before: Served) -> Iterator[Served]:
    """The same server again, at the same address on the same folder, after it was killed."""
    port = int(before.address.rpartition(":")[2])
    with _running(before.folder.parent, port, 1, "-", _environment(None)) as running:
        yield running


@contextmanager
def served_by_the_command(folder: Path) -> Iterator[Served]:
    """A server that `keel serve` started, with all that a technician's command loads and checks first."""
    command = [str(Path(sys.executable).with_name("keel")), "serve"]
    with _running(folder, _free_port(), 1, "-", _environment(None), command=command) as running:
        yield running


@contextmanager
def _running(
    folder: Path, port: int, workers: int, filled: str, environment: dict[str, str], command: Sequence[str] = ()
) -> Iterator[Served]:
    log = folder / "output.log"
    arguments = [sys.executable, "-c", _PROGRAM, str(folder / "keel"), str(port), str(workers), filled]
    if command:
        arguments = [*command, "--folder", str(folder / "keel"), "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            arguments, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/healthz", process, log)
        yield Served(address, folder / "keel", log, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _environment(brands: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL"))}
    return kept | {"PYTHONUNBUFFERED": "1"} | ({"KEEL_BRANDS": str(brands)} if brands else {})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready:\n{log.read_text()}")
