"""Who computes the chunks of a population: this thread, several threads, or the workers of a Dask cluster.

At most a few chunks are under way at once, and each is added up and forgotten as soon as its turn has come, so memory
does not grow with the number of people.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from keel.messages import Message
from keel.pharmacology.errors import PharmacologyError
from keel.pharmacology.population.plan import ChunkCounts, Plan

Progress = Callable[[int, int], None]
RunChunk = Callable[[Plan, int], ChunkCounts]
AHEAD = 2  # chunks under way for each worker


def run_all(
    plan: Plan,
    run_chunk: RunChunk,
    *,
    workers: int,
    scheduler: str | None,
    parquet: str | None,
    progress: Progress | None,
) -> ChunkCounts:
    """The counts of all chunks together; tables are written in the order of the chunks.

    PharmacologyError where a package is not installed or no scheduler answers.
    """
    source = _on_cluster(plan, run_chunk, scheduler) if scheduler else _here(plan, run_chunk, workers)
    total: ChunkCounts | None = None
    writer = _writer(parquet, plan) if parquet else None
    try:
        for done, counts in enumerate(source, start=1):
            if writer is not None:
                writer(counts.table)
            total = _sum(total, counts)
            if progress is not None:
                progress(done, plan.chunks)
    finally:
        if writer is not None:
            writer(None)
    if total is None:
        raise PharmacologyError(Message("There is nothing to compute."))
    return total


def _sum(total: ChunkCounts | None, counts: ChunkCounts) -> ChunkCounts:
    if total is None:
        return counts._replace(table=None)
    for sums, more in zip(total[:3], counts[:3], strict=True):
        sums += more
    return total


def _here(plan: Plan, run_chunk: RunChunk, workers: int) -> Iterator[ChunkCounts]:
    """Chunks in order, computed by this thread or by a few."""
    if workers == 1:
        yield from (run_chunk(plan, number) for number in range(plan.chunks))
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from _in_order(plan, lambda number: pool.submit(run_chunk, plan, number).result, ahead=workers * AHEAD)


def _on_cluster(plan: Plan, run_chunk: RunChunk, scheduler: str) -> Iterator[ChunkCounts]:
    """Chunks in order, computed by a Dask cluster; a chunk whose worker dies is computed again by another."""
    try:
        from distributed import Client
    except ImportError:
        raise PharmacologyError(
            Message("--scheduler needs Dask. Install it: pip install 'keel-care[population]'.")
        ) from None
    try:
        client = Client(scheduler, timeout=10, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise PharmacologyError(
            Message(
                "No Dask scheduler answers at {scheduler}. Check the address. ({error})",
                scheduler=scheduler,
                error=str(error),
            )
        ) from None
    with client:
        ahead = max(1, len(client.scheduler_info()["workers"])) * AHEAD

        def submit(number: int) -> Callable[[], ChunkCounts]:
            future = client.submit(
                run_chunk, plan, number, key=f"keel-{plan.seed}-{plan.subjects}-{number}", pure=False
            )
            return lambda: _result(future)

        yield from _in_order(plan, submit, ahead=ahead)


def _result(future: Any) -> ChunkCounts:
    counts: ChunkCounts = future.result()
    future.release()
    return counts


def _in_order(plan: Plan, submit: Callable[[int], Callable[[], ChunkCounts]], *, ahead: int) -> Iterator[ChunkCounts]:
    """Results by number of the chunk, with at most `ahead` of them under way."""
    numbers = iter(range(plan.chunks))
    waiting = [submit(number) for number in islice(numbers, ahead)]
    while waiting:
        counts = waiting.pop(0)()
        waiting += [submit(number) for number in islice(numbers, 1)]
        yield counts


def _writer(path: str, plan: Plan) -> Callable[[dict[str, Any] | None], None]:
    """Writes the table of each chunk to a Parquet file; None closes it."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise PharmacologyError(
            Message("Parquet needs pyarrow. Install it: pip install 'keel-care[population]'.")
        ) from None
    schema = pa.schema(
        [
            ("person", pa.int64()),
            ("analyte", pa.dictionary(pa.int8(), pa.string())),
            ("dose", pa.int32()),
            *((name, pa.float64()) for name in _COLUMNS),
        ],
        metadata={"model": plan.model.id, "version": plan.model.version, "seed": str(plan.seed)},
    )
    file = pq.ParquetWriter(path, schema)

    def write(table: dict[str, Any] | None) -> None:
        if table is None:
            file.close()
            return
        analytes = pa.DictionaryArray.from_arrays(table["analyte"].astype("int8"), pa.array(plan.outputs))
        columns = [table["person"], analytes, table["dose"].astype("int32"), *(table[name] for name in _COLUMNS)]
        file.write_table(pa.Table.from_arrays([pa.array(column) for column in columns], schema=schema))

    return write


_COLUMNS = ("cmax_ng_per_ml", "tmax_min", "auc_ng_h_per_ml", "trough_ng_per_ml")
