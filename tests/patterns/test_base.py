from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import ZMQError
from zerowire.message import Frame, octets_of
from zerowire.options import Settings, checked
from zerowire.patterns.base import Pattern
from zerowire.patterns.registry import PATTERNS, make_pattern
from zerowire.routing.pipe import Pipe, Queue
from zerowire.zmtp.socket_type import PEERS

Connect = Callable[..., Pipe]


def test_every_socket_type_has_a_pattern() -> None:
    assert set(PATTERNS) == set(SocketType)
    for kind, pattern in PATTERNS.items():
        assert type(make_pattern(kind, Settings(), 1)) is pattern


def test_pattern_itself_can_do_nothing(connect: Connect) -> None:
    pattern = Pattern(Settings(), 1)
    with pytest.raises(NotImplementedError):
        connect(pattern)
    with pytest.raises(NotImplementedError):
        pattern.detach(Pipe(Queue(0), Queue(0), pattern))
    assert not pattern.can_send()
    assert not pattern.can_receive()


def test_unknown_socket_type_is_refused() -> None:
    """SOCK-1."""
    with pytest.raises(ZMQError) as caught:
        make_pattern(99, Settings(), 1)  # type: ignore[arg-type]
    assert caught.value.errno == Errno.EINVAL


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.socket_type.name)
def test_compatibility_is_mutual(pattern: type[Pattern]) -> None:
    """Section 1.1, column 'may talk to'."""
    assert all(pattern.socket_type in PATTERNS[peer].peers for peer in pattern.peers)


@pytest.mark.parametrize("kind", [kind for kind in PATTERNS if kind is not SocketType.STREAM])
def test_peers_are_those_that_the_handshake_accepts(kind: SocketType) -> None:
    """SOCK-2."""
    assert {peer.name for peer in PATTERNS[kind].peers} == PEERS[kind.name]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.socket_type.name)
def test_own_options_are_kept_and_returned(pattern: type[Pattern]) -> None:
    made = pattern(Settings(), 1)
    for row in pattern.options:
        if row.writable:
            assert made.get_option(row.number) == row.default
            value = b"value" if isinstance(row.default, bytes) else 1
            assert made.set_option(row.number, value)
            assert made.get_option(row.number) == value
    assert not made.set_option(SocketOption.SNDHWM, 1)
    assert made.get_option(SocketOption.SNDHWM) is None


@pytest.mark.parametrize(
    ("kind", "number", "true"),
    [
        (SocketType.PUB, SocketOption.INVERT_MATCHING, {1, 2, -1}),
        (SocketType.XPUB, SocketOption.INVERT_MATCHING, {1, 2, -1}),
        (SocketType.SUB, SocketOption.INVERT_MATCHING, {1, 2, -1}),
        (SocketType.STREAM, SocketOption.STREAM_NOTIFY, {1}),
        (SocketType.ROUTER, SocketOption.ROUTER_MANDATORY, {1, 2}),
        (SocketType.XPUB, SocketOption.XPUB_VERBOSE, {1, 2}),
    ],
)
def test_own_booleans_are_as_strict_as_the_table_says(
    kind: SocketType, number: SocketOption, true: set[int]
) -> None:
    """OPT-3 and the table of socket options."""
    (row,) = (row for row in PATTERNS[kind].options if row.number == number)
    assert checked(row, 0) is False
    for value in (1, 2, -1):
        if value in true:
            assert checked(row, value) is True
        else:
            with pytest.raises(ZMQError, match=f"{number.name} is {value}, must be 0 or 1"):
                checked(row, value)


@pytest.mark.parametrize("kind", [SocketType.PULL, SocketType.SUB])
def test_receivers_do_not_send(kind: SocketType) -> None:
    """PUSH-1, SUB-1."""
    pattern = make_pattern(kind, Settings(), 1)
    assert not pattern.can_send()
    for send in (pattern.send, pattern.check_send):
        with pytest.raises(ZMQError) as caught:
            send(b"x")
        assert caught.value.errno == Errno.ENOTSUP


