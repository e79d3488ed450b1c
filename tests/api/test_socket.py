"""Socket: what users send and receive with (features 7.3)."""

from __future__ import annotations

import array
import copy
import errno
import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import zerowire as zmq
from tests.conformance.raw import RawPeer

WaitUntil = Callable[..., None]
Pair = tuple[zmq.Socket, zmq.Socket]
PATIENCE = 10_000  # milliseconds

CALLS: dict[str, Callable[[zmq.Socket], object]] = {
    "send": lambda socket: socket.send(b"x"),
    "send_multipart": lambda socket: socket.send_multipart([b"x"]),
    "recv": lambda socket: socket.recv(),
    "recv_multipart": lambda socket: socket.recv_multipart(),
    "recv_into": lambda socket: socket.recv_into(bytearray(1)),
    "try_recv": lambda socket: socket.try_recv(),
    "bind": lambda socket: socket.bind("inproc://closed"),
    "connect": lambda socket: socket.connect("inproc://closed"),
    "unbind": lambda socket: socket.unbind("inproc://closed"),
    "disconnect": lambda socket: socket.disconnect("inproc://closed"),
    "set": lambda socket: socket.set(zmq.LINGER, 0),
    "get": lambda socket: socket.get(zmq.LINGER),
    "get EVENTS": lambda socket: socket.get(zmq.EVENTS),
    "get TYPE": lambda socket: socket.get(zmq.TYPE),
    "get RCVMORE": lambda socket: socket.get(zmq.RCVMORE),
    "attribute": lambda socket: socket.linger,
    "fileno": lambda socket: socket.fileno(),
    "monitor": lambda socket: socket.monitor("inproc://closed-monitor"),
    "wait_for_peers": lambda socket: socket.wait_for_peers(1, 0),
}


def patient(socket: zmq.Socket) -> zmq.Socket:
    socket.rcvtimeo = socket.sndtimeo = PATIENCE
    return socket


@pytest.fixture(params=["inproc", "tcp"])
def pair(request: pytest.FixtureRequest, context: zmq.Context) -> Iterator[Pair]:
    """Two PAIR sockets that are connected."""
    one, other = patient(context.socket(zmq.PAIR)), patient(context.socket(zmq.PAIR))
    one.bind("inproc://socket" if request.param == "inproc" else "tcp://127.0.0.1:*")
    other.connect(one.get_string(zmq.LAST_ENDPOINT))
    assert one.wait_for_peers(timeout=PATIENCE)
    assert other.wait_for_peers(timeout=PATIENCE)
    yield one, other
    one.close(0)
    other.close(0)


# -- making one --------------------------------------------------------------------------------------


def test_socket_needs_a_context_and_a_type(context: zmq.Context) -> None:
    with pytest.raises(TypeError):
        zmq.Socket()
    with pytest.raises(TypeError):
        zmq.Socket(context)
    with pytest.raises(zmq.ZMQError) as caught:
        zmq.Socket(context, 99)
    assert caught.value.errno == errno.EINVAL


def test_socket_says_what_it_is(context: zmq.Context) -> None:
    with context.socket(zmq.REQ) as socket:
        assert socket.type is socket.socket_type is zmq.REQ
        assert socket.context is context
        assert socket.get(zmq.TYPE) == zmq.REQ
        assert repr(socket) == f"<zmq.Socket(zmq.REQ) at {id(socket):#x}>"
    assert repr(socket).endswith(" closed>")


def test_repr_of_a_subclass_has_its_name(context: zmq.Context) -> None:
    class Mine(zmq.Socket):
        pass

    with Mine(context, zmq.PAIR) as socket:
        assert f"{Mine.__module__}.{Mine.__qualname__}(zmq.PAIR)" in repr(socket)


