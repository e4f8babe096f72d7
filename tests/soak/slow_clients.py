"""T28, second half: clients that send a byte a second hold no thread. Budget: other pages stay under 300 ms."""

import asyncio
import sys
import time
import urllib.request
from pathlib import Path

from soak.figures import Figure, percentile
from support.served import served

HEAD = (
    "POST /check/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 4000\r\n\r\n"
)


async def _slow_client(host: str, port: int, until: float) -> str:
    """Sends a byte a second until it is refused; the first line of the answer."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(HEAD.encode())
        while time.monotonic() < until:
            writer.write(b"x")
            await writer.drain()
            try:
                return (await asyncio.wait_for(reader.readline(), 1)).decode().strip()
            except TimeoutError:
                continue
        return "held to the end"
    except ConnectionError:
        return "closed"
    finally:
        writer.close()


async def measure(address: str, clients: int, seconds: float) -> tuple[list[float], list[str]]:
    """Milliseconds of pages asked for while `clients` send slowly, and how each of those ended."""
    host, _, port = address.removeprefix("http://").partition(":")
    until = time.monotonic() + seconds
    slow = [asyncio.create_task(_slow_client(host, int(port), until)) for _ in range(clients)]
    await asyncio.sleep(1)
    took = []
    while time.monotonic() < until - 1:
        for path in ("/healthz", "/about/"):
            start = time.perf_counter()
            await asyncio.to_thread(_get, address + path)
            took.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.2)
    return took, await asyncio.gather(*slow)


def _get(address: str) -> None:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own address
        answer.read()


def figures(folder: Path, *, clients: int = 200, seconds: float = 20) -> list[Figure]:
    """The figures of this run."""
    with served(folder) as server:
        took, ends = asyncio.run(measure(server.address, clients, seconds))
    refused = sum("408" in end for end in ends)
    return [
        Figure(f"page beside {clients} slow bodies, p99", percentile(took, 99), "ms", 300),
        Figure("slow bodies that were not refused in time", clients - refused, "", 0),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1])):
        print(figure)
