"""The account of buffers that are in use."""

from __future__ import annotations

import copy

import pytest

import zerowire as zmq
from tests.conftest import WaitUntil
from zerowire.utils.garbage import gc


@pytest.mark.parametrize("size", [1, 32, 65536])
def test_shared_buffer_is_listed_until_its_last_frame_is_gone(size: int) -> None:
    """T-14."""
    assert not gc.refs
    frame = zmq.Frame(bytearray(size), copy=False)
    (key,) = gc.refs
    other = copy.copy(frame)
    assert list(gc.refs) == [key]
    del frame
    assert gc.refs[key].nbytes == size
    del other
    assert key not in gc.refs
    assert not gc.refs


def test_copied_data_is_not_listed() -> None:
    frame = zmq.Frame(b"x" * 100)
    assert not gc.refs
    assert frame.bytes == b"x" * 100


def test_sent_buffer_is_listed_until_it_has_left(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.connect("inproc://late")
        push.send(bytearray(100_000), copy=False)
        assert [view.nbytes for view in gc.refs.values()] == [100_000]
        pull.bind("inproc://late")
        assert len(pull.recv()) == 100_000
        wait_until(lambda: not gc.refs)
