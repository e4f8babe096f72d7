"""How many requests run at once, and who waits for whom: so that no kind of request keeps the others from an answer.

Every kind has a queue of its own: places at work, places to wait, and how long somebody waits at most. A clinic's
writes never wait for a page, and no page waits for a chart, a document or a long record. Past its places a queue
refuses at once (`Overloaded`), which is told to the client as 503 with a time after which to try again.

The figures are defaults, measured on two cores (docs/reference/reliability.md).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Queue(NamedTuple):
    """A kind of request: how many run at once in a worker, how many wait, and for how many seconds."""

    name: str
    at_once: int
    waiting: int
    patience_s: float


HEALTH = Queue("health", 1, 16, 5)
WRITES = Queue("clinic writes", 4, 200, 20)
CLINIC = Queue("clinic pages", 3, 60, 20)
LOG_INS = Queue("log-ins", 1, 40, 20)
"""Ways in: each check of a password takes a core for a while, whoever asks for it."""
STATIC = Queue("static files", 2, 200, 10)
PUBLIC = Queue("public pages", 2, 24, 6)
COSTLY = Queue("costly", 1, 6, 30)
"""Long records, documents, charts of models: what may take longer than a page should."""
QUEUES = (HEALTH, WRITES, CLINIC, LOG_INS, STATIC, PUBLIC, COSTLY)
"""From the first to the last that is let in when several could be."""
YIELDING = frozenset({PUBLIC, COSTLY})
"""Queues that wait while a clinic's write waits or runs: the interpreter runs one of them at a time anyway."""
YIELD_S = 0.5
"""Seconds that they wait for writes at most: a write that waits for a locked database holds up no page."""


class Overloaded(Exception):
    """A queue has no place left, or nobody came off it in time; trying again after `retry_after_s` helps."""

    def __init__(self, queue: Queue) -> None:
        self.queue, self.retry_after_s = queue, max(1, round(queue.patience_s / 2))
        super().__init__(queue.name)


class Turns:
    """Lets work in by queue. Belongs to one event loop, so nothing in it needs a lock."""

    def __init__(self, queues: Sequence[Queue] = QUEUES) -> None:
        self._running = dict.fromkeys(queues, 0)
        # Whoever waits, and until when they let writes go first.
        self._waiting: dict[Queue, deque[tuple[asyncio.Future[None], float]]] = {queue: deque() for queue in queues}

    async def run(self, queue: Queue, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives, once it is its turn; Overloaded where it does not come."""
        await self._wait(queue)
        try:
            return await work()
        finally:
            self._running[queue] -= 1
            self._let_in()

    async def _wait(self, queue: Queue) -> None:
        if len(self._waiting[queue]) >= queue.waiting:
            raise Overloaded(queue)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting[queue].append((turn, loop.time() + YIELD_S))
        self._let_in()
        if queue in YIELDING and not turn.done():
            loop.call_later(YIELD_S, self._let_in)
        try:
            await asyncio.wait_for(asyncio.shield(turn), queue.patience_s)
        except TimeoutError:
            if not self._give_up(queue, turn):
                return
            raise Overloaded(queue) from None
        except asyncio.CancelledError:
            if not self._give_up(queue, turn):
                self._running[queue] -= 1
                self._let_in()
            raise

    def _give_up(self, queue: Queue, turn: asyncio.Future[None]) -> bool:
        """Takes a turn out of its queue; False where it has come in the meantime."""
        if turn.done():
            return False
        self._waiting[queue] = deque(one for one in self._waiting[queue] if one[0] is not turn)
        self._let_in()
        return True

    def _let_in(self) -> None:
        for queue in self._waiting:
            while self._waiting[queue] and self._running[queue] < queue.at_once and not self._yields(queue):
                self._running[queue] += 1
                self._waiting[queue].popleft()[0].set_result(None)

    def _yields(self, queue: Queue) -> bool:
        has_writes = bool(self._waiting[WRITES] or self._running[WRITES])
        return has_writes and queue in YIELDING and asyncio.get_running_loop().time() < self._waiting[queue][0][1]
