import asyncio
import threading

from hypothesis import given
from hypothesis import strategies as st

from tests.serving.results.records import indices, record
from turbo_cli.serving.results import Broadcaster
from turbo_cli.serving.results.broadcaster import Batch


def numbers(batch: Batch) -> list[int]:
    return [entry.number for entry in batch.entries]


@given(st.lists(st.integers(0, 12)), st.integers(1, 20), st.integers(1, 10))
def test_a_reader_gets_every_record_once_or_is_told_what_it_lost(
    bursts: list[int], capacity: int, limit: int
) -> None:
    broadcaster = Broadcaster(capacity)
    after = seen = lost = written = 0
    for burst in bursts:
        for _ in range(burst):
            broadcaster.write(record(written))
            written += 1
        batch = broadcaster.read(after, limit=limit)
        assert numbers(batch) == sorted(set(numbers(batch)))
        assert not batch.entries or batch.entries[0].number == after + batch.lost + 1
        seen, lost, after = seen + len(batch.entries), lost + batch.lost, batch.last
    assert seen + lost == after <= written


def test_one_camera_of_several() -> None:
    broadcaster = Broadcaster()
    for index in range(6):
        broadcaster.write(record(index, camera="gate" if index % 2 else "yard"))
    batch = broadcaster.read(0, camera="gate", limit=2)
    assert [indices(entry.json_text) for entry in batch.entries] == [[1], [3]]
    assert batch.last == 4
    batch = broadcaster.read(batch.last, camera="gate", limit=2)
    assert [indices(entry.json_text) for entry in batch.entries] == [[5]]
    assert batch.last == 6


def test_a_newcomer_and_one_from_before_a_restart_get_what_is_yet_to_come() -> None:
    broadcaster = Broadcaster()
    broadcaster.write(record())
    for after in (None, 99, -1):
        assert broadcaster.read(after) == Batch((), 1, 0)


def test_waiting_in_a_thread() -> None:
    broadcaster = Broadcaster()
    assert not broadcaster.wait(0, 0.01)
    threading.Timer(0.05, broadcaster.write, [record()]).start()
    assert broadcaster.wait(0, 10)


def write_fifty(broadcaster: Broadcaster) -> None:
    for index in range(50):
        broadcaster.write(record(index))


def test_a_coroutine_is_woken() -> None:
    broadcaster = Broadcaster()

    async def follow() -> list[int]:
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        seen: list[int] = []
        after = 0

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        with broadcaster.listening(wake):
            threading.Thread(target=write_fifty, args=(broadcaster,)).start()
            while len(seen) < 50:
                await news.wait()
                news.clear()
                batch = broadcaster.read(after)
                after, seen = batch.last, seen + numbers(batch)
        return seen

    assert asyncio.run(asyncio.wait_for(follow(), 10)) == list(range(1, 51))
