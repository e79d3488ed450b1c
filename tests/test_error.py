"""Errors have the numbers, texts and classes that programs expect."""

from __future__ import annotations

import errno
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from zerowire import error
from zerowire.constants import Errno
from zerowire.error import (
    Again,
    ContextTerminated,
    DraftFDWarning,
    InterruptedSystemCall,
    LocalProtocolError,
    NotDone,
    ProtocolError,
    RemoteProtocolError,
    ZMQBaseError,
    ZMQBindError,
    ZMQError,
    ZMQVersionError,
    strerror,
    zmq_errno,
    zmq_error,
)


def test_text_is_that_of_the_number() -> None:
    """ERR-2."""
    for number in (*Errno, errno.EPERM, errno.ENOMEM):
        assert str(ZMQError(number)) == strerror(number)
    assert strerror(errno.EPERM) == os.strerror(errno.EPERM)


def test_texts_agree_with_pyzmq() -> None:
    """ERR-2."""
    zmq: Any = pytest.importorskip("zmq")
    for number in Errno:
        assert strerror(number) == zmq.strerror(int(number))


def test_error_has_number_and_words() -> None:
    failure = ZMQError(Errno.EINVAL, "LINGER is -3")
    assert failure.errno == Errno.EINVAL
    assert type(failure.errno) is int
    assert failure.strerror == "LINGER is -3" == str(failure)
    assert repr(failure) == "ZMQError('LINGER is -3')"
    failure.strerror += " (addr='x')"
    assert str(failure) == "LINGER is -3 (addr='x')"


def test_error_without_number_takes_the_last_one() -> None:
    ZMQError(Errno.EFSM)
    assert zmq_errno() == Errno.EFSM
    assert ZMQError().errno == Errno.EFSM


def test_last_number_of_another_thread_is_not_seen() -> None:
    ZMQError(Errno.EFSM)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(zmq_errno).result() == 0
        pool.submit(ZMQError, Errno.ETERM).result()
    assert zmq_errno() == Errno.EFSM


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (Errno.EAGAIN, Again),
        (Errno.ETERM, ContextTerminated),
        (errno.EINTR, InterruptedSystemCall),
        (Errno.EINVAL, ZMQError),
        (errno.ENOENT, ZMQError),
    ],
)
def test_zmq_error_picks_the_class(number: int, kind: type[ZMQError]) -> None:
    plain, worded = zmq_error(number), zmq_error(number, "words")
    assert type(plain) is type(worded) is kind
    assert plain.errno == worded.errno == number
    assert str(plain) == strerror(number)
    assert str(worded) == "words"


@pytest.mark.parametrize("kind", [Again, ContextTerminated, InterruptedSystemCall])
def test_class_knows_its_number(kind: type[ZMQError]) -> None:
    assert type(zmq_error(kind().errno or 0)) is kind


def test_only_an_interrupted_call_is_an_os_error() -> None:
    assert isinstance(zmq_error(errno.EINTR), InterruptedError)
    assert not issubclass(ZMQError, OSError)
    assert not issubclass(Again, OSError)


def test_tree_is_as_the_module_says() -> None:
    for kind in (ZMQError, ZMQBindError, NotDone, ProtocolError):
        assert kind.__bases__ == (ZMQBaseError,)
    for kind in (LocalProtocolError, RemoteProtocolError):
        assert kind.__bases__ == (ProtocolError,)
    assert issubclass(ZMQVersionError, NotImplementedError)
    assert issubclass(DraftFDWarning, RuntimeWarning)
    assert all(name in (error.__doc__ or "") for name in error.__all__ if name[0].isupper())


def test_protocol_error_carries_the_monitors_number() -> None:
    failure = RemoteProtocolError("the peer refused", 0x10000000, status=400)
    assert (str(failure), failure.code, failure.status) == ("the peer refused", 0x10000000, 400)
    assert RemoteProtocolError("no number").code == 0
    assert RemoteProtocolError("no number").status is None
    assert str(LocalProtocolError("out of turn")) == "out of turn"


def test_other_errors_say_what_is_wrong() -> None:
    assert str(ZMQVersionError("4.4", "warp")) == "warp needs ZeroMQ 4.4 or later"
    assert "imitation" in str(DraftFDWarning())
    assert str(DraftFDWarning("slow")) == "slow"


@pytest.mark.parametrize(
    "failure", [zmq_error(Errno.EAGAIN), zmq_error(Errno.EINVAL, "why"), ZMQVersionError("5")]
)
def test_error_survives_pickling(failure: Exception) -> None:
    copy = pickle.loads(pickle.dumps(failure))
    assert type(copy) is type(failure)
    assert str(copy) == str(failure)
