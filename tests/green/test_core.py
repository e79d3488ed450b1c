"""Sockets for greenlets: whoever waits lets the others run."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import pytest

import zerowire
import zerowire.green as zmq
from zerowire.green import waiting

PATIENCE = 10_000  # milliseconds
Spawn = Callable[..., Any]
Until = Callable[[Callable[[], object]], None]


@pytest.fixture(params=["tcp", "ipc", "inproc"])
def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return {
        "tcp": "tcp://127.0.0.1:*",
        "ipc": f"ipc://{tmp_path}/green",
        "inproc": "inproc://green",
    }[request.param]


def join(bound: zmq.Socket, connected: zmq.Socket, endpoint: str = "inproc://green") -> None:
    bound.bind(endpoint)
    connected.connect(bound.get_string(zmq.LAST_ENDPOINT))
    assert bound.wait_for_peers(timeout=PATIENCE)


@pytest.fixture
def push_pull(context: zmq.Context) -> Iterator[tuple[zmq.Socket, zmq.Socket]]:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        push.hwm = pull.hwm = 1
        join(pull, push)
        yield push, pull


def fill(socket: zmq.Socket) -> int:
    """Send until there is no room; return how many messages that took."""
    count = 0
    while True:
        try:
            socket.send(b"%d" % count, zmq.DONTWAIT)
        except zmq.Again:
            return count
        count += 1


# -- connecting --------------------------------------------------------------------------------------


def test_greenlet_that_waits_for_its_peer_lets_others_run(context: zmq.Context, spawn: Spawn) -> None:
    """features.md 7.8: the server binds in a greenlet of the same thread."""
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push, context.socket(zmq.PUB) as pub:
        port = pub.bind_to_random_port("tcp://127.0.0.1")
        pub.unbind(pub.last_endpoint)
        connecting = spawn(partial(push.connect, f"tcp://127.0.0.1:{port}", wait=PATIENCE))
        assert not connecting.ready()
        pull.bind(f"tcp://127.0.0.1:{port}")
        connecting.get(timeout=10)
        assert pull.wait_for_peers(timeout=0)


def test_connect_says_why_nobody_came(context: zmq.Context) -> None:
    with context.socket(zmq.REQ) as req, pytest.raises(zerowire.ConnectFailed, match="no peer within 1 ms"):
        req.connect("tcp://127.0.0.1:1", wait=1)


# -- receiving ---------------------------------------------------------------------------------------


def test_greenlet_that_waits_to_receive_lets_others_run(
    context: zmq.Context, spawn: Spawn, endpoint: str
) -> None:
    """features.md 7.8: zmq.green. The sender is a greenlet of the same thread."""
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        join(pull, push, endpoint)
        receiving = spawn(pull.recv_multipart)
        assert not receiving.ready()
        push.send_multipart([b"one", b"two"])
        assert receiving.get(timeout=10) == [b"one", b"two"]


@pytest.mark.parametrize("method", ["recv", "recv_string", "recv_into"])
def test_every_way_to_receive_waits_in_the_hub(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn, method: str
) -> None:
    push, pull = push_pull
    arguments = [bytearray(5)] if method == "recv_into" else []
    receiving = spawn(getattr(pull, method), *arguments)
    push.send(b"hello")
    expected = {"recv": b"hello", "recv_string": "hello", "recv_into": 5}
    assert receiving.get(timeout=10) == expected[method]


def test_frame_has_the_metadata_of_its_message(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn
) -> None:
    push, pull = push_pull
    receiving = spawn(lambda: pull.recv(copy=False))
    push.send(b"hello")
    frame = receiving.get(timeout=10)
    assert (frame.bytes, frame.more) == (b"hello", False)


def test_frames_of_one_message_are_received_one_by_one(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn
) -> None:
    push, pull = push_pull
    receiving = spawn(lambda: [pull.recv(), pull.rcvmore, pull.recv(), pull.rcvmore])
    push.send(b"one", zmq.SNDMORE)
    push.send(b"two")
    assert receiving.get(timeout=10) == [b"one", 1, b"two", 0]


def test_several_greenlets_wait_in_one_socket(context: zmq.Context, spawn: Spawn) -> None:
    """Each message goes to one of them."""
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        join(pull, push, "tcp://127.0.0.1:*")
        receiving = [spawn(pull.recv) for _ in range(10)]
        for number in range(10):
            push.send(b"%d" % number)
        gevent.joinall(receiving, timeout=10, raise_error=True)
        assert sorted(greenlet.value for greenlet in receiving) == [b"%d" % number for number in range(10)]


def test_time_to_receive_runs_out(push_pull: tuple[zmq.Socket, zmq.Socket]) -> None:
    """pyzmq warns that RCVTIMEO has no effect; here it has."""
    _, pull = push_pull
    pull.rcvtimeo = 1
    assert pull.rcvtimeo == 1
    with pytest.raises(zmq.Again):
        pull.recv()


def test_killed_greenlet_takes_no_message_with_it(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn
) -> None:
    """It is killed when the message is here, and before the greenlet could run."""
    push, pull = push_pull
    receiving = spawn(pull.recv)
    push.send(b"precious")
    receiving.kill()
    assert isinstance(receiving.value, gevent.GreenletExit)
    assert pull.recv(zmq.DONTWAIT) == b"precious"


def test_timeout_of_gevent_ends_the_wait(push_pull: tuple[zmq.Socket, zmq.Socket]) -> None:
    push, pull = push_pull
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.001):
        pull.recv()
    push.send(b"later")
    assert pull.recv() == b"later"


# -- sending -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [[b"one"], [b"one", b"two"]])
def test_greenlet_that_waits_to_send_lets_others_run(
    context: zmq.Context, spawn: Spawn, endpoint: str, message: list[bytes]
) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        push.hwm = pull.hwm = 1
        push.sndbuf = pull.rcvbuf = 4096
        join(pull, push, endpoint)
        count = fill(push)
        sending = spawn(
            push.send_multipart if len(message) > 1 else push.send,
            message if len(message) > 1 else message[0],
        )
        assert not sending.ready() or endpoint != "inproc://green"  # what lies between has some room, too
        assert [pull.recv_multipart() for _ in range(count)] == [[b"%d" % number] for number in range(count)]
        assert pull.recv_multipart() == message
        sending.get(timeout=10)


def test_message_sent_frame_by_frame_waits_at_its_first_frame(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn
) -> None:
    push, pull = push_pull
    count = fill(push)

    def send() -> None:
        push.send(b"a", zmq.SNDMORE)
        push.send_multipart([b"b", b"c"], zmq.SNDMORE)
        push.send_multipart([b"d", b"e"])

    sending = spawn(send)
    assert not sending.ready()
    received = [pull.recv_multipart() for _ in range(count + 1)]
    assert received[-1] == [b"a", b"b", b"c", b"d", b"e"]
    sending.get(timeout=10)


def test_message_begun_with_room_and_ended_without_is_sent_whole(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn
) -> None:
    """The frames that wait are sent once, however often it is tried."""
    push, pull = push_pull
    push.send(b"a", zmq.SNDMORE)
    filler = zmq.Socket.shadow(push)
    thread = threading.Thread(target=fill, args=(filler,))  # its frames are kept apart from ours
    thread.start()
    thread.join()
    sending = spawn(push.send_multipart, [b"b", b"c"])
    assert not sending.ready()
    received = [pull.recv_multipart()]
    while len(received[-1]) == 1:
        received.append(pull.recv_multipart())
    assert received[-1] == [b"a", b"b", b"c"]
    sending.get(timeout=10)


def test_time_to_send_runs_out(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        push.sndtimeo = 1
        with pytest.raises(zmq.Again):
            push.send(b"nobody is there")


def test_killed_greenlet_has_sent_nothing(push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn) -> None:
    push, pull = push_pull
    count = fill(push)
    sending = spawn(push.send, b"never")
    sending.kill()
    assert [pull.recv() for _ in range(count)] == [b"%d" % number for number in range(count)]
    with pytest.raises(zmq.Again):
        pull.recv(zmq.DONTWAIT)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The descriptors that greenlets have begun to wait for, in order."""
    seen: list[int] = []

    def counted(fd: int, *arguments: Any, **named: Any) -> None:
        seen.append(fd)
        gevent.socket.wait_read(fd, *arguments, **named)

    monkeypatch.setattr(waiting, "wait_read", counted)
    return seen