@pytest.mark.parametrize("kind", [SocketType.PUSH, SocketType.PUB])
def test_senders_do_not_receive(kind: SocketType) -> None:
    """PUSH-1, PUB-1."""
    pattern = make_pattern(kind, Settings(), 1)
    assert not pattern.can_receive()
    with pytest.raises(ZMQError) as caught:
        pattern.receive()
    assert caught.value.errno == Errno.ENOTSUP


def test_only_publishers_have_subscribers() -> None:
    with pytest.raises(ZMQError) as caught:
        make_pattern(SocketType.PUSH, Settings(), 1).count_subscribers(b"")
    assert caught.value.errno == Errno.ENOTSUP


def test_only_subscribers_do_not_linger() -> None:
    """SUB-5."""
    assert {kind.name for kind in PATTERNS if PATTERNS[kind].default_linger == 0} == {
        "SUB",
        "XSUB",
        "DISH",
    }


def test_without_peers_some_types_can_send_and_some_are_mute() -> None:
    """SOCK-6."""
    ready = {kind.name for kind in PATTERNS if make_pattern(kind, Settings(), 1).can_send()}
    assert ready == {"PUB", "XPUB", "XSUB", "ROUTER", "STREAM", "RADIO", "SERVER", "PEER"}


def test_only_raw_types_speak_no_zmtp() -> None:
    assert {kind.name for kind in PATTERNS if make_pattern(kind, Settings(), 1).is_raw} == {"STREAM"}


# -- shortcuts and frames -----------------------------------------------------------------


@pytest.mark.parametrize("kind", [SocketType.PAIR, SocketType.DEALER, SocketType.PUSH])
def test_sender_sends(kind: SocketType, connect: Connect) -> None:
    pattern = make_pattern(kind, Settings(), 1)
    peer = connect(pattern)
    assert pattern.sender()(b"x")
    assert peer.pop() == b"x"


@pytest.mark.parametrize("kind", [SocketType.PAIR, SocketType.DEALER, SocketType.PULL, SocketType.XSUB])
def test_receiver_receives_and_notes_the_pipe(kind: SocketType, connect: Connect) -> None:
    pattern = make_pattern(kind, Settings(), 1)
    assert pattern.last_pipe is None
    peer = connect(pattern)
    peer.push(b"x")
    assert pattern.receiver()() == b"x"
    assert pattern.last_pipe is peer.inbound.writer


def test_router_takes_an_address_from_a_frame(connect: Connect) -> None:
    router = make_pattern(SocketType.ROUTER, Settings(), 1)
    peer = connect(router, routing_id=b"a")
    router.send([Frame(b"a"), b"x"])
    assert peer.pop() == b"x"


def test_topics_match_frames(connect: Connect) -> None:
    xpub, sub = make_pattern(SocketType.XPUB, Settings(), 1), make_pattern(SocketType.SUB, Settings(), 1)
    subscriber, publisher = connect(xpub), connect(sub)
    wanted, unwanted = Frame(b"abc"), Frame(b"x")
    xpub.send(wanted)  # to nobody yet
    subscriber.push(Frame(b"\x01ab"))
    sub.set_option(SocketOption.SUBSCRIBE, b"ab")
    for frame in (unwanted, wanted):
        xpub.send(frame)
        publisher.push(frame)
    assert list(subscriber.inbound.items) == [wanted]
    assert [sub.receive(), sub.receive()] == [wanted, None]


def test_reply_made_of_frames_is_recognised(connect: Connect) -> None:
    req = make_pattern(SocketType.REQ, Settings(), 1)
    req.set_option(SocketOption.REQ_CORRELATE, True)
    peer = connect(req)
    req.send(Frame(b"x"))
    request = peer.pop()
    assert isinstance(request, list)
    peer.push([Frame(bytes(octets_of(frame))) for frame in request])
    reply = req.receive()
    assert isinstance(reply, Frame)
    assert reply.payload == b"x"
