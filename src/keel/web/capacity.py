"""How many requests run at once, and who waits for whom: so that no kind of request keeps the others from an answer.

Every kind has a queue of its own: places at work, places to wait, and how long somebody waits at most. A clinic's
writes never wait for a page, and no page waits for a chart, a document or a long record; what the public asks for and
what costs much begins while nobody writes. Past its places a queue refuses at once (`Overloaded`), which is told to the
client as 503 with a time after which to try again.

The figures are defaults, measured on two cores (docs/reference/reliability.md).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Queue(NamedTuple):
    """A kind of request: how many run at once in a worker, how many wait, and for how many seconds.

    One that `yields` lets in one each `YIELDS_FOR_S` while a clinic writes, and no more.
    """

    name: str
    at_once: int
    waiting: int
    patience_s: float
    yields: bool = False


YIELDS_FOR_S = 1.0
HEALTH = Queue("health", 1, 16, 5)
LIVE = Queue("live writes", 3, 200, 20)
"""What the rooms record: a session waits for no form of the clinic."""
MONITORS = Queue("monitors", 1, 100, 20)
"""What monitors post; anybody may knock here, and each has to prove itself."""
WRITES = Queue("clinic writes", 3, 200, 20)
CLINIC = Queue("clinic pages", 2, 60, 20)
ROOMS = Queue("rooms", 2, 300, 5)
"""What the screens of the rooms ask for each second; no page of the clinic waits for it."""
ACCOUNTS = Queue("accounts", 2, 40, 10)
"""The door and what stands behind it: a password costs much to check, and anybody may send one."""
STATIC = Queue("static files", 1, 200, 10)
PUBLIC = Queue("public pages", 1, 24, 6, yields=True)
COSTLY = Queue("costly", 1, 6, 30, yields=True)
"""Long records, documents, charts of models: what may take longer than a page should."""
QUEUES = (HEALTH, LIVE, MONITORS, WRITES, CLINIC, ROOMS, ACCOUNTS, STATIC, PUBLIC, COSTLY)
"""All of them. Python runs one thread at a time, so that few at once is faster for each, and no slower for all."""


class Overloaded(Exception):
    """A queue has no place left, or nobody came off it in time; trying again after `retry_after_s` helps."""

    def __init__(self, queue: Queue) -> None:
        self.queue, self.retry_after_s = queue, max(1, round(queue.patience_s / 2))
        super().__init__(queue.name)


class Turns:
    """Lets work in by queue. Belongs to one event loop, so nothing in it needs a lock."""

    def __init__(self, queues: Sequence[Queue] = QUEUES) -> None:
        self._running = dict.fromkeys(queues, 0)
        self._let_in_at = dict.fromkeys(queues, -YIELDS_FOR_S)
        self._waiting: dict[Queue, deque[asyncio.Future[None]]] = {queue: deque() for queue in queues}

    async def run(self, queue: Queue, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives, once it is its turn; Overloaded where it does not come."""
        await self._wait(queue)
        try:
            return await work()
        finally:
            self._leave(queue)

    async def _wait(self, queue: Queue) -> None:
        if len(self._waiting[queue]) >= queue.waiting:
            raise Overloaded(queue)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting[queue].append(turn)
        self._let_in(queue)
        if queue.yields and not turn.done():
            loop.call_later(YIELDS_FOR_S, self._let_in, queue)
        try:
            await asyncio.wait_for(asyncio.shield(turn), queue.patience_s)
        except TimeoutError:
            if not self._give_up(queue, turn):
                return
            raise Overloaded(queue) from None
        except asyncio.CancelledError:
            if not self._give_up(queue, turn):
                self._leave(queue)
            raise

    def _give_up(self, queue: Queue, turn: asyncio.Future[None]) -> bool:
        """Takes a turn out of its queue; False where it has come in the meantime."""
        if turn.done():
            return False
        self._waiting[queue].remove(turn)
        return True

    def _leave(self, queue: Queue) -> None:
        self._running[queue] -= 1
        for one in (queue, *(other for other in self._waiting if other.yields)):
            self._let_in(one)

    def _let_in(self, queue: Queue) -> None:
        while self._waiting[queue] and self._running[queue] < queue.at_once and not self._yields_now(queue):
            self._running[queue] += 1
            self._let_in_at[queue] = asyncio.get_running_loop().time()
            self._waiting[queue].popleft().set_result(None)

    def _yields_now(self, queue: Queue) -> bool:
        if not queue.yields or not any(self._running.get(one) or self._waiting.get(one) for one in (LIVE, WRITES)):
            return False
        return asyncio.get_running_loop().time() - self._let_in_at[queue] < YIELDS_FOR_S