def test_subclass_keeps_its_own_attributes(context: zmq.Context) -> None:
    class Mine(zmq.Socket):
        a: Any = None
        b: int

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.a = -1
            self.b = 7

    with Mine(context, zmq.PAIR) as socket:
        socket.linger = 3
        assert (socket.a, socket.b, socket.linger) == (-1, 7, 3)
        socket.a = "changed"
        assert socket.a == "changed"


@pytest.mark.parametrize(
    "make",
    [
        zmq.Socket,
        zmq.Socket.shadow,
        lambda socket: zmq.Socket(shadow=socket),
        lambda socket: zmq.Socket.shadow(socket.underlying),
        copy.copy,
        copy.deepcopy,
    ],
)
def test_shadow_shares_the_socket_and_its_end(
    context: zmq.Context, make: Callable[[zmq.Socket], zmq.Socket]
) -> None:
    socket = context.socket(zmq.PAIR)
    shadow = make(socket)
    shadow.linger = 5
    assert socket.linger == 5
    assert shadow.underlying == socket.underlying
    shadow.close()
    assert socket.closed
    with pytest.raises(zmq.ZMQError) as caught:
        socket.send(b"x")
    assert caught.value.errno == zmq.ENOTSOCK


def test_shadow_that_is_let_go_of_closes_nothing(context: zmq.Context) -> None:
    socket = context.socket(zmq.PAIR)
    shadow = zmq.Socket.shadow(socket)
    del shadow
    gc.collect()
    assert not socket.closed
    socket.close()


# -- closing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_call_on_a_closed_socket_is_an_error(context: zmq.Context, name: str) -> None:
    socket = context.socket(zmq.PAIR)
    socket.close()
    with pytest.raises(zmq.ZMQError, match="the socket is closed") as caught:
        CALLS[name](socket)
    assert caught.value.errno == zmq.ENOTSOCK


def test_poll_on_a_closed_socket_is_another_error(context: zmq.Context) -> None:
    socket = context.socket(zmq.PAIR)
    socket.close()
    with pytest.raises(zmq.ZMQError) as caught:
        socket.poll(0)
    assert caught.value.errno == zmq.ENOTSUP


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"unbind", "disconnect"}))
def test_call_after_term_is_an_error(name: str) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    context.term(0)
    with pytest.raises(zmq.ContextTerminated):
        CALLS[name](socket)
    assert not socket.closed
    socket.close()
    context.term()