def test_greenlet_that_waits_to_send_sleeps_while_messages_wait_to_be_received(
    context: zmq.Context, spawn: Spawn, waits: list[int], take_turns: Callable[[], None]
) -> None:
    """FD is readable all the time then, and is not what a sender waits for."""
    with context.socket(zmq.DEALER) as near, context.socket(zmq.DEALER) as far:
        near.hwm = far.hwm = 1
        join(near, far)
        far.send(b"unread")
        fill(near)
        waits.clear()
        sending = spawn(near.send, b"waits")
        take_turns()
        assert not sending.ready()
        assert 1 <= len(waits) < 10


def test_sender_waits_for_the_peer_that_it_sends_to(
    context: zmq.Context, spawn: Spawn, waits: list[int], take_turns: Callable[[], None]
) -> None:
    """features.md ROUTER_MANDATORY: a ROUTER sleeps until that one has room, while another has some."""
    with (
        context.socket(zmq.ROUTER) as router,
        context.socket(zmq.DEALER) as slow,
        context.socket(zmq.DEALER) as idle,
    ):
        router.hwm = slow.hwm = idle.hwm = 1
        router.router_mandatory = 1
        router.bind("inproc://router")
        for socket, name in ((slow, b"slow"), (idle, b"idle")):
            socket.routing_id = name
            socket.connect("inproc://router")
        count = 0
        while True:
            try:
                router.send_multipart([b"slow", b"%d" % count], zmq.DONTWAIT)
            except zmq.Again:
                break
            count += 1
        sending = spawn(router.send_multipart, [b"slow", b"last"])
        take_turns()
        assert not sending.ready()
        assert 1 <= len(waits) < 10
        assert [slow.recv() for _ in range(count + 1)][-1] == b"last"
        sending.get(timeout=10)


