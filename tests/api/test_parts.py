"""Between what users send and receive, and frames."""

from __future__ import annotations

import array
import sys
from typing import Any

import pytest

from zerowire.api.parts import address, check_parts, make_frame, make_part, part_bytes, tracker_of, write_into
from zerowire.message import Frame, label

THRESHOLD = 10
LARGE = bytes(THRESHOLD)


def test_bytes_pass_as_they_are() -> None:
    assert make_part(LARGE, True, False, THRESHOLD) is LARGE


@pytest.mark.parametrize("data", [bytearray(b"ab"), memoryview(b"ab"), array.array("B", b"ab"), Frame(b"ab")])
def test_copy_makes_bytes(data: Any) -> None:
    part = make_part(data, True, False, THRESHOLD)
    assert type(part) is bytes
    assert part == b"ab"


@pytest.mark.parametrize("copy", [True, False])
def test_frame_for_a_peer_or_a_group_stays_one(copy: bool) -> None:
    for names in ({"routing_id": 5}, {"group": "g"}):
        data = bytearray(b"before")
        part = make_part(label(Frame(data, copy=False), **names), copy, False, THRESHOLD)
        data[:] = b"after!"
        assert isinstance(part, Frame)
        assert (part.group, part.routing_id) == (names.get("group", ""), names.get("routing_id", 0))
        assert bytes(part) == (b"before" if copy else b"after!")


def test_address_is_written_on_a_copy() -> None:
    frame = Frame(bytearray(LARGE), track=True, copy=False)
    addressed = address(address(frame, routing_id=5), group=b"g")
    assert (addressed.routing_id, addressed.group, addressed.payload) == (5, "g", frame.payload)
    assert addressed.tracker is frame.tracker
    assert (frame.routing_id, frame.group) == (0, "")
    assert bytes(address(b"x", 5)) == b"x"


def test_copy_is_independent_of_its_source() -> None:
    data = bytearray(b"before")
    part = make_part(data, True, False, THRESHOLD)
    data[:] = b"after!"
    assert part == b"before"


def test_large_data_is_shared_without_copy() -> None:
    data = bytearray(LARGE)
    part = make_part(data, False, True, THRESHOLD)
    assert isinstance(part, Frame)
    data[0] = 7
    assert bytes(part)[0] == 7
    assert not part.tracker.done


def test_small_data_is_copied_all_the_same() -> None:
    part = make_part(bytearray(b"small"), False, True, THRESHOLD)
    assert isinstance(part, Frame)
    assert part.tracker.done


@pytest.mark.parametrize(
    ("data", "is_copied"), [(bytearray(100_000), True), (array.array("d", [0] * 900), False)]
)
def test_threshold_is_in_octets_and_may_be_any(data: Any, is_copied: bool) -> None:
    part = make_part(data, False, True, 200_000 if is_copied else 1000)
    assert isinstance(part, Frame)
    assert part.tracker.done == is_copied


def test_frame_passes_as_it_is_without_copy() -> None:
    frame = Frame(b"x", track=True)
    assert make_part(frame, False, True, THRESHOLD) is frame


@pytest.mark.parametrize("copy", [True, False])
def test_text_is_refused_with_advice(copy: bool) -> None:
    with pytest.raises(TypeError, match="send_string"):
        make_part("text", copy, False, THRESHOLD)


@pytest.mark.parametrize("data", [None, 5, object(), [b"x"]])
@pytest.mark.parametrize("copy", [True, False])
def test_what_is_no_buffer_is_refused(data: Any, copy: bool) -> None:
    with pytest.raises(TypeError):
        make_part(data, copy, False, THRESHOLD)


@pytest.mark.parametrize("copy", [True, False])
def test_untracked_frame_cannot_be_tracked(copy: bool) -> None:
    with pytest.raises(ValueError, match="without track=True"):
        make_part(Frame(b"x"), copy, True, THRESHOLD)


def test_all_parts_are_checked_before_any_is_sent() -> None:
    with pytest.raises(TypeError, match=r"Frame 1 \('text'\) does not support the buffer interface\."):
        check_parts([b"fine", "text", b"fine"], True, False, THRESHOLD)


def test_long_part_is_shown_in_short() -> None:
    with pytest.raises(TypeError) as caught:
        check_parts(["x" * 1000], True, False, THRESHOLD)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("parts", [[], ()])
def test_message_has_at_least_one_frame(parts: Any) -> None:
    with pytest.raises(IndexError):
        check_parts(parts, True, False, THRESHOLD)


def test_received_frame_has_metadata_and_more() -> None:
    for part in (b"x", Frame(b"x")):
        frame = make_frame(part, {"Socket-Type": "PUSH"}, True, False)
        assert (frame.bytes, frame.more, frame["Socket-Type"]) == (b"x", True, "PUSH")
        assert part_bytes(frame) == part_bytes(part) == b"x"


def test_frame_of_the_sender_is_not_touched() -> None:
    """Over inproc it may be the same object."""
    sent = Frame(b"x")
    make_frame(sent, {"Socket-Type": "PUSH"}, True, False)
    assert not sent.more
    with pytest.raises(Exception, match="no property"):
        sent.get("Socket-Type")


def test_tracker_of_a_message_is_done_when_every_frame_is() -> None:
    first, second = (make_part(bytearray(LARGE), False, True, THRESHOLD) for _ in range(2))
    tracker = tracker_of([first, b"small", second], True)
    assert tracker is not None
    assert not tracker.done
    del first
    assert not tracker.done
    del second
    assert tracker.done


def test_nothing_is_tracked_unless_asked() -> None:
    assert tracker_of(b"x", False) is None
    assert tracker_of(b"x", True) is not None
    frame = Frame(b"x", track=True)
    assert tracker_of(frame, False) is frame.tracker


def test_buffer_is_written_as_octets() -> None:
    numbers = array.array("I", [0, 0])
    view = write_into(numbers, 0)
    assert (len(view), view.format) == (8, "B")
    view[:4] = (1).to_bytes(4, "little")
    assert numbers[0] == int.from_bytes((1).to_bytes(4, "little"), sys.byteorder)


@pytest.mark.parametrize(("nbytes", "size"), [(0, 5), (3, 3), (5, 5)])
def test_part_of_a_buffer_may_be_used(nbytes: int, size: int) -> None:
    assert len(write_into(bytearray(5), nbytes)) == size


@pytest.mark.parametrize("nbytes", [-1, 6])
def test_part_that_the_buffer_does_not_have(nbytes: int) -> None:
    with pytest.raises(ValueError, match=r"must be 0 \(all\) to 5"):
        write_into(bytearray(5), nbytes)


def test_empty_buffer_takes_nothing() -> None:
    assert len(write_into(bytearray(), 0)) == 0


@pytest.mark.parametrize("buffer", [b"read-only", memoryview(bytearray(8))[::2]])
def test_buffer_that_cannot_be_written(buffer: Any) -> None:
    with pytest.raises(BufferError):
        write_into(buffer, 0)
