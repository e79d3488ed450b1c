"""Streams: functions that are called when messages come, and when they have gone. features.md 7.8."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import logging
import pickle
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from tornado.ioloop import IOLoop

import zerowire as zmq
import zerowire.asyncio
from tests.eventloop.conftest import Pair
from tests.eventloop.loop import in_loop, turns, until
from zerowire.eventloop.zmqstream import ZMQStream

OpenStream = Callable[..., ZMQStream]


# -- receiving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:*", "inproc://pair"])
@in_loop
async def test_message_is_given_to_the_function(pair: Pair, endpoint: str) -> None:
    stream, peer = pair(endpoint=endpoint)
    received: list[list[bytes]] = []
    stream.on_recv(received.append)
    assert stream.receiving()
    peer.send_multipart([b"one", b"two"])
    peer.send(b"three")
    await until(lambda: len(received) == 2)
    assert received == [[b"one", b"two"], [b"three"]]


@in_loop
async def test_function_gets_frames_if_it_wants_them(pair: Pair) -> None:
    stream, peer = pair(endpoint="tcp://127.0.0.1:*")
    received: list[list[zmq.Frame]] = []
    stream.on_recv(received.append, copy=False)
    peer.send(b"one")
    await until(lambda: received)
    assert received[0][0].bytes == b"one"
    assert received[0][0].get("Socket-Type") == "PAIR"


@in_loop
async def test_function_gets_the_stream_if_it_wants_it(pair: Pair) -> None:
    stream, peer = pair()
    received: list[Any] = []
    stream.on_recv_stream(lambda *arguments: received.append(arguments))
    peer.send(b"one")
    await until(lambda: received)
    assert received == [(stream, [b"one"])]
    stream.on_recv_stream(None)
    assert not stream.receiving()


@in_loop
async def test_messages_stay_in_the_socket_while_there_is_no_function(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop sleeps meanwhile, although there is something to receive."""
    stream, peer = pair(endpoint="tcp://127.0.0.1:*")
    received: list[list[bytes]] = []
    for number in range(3):
        peer.send(b"%d" % number)
    await until(lambda: stream.socket.poll(0))
    served = 0
    serve = stream._watch.serve

    def counted() -> None:
        nonlocal served
        served += 1
        serve()

    monkeypatch.setattr(stream._watch, "serve", counted)
    await turns()
    assert served < 10
    stream.on_recv(received.append)
    await until(lambda: len(received) == 3)
    assert received == [[b"0"], [b"1"], [b"2"]]


@in_loop
async def test_function_that_stops_leaves_the_rest_in_the_socket(pair: Pair) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []

    def once(message: list[bytes]) -> None:
        received.append(message)
        stream.stop_on_recv()

    stream.on_recv(once)
    for number in range(3):
        peer.send(b"%d" % number)
    await until(lambda: received)
    await turns()
    assert received == [[b"0"]]
    assert [stream.socket.recv(zmq.DONTWAIT) for _ in range(2)] == [b"1", b"2"]


@in_loop
async def test_others_have_their_turn_between_messages(pair: Pair) -> None:
    """features.md 7.8: one message a turn of the loop."""
    stream, peer = pair()
    seen: list[str] = []

    async def tick() -> None:
        while True:
            seen.append("turn")
            await asyncio.sleep(0)

    for _ in range(5):
        peer.send(b"message")
    ticking = asyncio.create_task(tick())
    stream.on_recv(lambda message: seen.append("message"))
    await until(lambda: seen.count("message") == 5)
    ticking.cancel()
    assert ("message", "message") not in pairwise(seen)


@in_loop
async def test_function_can_be_replaced_by_the_one_that_is_called(pair: Pair) -> None:
    stream, peer = pair()
    received: list[Any] = []

    def first(message: list[bytes]) -> None:
        received.append(("first", *message))
        stream.on_recv(lambda message: received.append(("second", *message)))

    stream.on_recv(first)
    peer.send(b"1")
    peer.send(b"2")
    await until(lambda: len(received) == 2)
    assert received == [("first", b"1"), ("second", b"2")]


