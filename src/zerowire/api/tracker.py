"""Waiting until a buffer that was sent without a copy may be used again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from threading import Event

from zerowire import _native
from zerowire.error import NotDone
from zerowire.message import FINISHED, Frame, Watch, use_tracker

__all__ = ["MessageTracker"]


class MessageTracker:
    """Tells when ZeroWire has no more need of the buffers of some frames.

    A buffer is needed as long as a Frame shares it: one that waits to be sent, one that an
    inproc peer received, and also one that the application itself keeps.

    Args:
        towatch: Frames with a tracker, other trackers, and events; done when all are.

    Raises:
        ValueError: A Frame has no tracker.
        TypeError: It is something else.
    """

    def __init__(self, *towatch: MessageTracker | Frame | Watch | Event) -> None:
        self._watches: set[Watch] = set()
        self._events: set[Event] = set()
        for each in towatch:
            if isinstance(each, Frame):
                if each.tracker is None:
                    raise ValueError("a Frame can be tracked only if it was made with track=True")
                each = each.tracker
            if isinstance(each, MessageTracker):
                self._watches |= each._watches
                self._events |= each._events
            elif isinstance(each, Watch):
                self._watches.add(each)
            elif isinstance(each, Event):
                self._events.add(each)
            else:
                raise TypeError(f"only frames, trackers and events can be tracked, not {each!r}")

    @property
    def done(self) -> bool:
        """Whether all buffers may be used again."""
        return all(watch.done for watch in self._watches) and all(event.is_set() for event in self._events)

    def wait(self, timeout: float | None = -1) -> None:
        """Wait until all buffers may be used again.

        Args:
            timeout: How long, in seconds; None or a negative number for ever.

        Raises:
            NotDone: They may not after that time.
        """
        deadline = None if timeout is None or timeout < 0 else time.monotonic() + timeout
        waits: list[Callable[[float | None], bool]] = [partial(_wait, watch) for watch in self._watches]
        waits += [event.wait for event in self._events]
        for wait in waits:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not wait(left):
                raise NotDone(f"not done after {timeout} seconds")


def _wait(watch: Watch, timeout: float | None) -> bool:
    """Wait for one buffer; return whether it is done."""
    if watch.done:
        return True
    # A Watch calls back in the midst of anything, where of all queues only this kind may be used.
    signal: _native.queue.SimpleQueue[None] = _native.queue.SimpleQueue()  # few wait: loaded now
    callback = partial(signal.put, None)
    watch.when_done(callback)
    try:
        signal.get(timeout=timeout)
    except _native.queue.Empty:
        return watch.done
    finally:
        watch.forget(callback)
    return True


_FINISHED_TRACKER = MessageTracker()


def _tracker_for(watch: Watch) -> MessageTracker:
    return _FINISHED_TRACKER if watch is FINISHED else MessageTracker(watch)


use_tracker(_tracker_for)
