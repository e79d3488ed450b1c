"""Messages are frames or lists of frames, and a Frame knows more than its octets."""

from __future__ import annotations

import copy
import gc
from array import array
from typing import Any

import pytest

from zerowire.constants import Errno, MessageOption
from zerowire.error import ZMQError
from zerowire.message import (
    COPY_THRESHOLD,
    FINISHED,
    NO_METADATA,
    Frame,
    Part,
    Watch,
    frames_of,
    label,
    message_of,
    octets_of,
    size_of,
    unlabel,
)

LARGE = COPY_THRESHOLD


def is_watched(frame: Frame) -> bool:
    """Return whether a frame's buffer is still in need; message.py alone makes Watches of trackers."""
    return not frame.tracker.done


# -- messages ------------------------------------------------------------------------------------


def test_message_of_one_frame_is_that_frame() -> None:
    frames: list[Part] = [b"a"]
    assert message_of(frames) == b"a"
    assert frames_of(b"a") == [b"a"]


def test_message_of_several_frames_is_their_list() -> None:
    frames: list[Part] = [b"a", Frame(b"bc")]
    assert message_of(frames) is frames
    assert frames_of(frames) is frames


def test_size_counts_the_octets_of_all_frames() -> None:
    assert size_of(b"abc") == 3
    assert size_of(Frame(b"abcd")) == 4
    assert size_of([b"a", Frame(b"bc"), b""]) == 3


def test_octets_are_the_payload_of_either_kind_of_frame() -> None:
    data = b"abc"
    assert octets_of(data) is data
    assert octets_of(Frame(data)) == data


# -- frames --------------------------------------------------------------------------------------


def test_frame_of_nothing_is_empty() -> None:
    frame = Frame()
    assert len(frame) == 0
    assert frame.bytes == b"" == bytes(frame)
    assert frame.tracker is None
    assert frame.more is False
    assert frame.metadata is NO_METADATA


@pytest.mark.parametrize("size", [0, 1, 100, LARGE, LARGE + 1])
def test_frame_has_the_octets_it_was_made_of(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    frame = Frame(data[:size])
    assert len(frame) == size
    assert frame.bytes == data[:size]
    assert frame.buffer == data[:size]


def test_bytes_are_copied_once() -> None:
    """T-14."""
    for size in (100, LARGE):
        data = b"x" * size
        frame = Frame(data)
        assert frame.bytes is not data
        assert frame.bytes is frame.bytes


def test_buffer_is_the_same_while_somebody_has_it() -> None:
    frame = Frame(b"abc")
    view = frame.buffer
    assert frame.buffer is view
    assert copy.copy(frame).buffer is not view
    view.release()
    assert frame.buffer.tobytes() == b"abc"


def test_bytes_of_a_received_frame_are_not_copied() -> None:
    data = b"x" * LARGE
    frame = Frame(data, copy=False)
    frame.receive(NO_METADATA, False)
    assert frame.bytes is data


def test_bytes_of_a_received_part_of_a_buffer_are_that_part() -> None:
    frame = Frame(memoryview(b"x" * LARGE)[1:], copy=False)
    frame.receive(NO_METADATA, False)
    assert frame.bytes == b"x" * (LARGE - 1)


def test_frame_of_str_or_a_number_is_refused() -> None:
    with pytest.raises(TypeError, match="encode"):
        Frame("text")
    with pytest.raises(TypeError):
        Frame(5)


def test_frame_of_scattered_octets_is_refused() -> None:
    with pytest.raises(BufferError, match="contiguous"):
        Frame(memoryview(b"abcdef")[::2])


def test_items_of_several_octets_become_octets() -> None:
    numbers = array("i", [1, 2, 3])
    assert Frame(numbers, copy=False).bytes == numbers.tobytes()
    assert len(Frame(array("i"), copy=False)) == 0


def test_frame_of_a_frame_has_its_octets() -> None:
    assert Frame(Frame(b"abc")).bytes == b"abc"


@pytest.mark.parametrize(
    ("size", "choice", "threshold", "shared"),
    [
        (LARGE - 1, None, None, False),
        (LARGE, None, None, True),
        (10, None, 10, True),
        (10, None, 11, False),
        (10, None, 0, True),
        (1, False, None, True),
        (LARGE, True, None, False),
    ],
)
def test_large_data_is_shared(size: int, choice: bool | None, threshold: int | None, shared: bool) -> None:
    data = bytearray(size)
    frame = Frame(data, copy=choice, copy_threshold=threshold)
    data[0] = 1
    assert frame.buffer[0] == int(shared)
    assert frame.get(MessageOption.SHARED) == int(shared)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (16, repr(b"x" * 16)),
        (17, "b'xxxxxxxxxxxx'...17B"),
        (999, "b'xxxxxxxxxxxx'...999B"),
        (2048, "b'xxxxxxxxxxxx'...2kB"),
        (2**20 - 1, "b'xxxxxxxxxxxx'...1049kB"),
        (3 * 2**20, "b'xxxxxxxxxxxx'...3MB"),
    ],
)
def test_repr_shows_the_beginning_and_the_size(size: int, text: str) -> None:
    frame = Frame(b"x" * size)
    assert repr(frame) == str(frame) == f"<zmq.Frame({text})>"


