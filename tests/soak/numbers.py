"""T18: ten thousand numbers of patients tried one after the other, by somebody of another clinic.

Every second is a patient's of a clinic where they do not work, the others are nobody's: the same page, equally soon.
"""

import asyncio
import re
import statistics
import sys
from pathlib import Path

from soak.client import Browser
from soak.figures import Figure
from support.served import served

PASSWORD = "keel-demonstration"


def _page(body: str) -> str:
    """A page without what differs each time and the number that was asked for."""
    return re.sub(r'nonce="[^"]*"|value="[^"]*"|[A-Z]-\d+', "", body)


async def _tried(address: str, count: int) -> tuple[dict[str, list[float]], set[tuple[int, str]]]:
    charlie, alice = Browser(address), Browser(address)
    await charlie.log_in("charlie", PASSWORD)
    await alice.log_in("alice", PASSWORD)
    hers = sorted(set(re.findall(r"/clinic/harbour/patients/([A-Z]-\d+)/", (await alice.get("/clinic/harbour/")).body)))
    took: dict[str, list[float]] = {"not yours": [], "not there": []}
    answers = set()
    for number in range(count):
        kind = "not there" if number % 2 else "not yours"
        tried = f"X-{100_000 + number}" if number % 2 else hers[number // 2 % len(hers)]
        reply = await charlie.get(f"/clinic/harbour/patients/{tried}/")
        took[kind].append(reply.ms)
        answers.add((reply.status, _page(reply.body)))
    return took, answers


def figures(folder: Path, *, count: int = 10_000) -> list[Figure]:
    """The figures of this run."""
    with served(folder, demo=True) as server:
        took, answers = asyncio.run(_tried(server.address, count))
    middles = {kind: statistics.median(values) for kind, values in took.items()}
    print({kind: f"{ms:.2f} ms" for kind, ms in middles.items()}, {status for status, _body in answers})
    return [
        Figure(f"numbers of {count} that showed something", {status for status, _ in answers} != {404}, "", 0),
        Figure("answers that can be told apart", len(answers), "", 1),
        Figure("between the two, in the middle", abs(middles["not yours"] - middles["not there"]), "ms", 5),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), count=int(sys.argv[2])):
        print(figure)