@in_loop
async def test_what_a_function_raises_is_logged_and_the_next_message_comes(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []
    reported: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, about: reported.append(about["exception"]))

    def fail_once(message: list[bytes]) -> None:
        received.append(message)
        if len(received) == 1:
            raise ValueError("the first one")

    stream.on_recv(fail_once)
    with caplog.at_level(logging.ERROR, "tornado.general"):
        peer.send(b"1")
        peer.send(b"2")
        await until(lambda: len(received) == 2)
    assert "Uncaught exception in ZMQStream callback" in caplog.text
    assert [str(error) for error in reported] == ["the first one"]


@in_loop
async def test_function_may_be_a_coroutine_function(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody else keeps its task, and what it raises is logged."""
    stream, peer = pair()
    received: list[list[bytes]] = []
    may_go_on: list[bool] = []

    async def callback(message: list[bytes]) -> None:
        await until(lambda: may_go_on)
        received.append(message)
        raise ValueError("too late")

    stream.on_recv(callback)
    peer.send(b"1")
    with caplog.at_level(logging.ERROR, "tornado.general"):
        await until(lambda: stream._running)
        gc.collect()
        may_go_on.append(True)
        await until(lambda: "too late" in caplog.text)
    assert received == [[b"1"]]
    assert not stream._running


# -- sending -----------------------------------------------------------------------------------------


@in_loop
async def test_messages_are_sent_in_order_by_the_loop(pair: Pair) -> None:
    stream, peer = pair()
    stream.send(b"0")
    stream.send_multipart([b"1", b"more"])
    stream.send_string("tw\u00f6")
    stream.send_unicode("three")
    stream.send_json({"four": 4})
    stream.send_pyobj({"five"})
    assert stream.sending()
    assert peer.poll(0) == 0
    await until(lambda: not stream.sending())
    assert [peer.recv_multipart() for _ in range(6)] == [
        [b"0"],
        [b"1", b"more"],
        ["tw\u00f6".encode()],
        [b"three"],
        [json.dumps({"four": 4}).encode()],
        [pickle.dumps({"five"}, -1)],
    ]


@in_loop
async def test_function_is_told_of_what_was_sent(pair: Pair) -> None:
    stream, _ = pair()
    sent: list[Any] = []
    message = [b"one", bytearray(b"two")]
    stream.on_send(lambda *arguments: sent.append(arguments))
    stream.send_multipart(message)
    await until(lambda: sent)
    assert sent == [(message, None)]
    assert sent[0][0] is message
    stream.on_send_stream(lambda *arguments: sent.append(arguments))
    stream.send(b"three", copy=False, track=True)
    await until(lambda: len(sent) == 2)
    assert sent[1][:2] == (stream, [b"three"])
    assert isinstance(sent[1][2], zmq.MessageTracker)
    stream.on_send_stream(None)
    stream.send(b"four")
    await until(lambda: not stream.sending())
    assert len(sent) == 2


@in_loop
async def test_function_given_with_a_message_stays(pair: Pair) -> None:
    """It is what on_send() takes."""
    stream, _ = pair()
    sent: list[Any] = []
    stream.send(b"one", callback=lambda message, status: sent.append(message))
    stream.send(b"two")
    await until(lambda: len(sent) == 2)
    stream.stop_on_send()
    stream.send(b"three")
    await until(lambda: not stream.sending())
    assert sent == [[b"one"], [b"two"]]


@in_loop
async def test_message_is_as_it_was_when_it_was_given(pair: Pair) -> None:
    stream, peer = pair()
    data = bytearray(b"before")
    stream.send(data)
    data[:] = b"after!"
    stream.flush()
    assert peer.recv() == b"before"


@in_loop
async def test_stream_waits_for_room_while_others_have_their_turn(pair: Pair) -> None:
    """Messages that wait to be received do not keep the loop awake, either."""
    stream, peer = pair(hwm=1)
    sent: list[Any] = []
    peer.send(b"unread")
    stream.on_send(lambda message, status: sent.append(message))
    for number in range(10):
        stream.send(b"%d" % number)
    served = 0
    serve = stream._watch.serve

    def counted() -> None:
        nonlocal served
        served += 1
        serve()

    await turns()
    stream._watch.serve = counted  # type: ignore[method-assign]
    await turns()
    assert stream.sending()
    assert served < 10
    received: list[bytes] = []
    while len(received) < 10:
        received.append(await asyncio.to_thread(peer.recv))
    await until(lambda: len(sent) == 10)
    assert received == [b"%d" % number for number in range(10)]
    served = 0
    await turns()
    assert served < 10


@in_loop
async def test_router_waits_for_room_at_the_peer_that_it_sends_to(
    context: zmq.Context, open_stream: OpenStream
) -> None:
    """The loop goes on; pyzmq's would wait in the call."""
    stream = open_stream(zmq.ROUTER, router_mandatory=1, hwm=1)
    stream.bind("inproc://router")
    with context.socket(zmq.DEALER) as slow, context.socket(zmq.DEALER) as idle:
        for socket, name in ((slow, b"slow"), (idle, b"idle")):
            socket.hwm = 1
            socket.rcvtimeo = 10_000
            socket.routing_id = name
            socket.connect("inproc://router")
        for number in range(5):
            stream.send_multipart([b"slow", b"%d" % number])
        await turns()
        assert stream.sending()
        received = [await asyncio.to_thread(slow.recv) for _ in range(5)]
        assert received == [b"%d" % number for number in range(5)]
        assert not stream.sending()


@in_loop
async def test_refused_message_is_told_and_the_next_one_sent(
    context: zmq.Context, open_stream: OpenStream, caplog: pytest.LogCaptureFixture
) -> None:
    stream = open_stream(zmq.ROUTER, router_mandatory=1)
    stream.bind("inproc://router")
    told: list[Any] = []
    with context.socket(zmq.DEALER) as dealer:
        dealer.routing_id = b"known"
        dealer.connect("inproc://router")
        stream.on_send(lambda message, status: told.append(status))
        stream.send_multipart([b"nobody", b"1"])
        stream.send_multipart([b"known", b"2"])
        await until(lambda: len(told) == 2)
        assert dealer.recv(zmq.DONTWAIT) == b"2"
    assert [getattr(status, "errno", None) for status in told] == [errno.EHOSTUNREACH, None]
    assert "cannot send" in caplog.text


@in_loop
async def test_second_request_waits_for_the_reply_to_the_first(pair: Pair) -> None:
    """A REQ socket can send when it has received."""
    stream, peer = pair(zmq.REQ, zmq.REP)
    replies: list[list[bytes]] = []
    stream.on_recv(replies.append)
    stream.send(b"1")
    stream.send(b"2")
    await turns()
    assert stream.sending()
    for number in (b"1", b"2"):
        assert await asyncio.to_thread(peer.recv) == number
        peer.send(number)
    await until(lambda: len(replies) == 2)
    assert replies == [[b"1"], [b"2"]]


# -- flush -------------------------------------------------------------------------------------------


@in_loop
async def test_flush_receives_and_sends_without_the_loop(pair: Pair) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []
    stream.on_recv(received.append)
    stream.send(b"out")
    for number in range(3):
        peer.send(b"%d" % number)
    assert stream.flush() == 4
    assert received == [[b"0"], [b"1"], [b"2"]]
    assert peer.recv() == b"out"
    assert stream.flush() == 0
    await turns()
    assert len(received) == 3


@in_loop
async def test_flush_goes_one_way_if_it_shall(pair: Pair) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []
    stream.on_recv(received.append)
    stream.send(b"out")
    peer.send(b"in")
    assert stream.flush(zmq.POLLOUT) == 1
    assert received == []
    stream.send(b"later")
    assert stream.flush(zmq.POLLIN) == 1
    assert received == [[b"in"]]
    assert stream.sending()


@in_loop
async def test_flush_handles_no_more_than_its_limit(pair: Pair) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []
    stream.on_recv(received.append)
    for _ in range(5):
        peer.send(b"in")
        stream.send(b"out")
    assert stream.flush(limit=3) == 3
    assert len(received) == 2
    assert stream.flush(limit=0) == 7


@in_loop
async def test_flush_drops_what_nobody_receives(pair: Pair) -> None:
    """Unlike the loop, which leaves it in the socket."""
    stream, peer = pair()
    peer.send(b"unwanted")
    assert stream.flush() == 1
    assert stream.socket.poll(0) == 0


@in_loop
async def test_flush_ends_when_its_stream_is_closed(pair: Pair) -> None:
    stream, peer = pair()
    received: list[list[bytes]] = []

    def callback(message: list[bytes]) -> None:
        received.append(message)
        stream.close()

    stream.on_recv(callback)
    peer.send(b"1")
    peer.send(b"2")
    assert stream.flush() == 1
    assert received == [[b"1"]]


# -- the end -----------------------------------------------------------------------------------------


@in_loop
async def test_function_may_close_the_stream(pair: Pair) -> None:
    """Those that are called for received and for sent messages, and for the end."""
    stream, peer = pair()
    seen: list[str] = []

    def callback(*arguments: Any) -> None:
        seen.append("called")
        stream.close()

    stream.on_recv(callback)
    stream.on_send(callback)
    stream.set_close_callback(lambda: seen.append("closed"))
    stream.send(b"1")
    stream.send(b"2")
    peer.send(b"1")
    peer.send(b"2")
    await until(stream.closed)
    await turns()
    assert seen == ["called", "closed"]
    stream.close()
    assert seen == ["called", "closed"]


@in_loop
async def test_closed_stream_refuses_what_needs_a_socket(pair: Pair) -> None:
    stream, _ = pair()
    socket = stream.socket
    stream.close(0)
    assert socket.closed
    assert stream.closed()
    for call in (stream.flush, lambda: stream.on_recv(None), lambda: stream.on_send(None)):
        with pytest.raises(OSError, match="closed"):
            call()
    with pytest.raises(OSError, match="closed"):
        stream.send(b"never")
    assert not stream.sending()


@in_loop
async def test_stream_notices_that_its_socket_was_closed(
    context: zmq.Context, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    stream, _ = pair()
    ended: list[bool] = []
    stream.on_recv(print)
    stream.set_close_callback(lambda: ended.append(True))
    zmq.Socket.shadow(stream.socket).close()
    with pytest.warns(UserWarning, match="after closing socket"):
        await until(lambda: ended)
    assert "closed socket" in caplog.text
    assert stream.closed()


@in_loop
async def test_stream_that_sends_notices_that_its_socket_was_closed(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    stream, _ = pair()
    stream.send(b"too late")
    zmq.Socket.shadow(stream.socket).close()
    with pytest.warns(UserWarning, match="after closing socket"):
        await turns()
    assert "closed socket" in caplog.text
    assert not stream._queue


@in_loop
async def test_stream_asked_after_its_socket_was_closed_is_closed(pair: Pair) -> None:
    stream, _ = pair()
    stream.socket.close()
    with pytest.warns(UserWarning, match="after closing socket"):
        assert stream.closed()


@in_loop
async def test_stream_ends_with_its_context(caplog: pytest.LogCaptureFixture) -> None:
    """So term(), in another thread, comes to its end."""
    context = zmq.Context()
    stream = ZMQStream(context.socket(zmq.PULL))
    stream.on_recv(print)
    await asyncio.to_thread(context.term)
    assert stream.closed()
    assert "terminated" in caplog.text.lower()


def test_loop_that_closes_everything_closes_the_socket(context: zmq.Context) -> None:
    """Jupyter's kernel counts on that."""
    loop = IOLoop(make_current=False)
    stream = ZMQStream(context.socket(zmq.PULL), loop)
    stream.on_recv(print)
    socket = stream.socket
    loop.close(all_fds=True)
    assert socket.closed
    assert stream.closed()


# -- threads -----------------------------------------------------------------------------------------


@in_loop
async def test_other_threads_may_send_and_set_functions(pair: Pair) -> None:
    """The functions are called by the loop all the same."""
    stream, peer = pair()
    threads: list[threading.Thread] = []

    def callback(*arguments: Any) -> None:
        threads.append(threading.current_thread())

    def elsewhere() -> None:
        stream.on_recv(callback)
        stream.send(b"out", callback=callback)

    peer.send(b"in")
    await asyncio.to_thread(elsewhere)
    await until(lambda: len(threads) == 2)
    assert threads == [threading.current_thread()] * 2
    assert peer.recv() == b"out"


@in_loop
async def test_stream_and_a_thread_share_a_socket(pair: Pair) -> None:
    """Each message goes to one of them, and none is lost."""
    stream, peer = pair(endpoint="tcp://127.0.0.1:*")
    received: list[bytes] = []
    stream.on_recv(lambda message: received.append(message[0]))
    taken: list[bytes] = []

    def take() -> None:
        stream.socket.rcvtimeo = 1
        while len(received) + len(taken) < 200:
            try:
                taken.append(stream.socket.recv())
            except zmq.Again:
                continue

    taking = asyncio.create_task(asyncio.to_thread(take))
    for number in range(200):
        peer.send(b"%d" % number)
        if number % 20 == 0:
            await turns(2)
    await until(lambda: len(received) + len(taken) == 200)
    await taking
    assert sorted(received + taken) == sorted(b"%d" % number for number in range(200))


# -- what else there is ------------------------------------------------------------------------------


@in_loop
async def test_what_cannot_be_called_is_refused(pair: Pair) -> None:
    stream, _ = pair()
    wrong: Any = 1
    for call in (stream.on_recv, stream.on_recv_stream, stream.on_send, stream.on_send_stream):
        with pytest.raises(AssertionError, match="not 1"):
            call(wrong)


@in_loop
async def test_what_cannot_be_sent_is_refused_at_once(pair: Pair) -> None:
    stream, _ = pair()
    wrong: Any = 1
    with pytest.raises(TypeError, match="Frame 0"):
        stream.send("text")
    with pytest.raises(IndexError):
        stream.send_multipart([])
    with pytest.raises(TypeError, match="takes str"):
        stream.send_string(wrong)
    assert not stream.sending()


@in_loop
async def test_stream_has_methods_of_its_socket(open_stream: OpenStream) -> None:
    stream = open_stream(zmq.PULL)
    assert stream.bind_to_random_port("tcp://127.0.0.1") > 0
    stream.setsockopt(zmq.RCVHWM, 7)
    assert stream.getsockopt(zmq.RCVHWM) == 7
    stream.setsockopt_string(zmq.ROUTING_ID, "name")
    assert stream.getsockopt_string(zmq.ROUTING_ID) == "name"
    stream.connect("inproc://somewhere")


@in_loop
async def test_socket_of_asyncio_is_taken_by_another_handle() -> None:
    """The functions get messages, then, and no futures."""
    with zerowire.asyncio.Context() as context, context.socket(zmq.PUSH) as socket:
        with pytest.warns(RuntimeWarning, match="shadow"):
            stream = ZMQStream(socket)
        assert type(stream.socket) is zmq.Socket
        assert stream.socket.underlying == socket.underlying
        stream.close()


@in_loop
async def test_errors_have_no_function(open_stream: OpenStream) -> None:
    """pyzmq has deprecated them."""
    stream = open_stream(zmq.PULL)
    with pytest.warns(DeprecationWarning, match="on_err"):
        stream.on_err(print)
    with pytest.warns(DeprecationWarning, match="on_err"):
        stream.stop_on_err()