class Gigabytes(Frame):
    """A frame that says it is large; a real one would need the memory."""

    __slots__ = ()


class LongView:
    """As much of a buffer as repr() looks at."""

    def __len__(self) -> int:
        return 2 * 10**9

    def __getitem__(self, part: slice) -> bytes:
        return b"x" * 12


def test_repr_counts_gigabytes_and_names_subclasses() -> None:
    frame = Gigabytes()
    long: Any = LongView()
    frame.payload = long
    assert repr(frame) == f"<{__name__}.Gigabytes(b'xxxxxxxxxxxx'...2GB)>"


def test_buffer_can_be_released_without_harm() -> None:
    frame = Frame(bytearray(b"abc"), copy=False)
    with frame.buffer as view:
        assert view[0] == ord("a")
    assert frame.bytes == b"abc"
    assert frame.buffer.tobytes() == b"abc"


@pytest.mark.parametrize("duplicate", [copy.copy, Frame.fast_copy])
def test_copy_shares_payload_and_tracker(duplicate: Any) -> None:
    frame = Frame(bytearray(LARGE), track=True)
    frame.receive({"User-Id": "ann"}, True)
    frame.group, frame.routing_id = "g", 5
    other = duplicate(frame)
    assert type(other) is Frame
    assert other.payload is frame.payload
    assert other.tracker is frame.tracker
    assert (other.more, other["User-Id"], other.group, other.routing_id) == (True, "ann", "g", 5)


# -- properties ----------------------------------------------------------------------------------


def test_received_frame_knows_its_peer_and_whether_more_follow() -> None:
    """T-13."""
    frame = Frame(b"x")
    frame.receive({"Peer-Address": "127.0.0.1", "Socket-Type": "DEALER", "X-Hi": "ho"}, True)
    assert frame["Socket-Type"] == "DEALER"
    assert frame.get("Peer-Address") == frame.get(b"Peer-Address") == "127.0.0.1"
    assert frame["X-Hi"] == "ho"
    assert frame.more is True
    assert frame.get(MessageOption.MORE) == 1


@pytest.mark.parametrize("stored", ["Identity", "Routing-Id"])
def test_routing_id_of_the_peer_has_two_names(stored: str) -> None:
    """META-1."""
    frame = Frame(b"x")
    frame.receive({stored: "me"}, False)
    assert frame["Identity"] == frame["Routing-Id"] == "me"


@pytest.mark.parametrize("name", ["User-Id", b"User-Id", "Identity", "", 99])
def test_unknown_property_or_option_is_refused(name: Any) -> None:
    """META-1."""
    with pytest.raises(ZMQError) as caught:
        Frame(b"x").get(name)
    assert caught.value.errno == Errno.EINVAL


def test_property_is_neither_none_nor_float() -> None:
    for wrong in (None, 1.5):
        with pytest.raises(TypeError, match="options"):
            Frame(b"x").get(wrong)  # type: ignore[arg-type]


