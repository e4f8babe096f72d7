"""HZ-AVL-01: who waits for whom. A clinic's write never waits for a page, and what is too much is refused at once."""

import asyncio

import pytest

from keel.web import capacity
from keel.web.capacity import COSTLY, HEALTH, LIVE, QUEUES, WRITES, Overloaded, Queue, Turns


class Work:
    """Requests that run until they are told to end."""

    def __init__(self):
        self.turns, self.begun, self.ends, self.tasks = Turns(), [], [], []

    async def ask(self, queue, name):
        end = asyncio.Event()

        async def work():
            self.begun.append(name)
            await end.wait()
            return name

        self.ends.append(end)
        self.tasks.append(asyncio.create_task(self.turns.run(queue, work)))
        await settled()

    async def all_end(self):
        for end in self.ends:
            end.set()
        return await asyncio.gather(*self.tasks, return_exceptions=True)


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("busy", [queue for queue in QUEUES if queue is not WRITES])
def test_a_write_begins_at_once_whatever_fills_the_other_queues(busy):
    async def run():
        work = Work()
        for number in range(busy.at_once + busy.waiting):
            await work.ask(busy, f"{busy.name} {number}")
        await work.ask(WRITES, "write")
        assert "write" in work.begun
        await work.all_end()

    asyncio.run(run())


@pytest.mark.parametrize("queue", [queue for queue in QUEUES if queue.yields])
@pytest.mark.parametrize("first", [LIVE, WRITES])
def test_what_the_public_asks_for_waits_while_a_clinic_writes_and_not_for_ever(queue, first, monkeypatch):
    """One begins at once, the next when nobody writes any more or its time has come."""
    monkeypatch.setattr(capacity, "YIELDS_FOR_S", 0.05)

    async def run():
        work = Work()
        await work.ask(first, "write")
        for name in ("one", "two", "three"):
            await work.ask(queue, name)
        assert work.begun == ["write", "one"]
        work.ends[1].set()
        await settled()
        assert work.begun == ["write", "one"]
        await asyncio.sleep(0.1)
        assert work.begun == ["write", "one", "two"]
        work.ends[2].set()
        work.ends[0].set()
        await settled()
        assert work.begun[3:] == ["three"]
        await work.all_end()

    asyncio.run(run())


def test_health_answers_while_everything_else_is_full():
    async def run():
        work = Work()
        for queue in QUEUES:
            for number in range(queue.at_once if queue is not HEALTH else 0):
                await work.ask(queue, f"{queue.name} {number}")
        await work.ask(HEALTH, "health")
        assert "health" in work.begun
        await work.all_end()

    asyncio.run(run())


@pytest.mark.parametrize("queue", QUEUES)
def test_past_its_places_a_queue_refuses_at_once_and_says_when_to_come_again(queue):
    async def run():
        work = Work()
        for number in range(queue.at_once + queue.waiting):
            await work.ask(queue, str(number))
        assert len(work.begun) == queue.at_once
        with pytest.raises(Overloaded) as refused:
            await work.turns.run(queue, settled)
        assert 1 <= refused.value.retry_after_s <= 60
        ends = await work.all_end()
        assert ends == [str(number) for number in range(queue.at_once + queue.waiting)]  # none lost, in order

    asyncio.run(run())


def test_who_waits_too_long_is_refused_and_leaves_no_place_taken():
    async def run():
        short = Queue("short", 1, 5, 0.01)
        turns = Turns((WRITES, short))
        end = asyncio.Event()
        first = asyncio.create_task(turns.run(short, end.wait))
        await settled()
        with pytest.raises(Overloaded):
            await turns.run(short, settled)
        end.set()
        await first
        assert await asyncio.wait_for(turns.run(short, _yes), 1) == "yes"

    async def _yes():
        return "yes"

    asyncio.run(run())


def test_an_error_or_a_client_that_left_gives_the_place_back():
    async def run():
        turns = Turns()

        async def broken():
            raise ZeroDivisionError

        for _ in range(COSTLY.at_once + 1):
            with pytest.raises(ZeroDivisionError):
                await turns.run(COSTLY, broken)
        end = asyncio.Event()
        running = asyncio.create_task(turns.run(COSTLY, end.wait))
        await settled()
        left = asyncio.create_task(turns.run(COSTLY, settled))
        await settled()
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        end.set()
        await running
        assert await asyncio.wait_for(turns.run(COSTLY, _done), 1) is None

    async def _done():
        return None

    asyncio.run(run())
