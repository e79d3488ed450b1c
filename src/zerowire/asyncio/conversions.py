"""What becomes of what was received: octets, frames, or what a buffer has room for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from zerowire.api.parts import make_frame, part_bytes
from zerowire.engine.returned import Receipt
from zerowire.message import Frame, Part, frames_of

Convert = Callable[[Receipt], Any]  # None where one may be given stands for octets


def converter(whole: bool, track: bool) -> Convert:
    """Return what makes a Frame, or a list of them if whole."""
    return partial(to_frames if whole else to_frame, track=track)


def convert(receipt: Receipt, whole: bool, how: Convert | None) -> Any:
    """Return what becomes of a message, if whole, or of a frame."""
    if how is not None:
        return how(receipt)
    return to_list(receipt) if whole else to_bytes(receipt)


def to_bytes(receipt: Receipt) -> bytes:
    """Return a frame as octets."""
    part = receipt.message
    return part if type(part) is bytes else part_bytes(cast(Part, part))


def to_frame(receipt: Receipt, track: bool) -> Frame:
    """Return a frame with all that is known of it."""
    return make_frame(cast(Part, receipt.message), receipt.metadata, receipt.more, track)


def to_list(receipt: Receipt) -> list[bytes]:
    """Return the frames of a message as octets."""
    return [part if type(part) is bytes else part_bytes(part) for part in frames_of(receipt.message)]


def to_frames(receipt: Receipt, track: bool) -> list[Frame]:
    """Return the frames of a message with all that is known of them."""
    parts = frames_of(receipt.message)
    last = len(parts) - 1
    return [make_frame(part, receipt.metadata, index < last, track) for index, part in enumerate(parts)]


def store(target: memoryview, receipt: Receipt) -> int:
    """Write a frame where the caller wants it; return how long it was."""
    data = to_bytes(receipt)
    size = min(len(data), len(target))
    target[:size] = data[:size]
    return len(data)