def test_source_descriptor_is_not_told() -> None:
    assert Frame(b"x").get(MessageOption.SRCFD) == -1


def test_group_and_routing_id_can_be_set() -> None:
    frame = Frame(b"x")
    frame.set("group", "news")
    frame.set("routing_id", 7)
    assert (frame.get("group"), frame.get("routing_id")) == ("news", 7)


def test_group_and_routing_id_are_attributes_too() -> None:
    frame = Frame(b"x")
    assert (frame.group, frame.routing_id) == ("", 0)
    frame.group, frame.routing_id = "größe".encode(), 7
    assert (frame.group, frame.routing_id) == ("größe", 7)
    with pytest.raises(ZMQError, match="routing_id is 0, must be 1 to"):
        frame.routing_id = 0


@pytest.mark.parametrize("part", [b"x", Frame(b"x"), Frame(bytearray(b"x"), copy=False)])
def test_label_and_its_removal_leave_the_payload(part: Part) -> None:
    labelled = label(part, group="g", routing_id=5)
    assert (labelled.bytes, labelled.group, labelled.routing_id) == (b"x", "g", 5)
    assert octets_of(labelled) is octets_of(part)
    bare = unlabel(labelled)
    assert octets_of(bare) is octets_of(part)
    assert isinstance(bare, bytes) or (bare.group, bare.routing_id) == ("", 0)
    assert unlabel(part) is part


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("group", "g" * 256),
        ("group", b"\xff"),
        ("group", 5),
        ("routing_id", 0),
        ("routing_id", 2**32),
        ("routing_id", "x"),
        (MessageOption.MORE, 1),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_set_is_refused(option: Any, value: Any) -> None:
    with pytest.raises(ZMQError) as caught:
        Frame(b"x").set(option, value)
    assert caught.value.errno == Errno.EINVAL
    assert str(option) in str(caught.value) or repr(option) in str(caught.value)


# -- tracking ------------------------------------------------------------------------------------


def test_buffer_is_in_need_until_its_last_frame_is_gone() -> None:
    frame = Frame(bytearray(LARGE), track=True)
    tracker = frame.tracker
    other = frame.fast_copy()
    queue: list[Part] = [other]
    del frame, other
    assert not tracker.done
    queue.clear()
    assert tracker.done


def test_buffer_of_a_frame_is_in_need_until_frames_made_of_it_are_gone() -> None:
    first = Frame(bytearray(LARGE), track=True)
    tracker = first.tracker
    second = Frame(first)
    third = second.fast_copy()
    del first, second
    assert not tracker.done
    del third
    assert tracker.done


def test_bytearray_is_locked_until_done() -> None:
    data = bytearray(LARGE)
    frame = Frame(data)
    with pytest.raises(BufferError):
        data.append(1)
    del frame
    data.append(1)
    assert len(data) == LARGE + 1


def test_copied_frame_is_done_from_the_beginning() -> None:
    assert Frame(b"x", track=True).tracker.done
    assert Frame(b"x" * LARGE, track=True, copy=True).tracker.done
    assert Frame(b"x" * LARGE).tracker is None


def test_watch_calls_back_once_the_buffer_is_free() -> None:
    view = memoryview(bytearray(5))
    watch = Watch(view)
    calls: list[str] = []
    forgotten = calls.copy
    watch.when_done(lambda: calls.append("done"))
    watch.when_done(forgotten)
    watch.forget(forgotten)
    assert calls == []
    del view
    assert calls == ["done"]
    assert watch.done


def test_watch_that_is_done_calls_back_at_once() -> None:
    calls: list[str] = []
    watch = Watch(None)
    watch.when_done(lambda: calls.append("done"))
    assert calls == ["done"]
    assert FINISHED.done


def test_tracked_frame_leaves_no_garbage() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            Frame(bytearray(LARGE), track=True)
        assert not any(isinstance(each, Watch) and each is not FINISHED for each in gc.get_objects())
    finally:
        gc.enable()