def test_tracker_comes_back_from_a_send_that_has_waited(
    push_pull: tuple[zmq.Socket, zmq.Socket], spawn: Spawn, until: Until
) -> None:
    push, pull = push_pull
    push.copy_threshold = 0
    count = fill(push)
    sending = spawn(lambda: push.send(b"tracked" * 100, copy=False, track=True))
    for _ in range(count + 1):
        pull.recv()
    tracker = sending.get(timeout=10)
    until(lambda: tracker.done)


def test_what_cannot_be_sent_is_refused_at_once(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        with pytest.raises(TypeError, match="encode it"):
            push.send("text")
        with pytest.raises(TypeError, match="Frame 1"):
            push.send_multipart([b"fine", "text"])


# -- the end of a socket -----------------------------------------------------------------------------


def test_socket_closed_by_another_greenlet_ends_the_wait(context: zmq.Context, spawn: Spawn) -> None:
    pull = context.socket(zmq.PULL)
    receiving = [spawn(pull.recv), spawn(pull.poll)]
    pull.close()
    for greenlet in receiving:
        with pytest.raises(zmq.ZMQError) as caught:
            greenlet.get(timeout=10)
        assert caught.value.errno == errno.ENOTSOCK


def test_term_lets_other_greenlets_run_until_they_have_closed_their_sockets(spawn: Spawn) -> None:
    """A greenlet that waits gets ContextTerminated, and closes its socket."""
    context = zmq.Context()
    seen = []

    def receive() -> None:
        with context.socket(zmq.PULL) as pull:
            try:
                pull.recv()
            except zmq.ContextTerminated:
                seen.append("terminated")

    spawn(receive)
    with gevent.Timeout(10):
        assert context.term()
    assert seen == ["terminated"]
    assert context.closed
    assert context.term()


def test_term_gives_up_after_a_while() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL):
        assert not context.term(0.001)


# -- what else there is ------------------------------------------------------------------------------


def test_context_makes_sockets_for_greenlets(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PULL, zerowire.Socket) as other:
        assert type(pull) is zmq.Socket
        assert type(other) is zerowire.Socket
        assert repr(pull).startswith("<zmq.green.Socket(zmq.PULL) at 0x")
        assert repr(context).startswith("<zmq.green.Context(")
        assert type(zmq.Socket.shadow(pull)) is zmq.Socket


def test_shared_context_is_not_that_of_threads() -> None:
    with zmq.Context.instance() as context, zerowire.Context.instance() as other:
        assert type(context) is zmq.Context
        assert type(other) is zerowire.Context
        assert context.underlying != other.underlying


