"""The descriptors that a socket waits on, and the one that its users may watch."""

from __future__ import annotations

import errno
import select
from typing import Any

import pytest

from tests.engine.bench import Bench, frame, take_all
from zerowire.constants import SocketType
from zerowire.engine import descriptors
from zerowire.engine.descriptors import open_poller
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError

NAME = "inproc://descriptors"


def is_readable(core: SocketCore) -> bool:
    return bool(select.select([core.fileno()], [], [], 0)[0])


def test_poller_has_its_waker(bench: Bench) -> None:
    poller, waker = open_poller()
    assert poller.wait(0) == []
    waker.wake()
    assert [handler for handler, _ in poller.wait(0)] == [waker]
    waker.close()
    poller.close()


@pytest.mark.parametrize("which", ["Poller", "Waker"])
def test_process_without_descriptors_is_told(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other descriptor is given back: no_leaks() would see it."""

    def fail() -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(descriptors, which, fail)
    with pytest.raises(ZMQError, match="no descriptor is left") as caught:
        open_poller()
    assert caught.value.errno == errno.EMFILE


@pytest.mark.parametrize("which", ["Poller", "Waker"])
def test_asking_for_the_descriptor_may_find_none_left(
    which: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    core = bench.open(SocketType.PULL)
    with monkeypatch.context() as patch:
        patch.setattr(descriptors, which, fail)
        with pytest.raises(ZMQError) as caught:
            core.fileno()
    assert caught.value.errno == errno.EMFILE
    assert not is_readable(core)


def test_descriptor_is_the_same_each_time(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    assert core.fileno() == core.fileno()
    assert not is_readable(core)


def test_descriptor_is_readable_while_messages_are_in_the_pipes(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    assert not is_readable(pull)
    push.try_send(b"1")
    push.try_send(b"2")
    pull.serve()
    assert is_readable(pull)
    assert pull.try_receive() == b"1"
    assert is_readable(pull)
    assert pull.try_receive() == b"2"
    assert not is_readable(pull)


def test_descriptor_is_readable_while_octets_wait(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PULL)
    _, _, peer, _ = linked(core, "PUSH")
    assert not is_readable(core)
    peer.send(frame(b"x"))
    assert is_readable(core)
    assert take_all(core) == [b"x"]
    assert not is_readable(core)


def test_descriptor_made_late_knows_what_is_there(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    push.try_send(b"x")
    bench.serve()
    assert is_readable(pull)


def test_descriptor_tells_of_room_after_a_send_that_found_none(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL, rcvhwm=1), bench.open(SocketType.PUSH, sndhwm=1)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    assert not is_readable(push)  # room alone is no news
    while push.try_send(b"x"):
        pass
    push.note_mute()
    push.serve()
    assert not is_readable(push)
    take_all(pull)
    push.serve()
    assert is_readable(push)


def test_descriptor_is_quiet_again_after_a_send_that_found_room(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL, rcvhwm=5), bench.open(SocketType.PUSH, sndhwm=5)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    assert not is_readable(push)
    while push.try_send(b"x"):
        pass
    push.note_mute()
    take_all(pull)
    push.serve()
    assert is_readable(push)
    assert push.try_send(b"x")
    assert not is_readable(push)


def test_descriptor_tells_of_mail_though_nobody_waits(bench: Bench) -> None:
    """Whoever watches it has called a moment ago, so that the caretaker leaves the socket alone."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    assert take_all(pull) == []
    assert not is_readable(pull)
    push.try_send(b"x")
    assert is_readable(pull)
    assert take_all(pull) == [b"x"]
    assert not is_readable(pull)


def test_descriptor_is_given_back_with_the_socket(bench: Bench) -> None:
    core = bench.open(SocketType.PULL)
    core.fileno()
    core.close()
    assert core.is_finished
