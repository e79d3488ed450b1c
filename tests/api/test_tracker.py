"""A tracker tells when the buffers of frames may be used again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from zerowire.api.tracker import _FINISHED_TRACKER, MessageTracker
from zerowire.error import NotDone
from zerowire.message import Frame, Watch


def tracked() -> Frame:
    return Frame(b"x" * 100, track=True, copy=False)


def test_frame_has_a_tracker_of_this_class() -> None:
    frame = tracked()
    assert isinstance(frame.tracker, MessageTracker)
    assert not frame.tracker.done
    assert Frame(b"x", track=True).tracker is _FINISHED_TRACKER


def test_finished_tracker_is_done() -> None:
    assert _FINISHED_TRACKER.done
    _FINISHED_TRACKER.wait(0)


def test_tracker_of_several_frames_is_done_when_all_are() -> None:
    first, second = tracked(), tracked()
    tracker = MessageTracker(first, second)
    with pytest.raises(NotDone):
        tracker.wait(0)
    del first
    assert not tracker.done
    with pytest.raises(NotDone):
        tracker.wait(0.001)
    del second
    assert tracker.done
    tracker.wait()


def test_tracker_watches_trackers_and_events_too() -> None:
    frame, event = tracked(), Event()
    tracker = MessageTracker(MessageTracker(frame.tracker, event), _FINISHED_TRACKER)
    del frame
    assert not tracker.done
    with pytest.raises(NotDone, match="not done after 0 seconds"):
        tracker.wait(0)
    event.set()
    assert tracker.done
    tracker.wait()


class AnnouncedWatch(Watch):
    """A watch that says when somebody waits for it."""

    def __init__(self, view: memoryview) -> None:
        super().__init__(view)
        self.is_awaited = Event()

    def when_done(self, callback: Callable[[], object]) -> None:
        super().when_done(callback)
        self.is_awaited.set()


@pytest.mark.parametrize("timeout", [-1, None, 60])
def test_wait_returns_when_another_thread_drops_the_last_frame(timeout: float | None) -> None:
    held = [memoryview(b"x")]
    watch = AnnouncedWatch(held[0])
    waiter = Thread(target=MessageTracker(watch).wait, args=(timeout,), daemon=True)
    waiter.start()
    assert watch.is_awaited.wait(30)
    assert waiter.is_alive()
    held.clear()
    waiter.join(30)
    assert not waiter.is_alive()


def test_what_has_no_tracker_is_refused() -> None:
    with pytest.raises(ValueError, match="track=True"):
        MessageTracker(Frame(b"x"))
    wrong: Any = b"x"
    with pytest.raises(TypeError, match="tracked"):
        MessageTracker(wrong)