def test_green_has_all_names() -> None:
    """features.md 7.8: zmq.green has what zmq has."""
    assert set(zerowire.__all__) <= set(zmq.__all__)
    assert [name for name in zmq.__all__ if not hasattr(zmq, name)] == []


def test_greenlet_waits_for_peers(context: zmq.Context, spawn: Spawn) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("tcp://127.0.0.1:*")
        waiting = spawn(lambda: pull.wait_for_peers(timeout=PATIENCE))
        assert not waiting.ready()
        push.connect(pull.last_endpoint)
        assert waiting.get(timeout=10)
        assert not pull.wait_for_peers(2, timeout=1)


def test_greenlets_that_wait_for_peers_do_not_hide_one_another(context: zmq.Context, spawn: Spawn) -> None:
    """One leaves, and the others are told of the next peer all the same."""
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://peers")
        others = [spawn(lambda: pull.wait_for_peers(timeout=PATIENCE)) for _ in range(2)]
        assert not pull.wait_for_peers(timeout=1)
        push.connect("inproc://peers")
        assert [greenlet.get(timeout=10) for greenlet in others] == [True, True]


def test_events_of_a_socket_are_waited_for(context: zmq.Context, spawn: Spawn) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("tcp://127.0.0.1:*")
        with pull.events(zmq.EVENT_ACCEPTED, timeout=PATIENCE) as events:
            first = spawn(lambda: next(events))
            assert not first.ready()
            push.connect(pull.last_endpoint)
            assert first.get(timeout=10).event == zmq.EVENT_ACCEPTED
        assert list(pull.events(timeout=1)) == []
        assert pull.events == 0


def test_events_end_with_their_socket(context: zmq.Context, spawn: Spawn) -> None:
    pull = context.socket(zmq.PULL)
    collecting = spawn(lambda: list(pull.events(zmq.EVENT_ACCEPTED)))
    pull.close()
    assert collecting.get(timeout=10) == []


def test_monitor_socket_is_for_greenlets_too(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as pull:
        assert type(pull.get_monitor_socket()) is zmq.Socket
        pull.disable_monitor()


@pytest.fixture
def connect_while_busy(
    in_thread: Callable[[Callable[[], object]], threading.Thread],
) -> Iterator[Callable[[str], None]]:
    """Return a function that connects a PUSH socket, and lets no greenlet run before it is welcome."""
    with zerowire.Context() as other, other.socket(zmq.PUSH) as push:

        def connect(endpoint: str) -> None:
            welcomed = threading.Event()

            def wait() -> None:
                push.connect(endpoint)
                if push.wait_for_peers(timeout=PATIENCE):
                    welcomed.set()

            in_thread(wait)
            assert welcomed.wait(10)

        yield connect


@pytest.mark.parametrize("method", ["recv", "poll", "wait_for_peers"])
def test_handshake_does_not_wait_for_a_hub_that_is_busy(
    context: zmq.Context, spawn: Spawn, connect_while_busy: Callable[[str], None], method: str
) -> None:
    """The caretaker serves a socket that a greenlet waits in."""
    with context.socket(zmq.PULL) as pull:
        pull.bind("tcp://127.0.0.1:*")
        spawn(getattr(pull, method))
        connect_while_busy(pull.last_endpoint)


def test_greenlets_learn_what_happened_while_the_hub_was_busy(
    context: zmq.Context, spawn: Spawn, connect_while_busy: Callable[[str], None]
) -> None:
    """Although another one that waited for the same has left before."""
    with context.socket(zmq.PULL) as pull:
        pull.bind("tcp://127.0.0.1:*")
        others = [spawn(pull.wait_for_peers) for _ in range(2)]
        assert not pull.wait_for_peers(timeout=1)
        connect_while_busy(pull.last_endpoint)
        assert [greenlet.get(timeout=10) for greenlet in others] == [True, True]


def test_threads_with_hubs_of_their_own_share_a_socket(
    context: zmq.Context, in_thread: Callable[[Callable[[], object]], threading.Thread], until: Until
) -> None:
    received = []
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        join(pull, push, "tcp://127.0.0.1:*")

        def receive() -> None:
            received.append(pull.recv())
            gevent.get_hub().destroy(destroy_loop=True)

        in_thread(receive)
        push.send(b"over there")
        until(lambda: received == [b"over there"])