def test_close_is_idempotent_and_sets_linger_first(context: zmq.Context) -> None:
    socket = context.socket(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:5555")
    socket.send(b"would wait for ever")
    socket.close(linger=0)
    socket.close()
    assert socket.closed
    context.term()


def test_with_statement_closes(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as socket:
        assert not socket.closed
    assert socket.closed


def test_socket_that_is_let_go_of_warns_and_closes(context: zmq.Context) -> None:
    holder = [context.socket(zmq.PAIR)]
    with pytest.warns(ResourceWarning, match=r"Unclosed socket <zmq\.Socket\(zmq\.PAIR\)"):
        holder.clear()
    assert "socket" not in repr(context)


@pytest.mark.parametrize("is_monitored", [False, True])
def test_socket_that_is_let_go_of_under_a_lock_is_closed_soon(
    context: zmq.Context, wait_until: WaitUntil, is_monitored: bool
) -> None:
    """The garbage collector may come while its thread holds the socket's lock, or its monitor's."""
    holder = [context.socket(zmq.PAIR)]
    holder[0]._warns = False
    lock = (core := holder[0]._core).lock
    if is_monitored:
        holder[0].monitor("inproc://monitor")
        assert core.monitor is not None
        lock = core.monitor._sink.lock

    def let_go() -> None:
        with lock:
            holder.clear()

    thread = threading.Thread(target=let_go, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    wait_until(lambda: core.is_finished)


def test_close_wakes_a_receiver_in_another_thread(context: zmq.Context, wait_until: WaitUntil) -> None:
    socket = context.socket(zmq.PULL)
    caught: list[int | None] = []

    def receive() -> None:
        try:
            socket.recv()
        except zmq.ZMQError as error:
            caught.append(error.errno)

    thread = threading.Thread(target=receive)
    thread.start()
    wait_until(lambda: socket._core.waiters)
    socket.close()
    thread.join(10)
    assert caught == [zmq.ENOTSOCK]


# -- sending and receiving ---------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"x", bytearray(b"ab"), memoryview(b"abc"), array.array("B", b"abcd")])
@pytest.mark.parametrize("copying", [True, False])
def test_anything_with_octets_can_be_sent(pair: Pair, data: Any, copying: bool) -> None:
    one, other = pair
    assert one.send(data, copy=copying) is None
    assert other.recv() == bytes(data)


@pytest.mark.parametrize("copying", [True, False])
def test_text_cannot_be_sent(pair: Pair, copying: bool) -> None:
    with pytest.raises(TypeError, match="send_string"):
        pair[0].send("text", copy=copying)


def test_frames_of_a_message_are_received_one_by_one(pair: Pair) -> None:
    one, other = pair
    one.send(b"a", zmq.SNDMORE)
    one.send(b"b", zmq.SNDMORE)
    assert other.poll(0) == 0
    one.send(b"c")
    frames = []
    for more in (1, 1, 0):
        frames.append(other.recv())
        assert other.rcvmore == other.get(zmq.RCVMORE) == more
    assert frames == [b"a", b"b", b"c"]


def test_rest_of_a_message_is_received_whole(pair: Pair) -> None:
    one, other = pair
    one.send_multipart([b"a", b"b", b"c"])
    one.send(b"next")
    assert other.recv() == b"a"
    assert other.recv_multipart() == [b"b", b"c"]
    assert other.recv_multipart() == [b"next"]


def test_message_can_be_continued_with_several_frames(pair: Pair) -> None:
    one, other = pair
    one.send(b"a", zmq.SNDMORE)
    one.send_multipart([b"b", b"c"], zmq.SNDMORE)
    one.send_multipart([b"d"])
    assert other.recv_multipart() == [b"a", b"b", b"c", b"d"]


def test_message_with_a_wrong_frame_is_not_sent_at_all(pair: Pair) -> None:
    one, other = pair
    with pytest.raises(TypeError, match=r"Frame 1 \('b'\) does not support the buffer interface\."):
        one.send_multipart([b"a", "b", b"c"])
    with pytest.raises(IndexError):
        one.send_multipart([])
    one.send_multipart([b"fine"], unknown="is ignored")
    assert other.recv_multipart() == [b"fine"]


def test_received_frame_knows_its_peer(pair: Pair) -> None:
    one, other = pair
    one.send_multipart([b"a", b"b"])
    first, second = other.recv_multipart(copy=False)
    assert ([first.bytes, second.bytes], first.more, second.more) == ([b"a", b"b"], True, False)
    one.send_multipart([b"a", b"b"])
    assert other.recv(copy=False).more
    assert not other.recv(copy=False).more
    if one.get_string(zmq.LAST_ENDPOINT).startswith("tcp"):
        assert first["Socket-Type"] == "PAIR"
        assert first["Peer-Address"] == "127.0.0.1"


def test_nothing_to_receive_is_said_in_three_ways(pair: Pair) -> None:
    one, _ = pair
    with pytest.raises(zmq.Again) as caught:
        one.recv(zmq.NOBLOCK)
    assert caught.value.errno == errno.EAGAIN
    assert one.try_recv() is None
    assert one.try_recv_multipart() is None
    one.rcvtimeo = 1
    with pytest.raises(zmq.Again):
        one.recv()


def test_try_recv_takes_what_is_there(pair: Pair) -> None:
    one, other = pair
    one.send_multipart([b"a", b"b"])
    assert other.poll(PATIENCE) == zmq.POLLIN
    assert other.try_recv() == b"a"
    assert other.try_recv() == b"b"
    one.send_multipart([b"c", b"d"])
    assert other.poll(PATIENCE) == zmq.POLLIN
    assert other.try_recv_multipart() == [b"c", b"d"]


def test_nobody_to_send_to_is_again(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as socket:
        with pytest.raises(zmq.Again):
            socket.send(b"x", zmq.NOBLOCK)
        with pytest.raises(zmq.Again):
            socket.send_multipart([b"x", b"y"], zmq.NOBLOCK)
        socket.sndtimeo = 1
        with pytest.raises(zmq.Again):
            socket.send(b"x", zmq.SNDMORE)


@pytest.mark.parametrize(
    ("kind", "call"),
    [(zmq.PUSH, "recv"), (zmq.PULL, "send"), (zmq.PUB, "recv"), (zmq.SUB, "send")],
)
def test_one_way_sockets_say_so(context: zmq.Context, kind: int, call: str) -> None:
    with context.socket(kind) as socket:
        with pytest.raises(
            zmq.ZMQError, match=f"does not {'receive' if call == 'recv' else 'send'}"
        ) as caught:
            CALLS[call](socket)
        assert caught.value.errno == zmq.ENOTSUP


# -- recv_into ---------------------------------------------------------------------------------------


def test_frame_is_received_into_a_buffer(pair: Pair) -> None:
    one, other = pair
    buffer = bytearray(5)
    for sent, shown in ((b"abc", b"abc\0\0"), (b"12345678", b"12345"), (b"", b"12345")):
        one.send(sent)
        assert other.recv_into(buffer) == len(sent)  # the whole size, even when it was cut
        assert buffer == shown


def test_part_of_a_buffer_is_used(pair: Pair) -> None:
    one, other = pair
    buffer = bytearray(5)
    one.send(b"12345")
    assert other.recv_into(buffer, nbytes=2) == 5
    assert buffer == b"12\0\0\0"


def test_empty_buffer_discards_a_frame(pair: Pair) -> None:
    one, other = pair
    one.send_multipart([b"discarded", b"kept"])
    assert other.recv_into(bytearray()) == 9
    assert other.recv() == b"kept"


def test_buffer_that_will_not_do_costs_no_message(pair: Pair) -> None:
    one, other = pair
    one.send(b"kept")
    with pytest.raises(BufferError):
        other.recv_into(b"read-only")
    with pytest.raises(ValueError, match="nbytes is 9"):
        other.recv_into(bytearray(5), nbytes=9)
    assert other.recv() == b"kept"


def test_recv_into_takes_flags(pair: Pair) -> None:
    with pytest.raises(zmq.Again):
        pair[0].recv_into(bytearray(5), flags=zmq.NOBLOCK)


# -- tracking ----------------------------------------------------------------------------------------


def test_tracker_is_done_when_every_frame_is_out(context: zmq.Context) -> None:
    """A peer that does not read keeps the buffers needed; one that does frees them."""
    data = [bytearray(8 << 20), bytearray(8 << 20)]
    with patient(context.socket(zmq.PUSH)) as push:
        push.bind("tcp://127.0.0.1:*")
        with RawPeer.dial(push.get_string(zmq.LAST_ENDPOINT)) as peer:
            peer.shake_hands("PULL")
            assert push.wait_for_peers(timeout=PATIENCE)
            tracker = push.send_multipart(data, copy=False, track=True)
            assert tracker is not None
            with pytest.raises(zmq.NotDone):
                tracker.wait(0)
            assert not tracker.done
            for _ in data:
                assert peer.read_frame()[1] == bytes(8 << 20)
            tracker.wait(10)
            assert tracker.done


def test_tracker_is_done_when_the_message_is_dropped(context: zmq.Context) -> None:
    socket = context.socket(zmq.PUSH)
    socket.connect("tcp://127.0.0.1:5555")
    tracker = socket.send(bytearray(1 << 20), copy=False, track=True)
    assert tracker is not None
    assert not tracker.done
    socket.close(0)
    tracker.wait(10)


def test_tracker_over_inproc_is_done_when_the_receiver_lets_go(context: zmq.Context) -> None:
    with context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://tracked")
        other.connect("inproc://tracked")
        tracker = one.send(bytearray(1 << 20), copy=False, track=True)
        assert tracker is not None
        frame = other.recv(copy=False)
        assert not tracker.done
        del frame
        tracker.wait(10)


def test_small_data_is_done_at_once(pair: Pair) -> None:
    one, other = pair
    tracker = one.send(b"small", copy=False, track=True)
    assert tracker is not None
    assert tracker.done
    assert other.recv() == b"small"
    one.copy_threshold = 0
    tracker = one.send(bytearray(b"small, but shared"), copy=False, track=True)
    assert tracker is not None
    assert other.recv() == b"small, but shared"
    tracker.wait(10)


def test_nothing_is_tracked_with_a_copy(pair: Pair) -> None:
    one, _ = pair
    assert one.send(b"x" * 100_000, copy=True, track=True) is None
    with pytest.raises(ValueError, match="without track=True"):
        one.send(zmq.Frame(b"x"), copy=False, track=True)


def test_frame_brings_its_own_tracker(pair: Pair) -> None:
    one, other = pair
    frame = zmq.Frame(b"x" * 100_000, track=True, copy=False)
    assert one.send(frame, copy=False, track=True) is frame.tracker
    assert len(other.recv()) == 100_000


# -- options -----------------------------------------------------------------------------------------


def test_options_have_types(context: zmq.Context) -> None:
    with context.socket(zmq.SUB) as socket:
        for number, wrong in (
            (zmq.LINGER, "0"),
            (zmq.LINGER, b"0"),
            (zmq.ROUTING_ID, "me"),
            (zmq.LINGER, 1.5),
        ):
            with pytest.raises(TypeError):
                socket.set(number, wrong)  # type: ignore[arg-type]
        for unknown in (-1, 9999):
            for attempt in (
                lambda unknown=unknown: socket.get(unknown),
                lambda unknown=unknown: socket.set(unknown, 1),
            ):
                with pytest.raises(zmq.ZMQError) as caught:
                    attempt()
                assert caught.value.errno == errno.EINVAL


def test_options_as_text(context: zmq.Context) -> None:
    with context.socket(zmq.DEALER) as socket:
        socket.set_string(zmq.ROUTING_ID, "né", "latin-1")
        assert socket.get(zmq.ROUTING_ID) == b"n\xe9"
        assert socket.get_string(zmq.ROUTING_ID, "latin-1") == "né"
        assert socket.getsockopt_string(zmq.ROUTING_ID, "latin-1") == "né"
        with pytest.raises(TypeError):
            socket.get_string(zmq.LINGER)
        with pytest.raises(TypeError):
            socket.set_string(zmq.ROUTING_ID, b"octets")  # type: ignore[arg-type]


def test_routing_id_may_have_any_octets(context: zmq.Context) -> None:
    """T-7."""
    with context.socket(zmq.PULL) as socket:
        for name in (b"dealer", b"a\0b", b"ends with nul\0"):
            socket.routing_id = name
            assert socket.get(zmq.ROUTING_ID) == socket.identity == name


def test_hwm_is_both_marks(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as socket:
        socket.hwm = 7
        assert (socket.hwm, socket.get_hwm(), socket.sndhwm, socket.rcvhwm) == (7, 7, 7, 7)
        socket.set_hwm(3)
        assert socket.rcvhwm == 3


@pytest.mark.parametrize("text", ["topic", b"topic"])
def test_topics_are_text_or_octets(context: zmq.Context, text: str | bytes) -> None:
    with context.socket(zmq.PUB) as pub, patient(context.socket(zmq.SUB)) as sub:
        pub.bind("inproc://topics")
        sub.connect("inproc://topics")
        sub.subscribe(text)
        assert pub.wait_for_subscribers(topic=text, timeout=PATIENCE)
        pub.send(b"topic 1")
        assert sub.recv() == b"topic 1"
        sub.unsubscribe(text)
        pub.send(b"topic 2")
        setattr(sub, "subscribe", text)  # noqa: B010 - to type checkers it is a method
        assert pub.wait_for_subscribers(topic=text, timeout=PATIENCE)
        pub.send(b"topic 3")
        assert sub.recv() == b"topic 3"


def test_write_only_option_is_no_attribute(context: zmq.Context) -> None:
    with context.socket(zmq.ROUTER) as socket:
        socket.router_mandatory = 1
        with pytest.raises(AttributeError, match="router_mandatory attribute is write-only"):
            socket.router_mandatory  # noqa: B018
        with pytest.raises(AttributeError):
            socket.no_such_option = 1


# -- readiness ---------------------------------------------------------------------------------------


def test_poll_tells_what_the_socket_is_ready_for(pair: Pair) -> None:
    one, other = pair
    assert one.poll(0) == 0
    assert one.poll(0, zmq.POLLOUT) == zmq.POLLOUT
    other.send(b"x")
    assert one.poll(PATIENCE) == zmq.POLLIN
    assert one.poll(PATIENCE, zmq.POLLIN | zmq.POLLOUT) == zmq.POLLIN | zmq.POLLOUT


def test_publisher_without_peers_is_ready_to_send(context: zmq.Context) -> None:
    """T-1."""
    with context.socket(zmq.PUB) as pub, context.socket(zmq.SUB) as sub:
        assert pub.get(zmq.EVENTS) == int(pub.events) == zmq.POLLOUT
        assert sub.events == 0


# -- messages that cannot be completed ---------------------------------------------------------------


def test_last_frame_that_finds_no_room_can_be_sent_again(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push, patient(context.socket(zmq.PULL)) as pull:
        push.sndhwm = pull.rcvhwm = 1
        pull.bind("inproc://again")
        push.connect("inproc://again")
        push.send(b"begun", zmq.SNDMORE)

        def fill() -> None:  # in another thread: the frames of each are its own
            for _ in range(2):
                push.send(b"between")

        thread = threading.Thread(target=fill)
        thread.start()
        thread.join(10)
        for _ in range(2):
            with pytest.raises(zmq.Again):
                push.send(b"completed", zmq.NOBLOCK)
        assert [pull.recv_multipart() for _ in range(2)] == [[b"between"], [b"between"]]
        push.send(b"completed")
        assert pull.recv_multipart() == [b"begun", b"completed"]


def test_message_whose_peer_leaves_meanwhile_is_forgotten(context: zmq.Context) -> None:
    with patient(context.socket(zmq.ROUTER)) as router:
        router.router_mandatory = 1
        router.bind("inproc://leaves")
        peer = context.socket(zmq.DEALER)
        peer.routing_id = b"peer"
        peer.connect("inproc://leaves")
        assert router.wait_for_peers(timeout=PATIENCE)
        router.send(b"peer", zmq.SNDMORE)
        peer.close()
        with pytest.raises(zmq.ZMQError) as caught:
            router.send(b"too late")
        assert caught.value.errno == errno.EHOSTUNREACH
        with patient(context.socket(zmq.DEALER)) as another:
            another.routing_id = b"another"
            another.connect("inproc://leaves")
            router.send_multipart([b"another", b"a message of its own"])
            assert another.recv_multipart() == [b"a message of its own"]


def test_number_of_no_socket_cannot_be_shared() -> None:
    with pytest.raises(zmq.ZMQError, match="123 is not") as caught:
        zmq.Socket(shadow=123)
    assert caught.value.errno == zmq.ENOTSOCK
