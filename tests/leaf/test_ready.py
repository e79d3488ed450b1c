"""leaf.ready: an awaitable whose value is there."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from zerowire.leaf.ready import Ready, ready

VALUES: list[object] = [None, b"x", 0, (1, 2), [], StopIteration(3), ValueError("a value like any other")]


class Receipt:
    """Counts what nobody has taken."""

    def __init__(self) -> None:
        self.dropped = 0

    def drop(self) -> None:
        self.dropped += 1


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_value_is_awaited_asked_for_or_yielded(value: object) -> None:
    async def main() -> None:
        assert await ready(value) is value
        it = ready(value)
        assert it.result() is await it is value

    asyncio.run(main())

    def steps() -> Any:
        return (yield from ready(value))

    with pytest.raises(StopIteration) as caught:
        next(steps())
    assert caught.value.value is value


def test_awaiting_does_not_leave_the_loop_its_turn() -> None:
    async def main() -> None:
        turns: list[None] = []
        asyncio.get_running_loop().call_soon(turns.append, None)
        await ready(1)
        assert turns == []

    asyncio.run(main())


def test_it_passes_for_a_future() -> None:
    async def main() -> None:
        it = ready(b"x")
        assert asyncio.isfuture(it)
        assert asyncio.ensure_future(it) is it
        assert it.done()
        assert not it.cancelled()
        assert not it.cancel("too late")
        assert it.exception() is None
        assert it.get_loop() is asyncio.get_running_loop()
        for change in (it.set_result, it.set_exception):
            with pytest.raises(asyncio.InvalidStateError):
                change(ValueError())  # type: ignore[arg-type]
        assert repr(it) == "<Ready result=b'x'>"

    asyncio.run(main())


def test_callback_is_called_soon() -> None:
    async def main() -> None:
        told: list[Any] = []
        it = ready(b"x")
        it.add_done_callback(told.append)
        assert it.remove_done_callback(told.append) == 0
        assert told == []
        await asyncio.sleep(0)
        assert told == [it]

    asyncio.run(main())


def test_asyncio_takes_it_wherever_it_takes_a_future() -> None:
    async def main() -> None:
        assert await asyncio.wait_for(ready(1), 1) == 1
        assert await asyncio.wait_for(ready(1), 0) == 1
        assert [*await asyncio.gather(ready(1), ready(2))] == [1, 2]
        assert await asyncio.shield(ready(3)) == 3
        done, pending = await asyncio.wait([ready(4)])
        assert ([each.result() for each in done], pending) == ([4], set())
        assert [await each for each in asyncio.as_completed([ready(5)])] == [5]

    asyncio.run(main())


@pytest.mark.parametrize("take", ["await", "result", "yield from"])
def test_receipt_does_not_hear_of_a_value_that_was_taken(take: str) -> None:
    receipt = Receipt()

    async def main() -> None:
        it = ready(b"x", receipt)
        if take == "await":
            await it
        elif take == "result":
            it.result()
        else:
            with pytest.raises(StopIteration):
                next(iter(it))

    asyncio.run(main())
    gc.collect()
    assert receipt.dropped == 0


def test_receipt_hears_of_a_value_that_nobody_has_taken() -> None:
    receipt = Receipt()
    it = ready(b"x", receipt)
    assert it.done()
    assert it.exception() is None
    del it
    gc.collect()
    assert receipt.dropped == 1


def test_value_that_refers_to_its_awaitable_is_collected() -> None:
    receipt = Receipt()
    value: list[Any] = []
    value.append(ready(value, receipt))
    del value
    gc.collect()
    assert receipt.dropped == 1


def test_class_can_be_named_in_annotations() -> None:
    assert isinstance(ready(1), Ready)
