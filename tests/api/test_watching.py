"""What a socket tells of its links and peers, against what was sent."""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import zerowire as zmq
from tests.conformance.raw import RawPeer, frame
from zerowire.api.events import EventStream

WaitUntil = Callable[..., None]
PATIENCE = 10_000  # milliseconds
TCP = "tcp://127.0.0.1:*"


def join(bound: zmq.Socket, connected: zmq.Socket, endpoint: str = TCP) -> None:
    for socket in (bound, connected):
        socket.rcvtimeo = socket.sndtimeo = PATIENCE
    bound.bind(endpoint)
    connected.connect(bound.get_string(zmq.LAST_ENDPOINT))
    assert bound.wait_for_peers(timeout=PATIENCE)
    assert connected.wait_for_peers(timeout=PATIENCE)


# -- waiting for peers -------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", [TCP, "inproc://peers"])
def test_peers_are_waited_for(context: zmq.Context, endpoint: str) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.bind(endpoint)
        assert not pull.wait_for_peers(timeout=0)
        sockets = [context.socket(zmq.PUSH) for _ in range(3)]
        for push in sockets:
            push.connect(pull.get_string(zmq.LAST_ENDPOINT))
        assert pull.wait_for_peers(3, timeout=PATIENCE)
        assert not pull.wait_for_peers(4, timeout=1)
        assert len(pull.peers()) == 3
        for push in sockets:
            push.close()


def test_peer_that_is_only_expected_does_not_count(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        push.connect("inproc://nobody")
        assert [peer.state for peer in push.peers()] == ["connecting"]
        assert not push.wait_for_peers(timeout=1)
        assert push.wait_for_peers(0, timeout=0)


def test_peer_that_comes_in_another_thread_ends_the_wait(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("inproc://peers")
        came: list[bool] = []
        thread = threading.Thread(target=lambda: came.append(pull.wait_for_peers(timeout=-0.5)))
        thread.start()
        wait_until(lambda: pull._core.waiters)
        push.connect("inproc://peers")
        thread.join(10)
        assert came == [True]


def test_peer_that_waited_for_the_name_ends_the_wait(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        push.connect("inproc://peers")
        came: list[bool] = []
        thread = threading.Thread(target=lambda: came.append(pull.wait_for_peers(timeout=PATIENCE)))
        thread.start()
        wait_until(lambda: pull._core.waiters)
        pull.bind("inproc://peers")
        thread.join(5)
        assert came == [True]


def test_subscriber_that_another_thread_accepts_ends_the_wait(
    context: zmq.Context, wait_until: WaitUntil
) -> None:
    """XPUB_MANUAL."""
    with context.socket(zmq.XPUB) as xpub, context.socket(zmq.SUB) as sub:
        xpub.rcvtimeo = PATIENCE
        xpub.set(zmq.XPUB_MANUAL, 1)
        xpub.bind("inproc://peers")
        sub.connect("inproc://peers")
        sub.subscribe("a")
        xpub.recv()
        came: list[bool] = []
        thread = threading.Thread(target=lambda: came.append(xpub.wait_for_subscribers(timeout=PATIENCE)))
        thread.start()
        wait_until(lambda: xpub._core.waiters)
        xpub.set(zmq.SUBSCRIBE, b"b")
        thread.join(5)
        assert came == [True]


def test_subscribers_are_counted_by_topic(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as pub, context.socket(zmq.SUB) as one, context.socket(zmq.SUB) as other:
        pub.bind(TCP)
        for sub, topic in ((one, "weather"), (other, "news")):
            sub.rcvtimeo = PATIENCE
            sub.connect(pub.get_string(zmq.LAST_ENDPOINT))
            sub.subscribe(topic)
        assert pub.wait_for_subscribers(2, timeout=PATIENCE)
        assert pub.wait_for_subscribers(topic="weather in Rome", timeout=PATIENCE)
        assert pub.wait_for_subscribers(topic=b"news", timeout=PATIENCE)
        assert not pub.wait_for_subscribers(topic="sport", timeout=1)
        assert not pub.wait_for_subscribers(2, "weather", timeout=1)
        pub.send(b"weather: sun")
        assert one.recv() == b"weather: sun"


def test_only_publishers_have_subscribers(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as socket:
        with pytest.raises(zmq.ZMQError) as caught:
            socket.wait_for_subscribers(timeout=0)
        assert caught.value.errno == zmq.ENOTSUP


# -- counts ------------------------------------------------------------------------------------------


def test_counts_of_both_sides_agree_with_what_was_sent(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        pull.routing_id = b"the puller"
        join(push, pull)
        before = push.stats().octets_out, pull.stats().octets_in
        messages = [[b"a" * size, b"b"] for size in (0, 1, 255, 256, 70_000)]
        for message in messages:
            push.send_multipart(message)
        received = [pull.recv_multipart() for _ in messages]
        assert received == messages
        octets = sum(len(frame(a, more=True)) + len(frame(b)) for a, b in messages)
        sent, got = push.stats(), pull.stats()
        assert (sent.messages_out, sent.queued_out, sent.messages_in) == (5, 0, 0)
        assert (got.messages_in, got.queued_in, got.messages_out) == (5, 0, 0)
        assert (sent.octets_out - before[0], got.octets_in - before[1]) == (octets, octets)
        (peer,) = pull.peers()
        assert (peer.socket_type, peer.state, peer.endpoint) == (
            "PUSH",
            "ready",
            push.get_string(zmq.LAST_ENDPOINT),
        )
        assert peer.last_heard is not None


def test_messages_that_wait_are_queued(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PULL) as pull:
        join(pull, push)
        for _ in range(5):
            push.send(b"x")
        wait_until(lambda: pull.stats().queued_in == 5)
        assert pull.recv() == b"x"
        stats = pull.stats()
        assert (stats.queued_in, stats.messages_in, stats.peers[0].queued_in) == (4, 5, 4)


def test_messages_for_nobody_yet_wait_to_be_sent(context: zmq.Context) -> None:
    with context.socket(zmq.PUSH) as push:
        push.linger = 0
        push.connect("inproc://later")
        for _ in range(3):
            push.send(b"x")
        assert (push.stats().queued_out, push.stats().messages_out) == (3, 0)


def test_publisher_counts_what_a_slow_subscriber_misses(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as pub, context.socket(zmq.SUB) as sub:
        pub.sndhwm, sub.rcvhwm = 3, 4
        sub.subscribe("")
        join(pub, sub, "inproc://slow")
        assert pub.wait_for_subscribers(timeout=PATIENCE)
        for number in range(20):
            pub.send(b"%d" % number)
        assert [sub.recv() for _ in range(7)] == [b"%d" % number for number in range(7)]
        stats = pub.stats()
        assert (stats.dropped, stats.peers[0].dropped, stats.messages_out) == (13, 13, 7)
        assert stats.lost == 0


def test_router_counts_what_it_cannot_deliver(context: zmq.Context) -> None:
    with context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as dealer:
        router.sndhwm = dealer.rcvhwm = 1
        dealer.routing_id = b"known"
        join(router, dealer, "inproc://router")
        router.send_multipart([b"unknown", b"x"])
        assert router.stats().dropped == 1
        for _ in range(5):
            router.send_multipart([b"known", b"x"])
        stats = router.stats()
        assert (stats.dropped, stats.peers[0].dropped, stats.peers[0].routing_id) == (4, 3, b"known")


def test_totals_keep_peers_that_left(context: zmq.Context, wait_until: WaitUntil) -> None:
    with context.socket(zmq.PULL) as pull:
        pull.bind(TCP)
        for _ in range(2):
            with RawPeer.dial(pull.get_string(zmq.LAST_ENDPOINT)) as peer:
                peer.shake_hands("PUSH")
                peer.send(frame(b"x"), frame(b"y"))
        assert [pull.recv() for _ in range(4)].count(b"x") == 2
        wait_until(lambda: pull.peers() == [])
        assert (pull.stats().messages_in, pull.stats().peers) == (4, ())


# -- monitors ----------------------------------------------------------------------------------------


def test_events_are_a_value_and_a_stream(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as pub:
        assert pub.events == int(zmq.POLLOUT)
        assert pub.events == pub.EVENTS
        with pub.events(zmq.EVENT_LISTENING, timeout=PATIENCE) as stream:
            pub.bind(TCP)
            event = next(stream)
        assert (event.event, event.endpoint) == (zmq.Event.LISTENING, pub.get_string(zmq.LAST_ENDPOINT))


def test_events_of_a_closed_socket_are_an_error(context: zmq.Context) -> None:
    socket = context.socket(zmq.PUB)
    socket.close()
    with pytest.raises(zmq.ZMQError) as caught:
        socket.events  # noqa: B018
    assert caught.value.errno == zmq.ENOTSOCK


def test_monitor_socket_is_the_same_each_time(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket:
        monitor = socket.get_monitor_socket()
        assert monitor.type is zmq.PAIR
        assert socket.get_monitor_socket() is monitor
        socket.bind(TCP)
        monitor.rcvtimeo = PATIENCE
        header, endpoint = monitor.recv_multipart()
        assert (len(header), endpoint) == (6, socket.get(zmq.LAST_ENDPOINT))
        socket.disable_monitor()
        header, _ = monitor.recv_multipart()
        assert int.from_bytes(header[:2], sys.byteorder) == zmq.EVENT_MONITOR_STOPPED
        monitor.close()
        another = socket.get_monitor_socket(zmq.EVENT_ACCEPTED, "inproc://another-monitor")
        assert another is not monitor
        another.close()


@pytest.mark.parametrize("how", ["events", "monitor", "nothing"])
def test_monitor_socket_is_made_anew_when_its_monitor_was_replaced(context: zmq.Context, how: str) -> None:
    """MON-5: a socket has one monitor."""
    with context.socket(zmq.PULL) as socket:
        former = socket.get_monitor_socket()
        if how == "events":
            socket.events().close()
        else:
            socket.monitor("inproc://another-monitor" if how == "monitor" else None)
        monitor = socket.get_monitor_socket()
        assert monitor is not former
        assert socket.get_monitor_socket() is monitor
        monitor.rcvtimeo = PATIENCE
        socket.bind("tcp://127.0.0.1:*")
        header, _ = monitor.recv_multipart()
        assert int.from_bytes(header[:2], "little") == zmq.EVENT_LISTENING


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("watch", [zmq.Socket.get_monitor_socket, EventStream])
def test_monitor_that_gets_no_reader_is_not_started(
    context: zmq.Context, watch: Callable[[zmq.Socket], object], limit: int
) -> None:
    """It takes two sockets."""
    with context.socket(zmq.PULL) as socket:
        context.set(zmq.MAX_SOCKETS, limit)
        with pytest.raises(zmq.ZMQError) as caught:
            watch(socket)
        assert caught.value.errno == errno.EMFILE
        assert socket._core.monitor is None
        assert context._core.sockets == {socket._core}


def test_monitor_can_be_stopped(context: zmq.Context) -> None:
    with context.socket(zmq.PULL) as socket, context.socket(zmq.PAIR) as reader:
        socket.monitor("inproc://monitor")
        reader.rcvtimeo = PATIENCE
        reader.connect("inproc://monitor")
        socket.monitor(None)
        socket.monitor(None)
        header, _ = reader.recv_multipart()
        assert int.from_bytes(header[:2], "little") == zmq.EVENT_MONITOR_STOPPED
        socket.monitor("inproc://monitor")  # the name is free again


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ({"addr": "tcp://127.0.0.1:5555"}, zmq.EPROTONOSUPPORT),
        ({"addr": "inproc://m", "version": 3}, zmq.EINVAL),
        ({"addr": "inproc://m", "socket_type": zmq.REP}, zmq.EINVAL),
    ],
)
def test_monitor_that_cannot_be(context: zmq.Context, arguments: dict[str, Any], number: int) -> None:
    with context.socket(zmq.PULL) as socket:
        with pytest.raises(zmq.ZMQError) as caught:
            socket.monitor(**arguments)
        assert caught.value.errno == number


def test_pipes_can_be_asked_about(context: zmq.Context) -> None:
    """MON-6."""
    with context.socket(zmq.PUSH) as push, context.socket(zmq.PAIR) as reader:
        push.linger = 0
        with pytest.raises(zmq.ZMQError) as caught:
            push.monitor_pipes_stats()
        assert caught.value.errno == zmq.EINVAL
        push.monitor("inproc://pipes", zmq.EVENT_PIPES_STATS, version=2)
        reader.rcvtimeo = PATIENCE
        reader.connect("inproc://pipes")
        push.connect("inproc://nobody")
        push.send(b"waits")
        push.monitor_pipes_stats()
        frames = reader.recv_multipart()
        assert [int.from_bytes(part, "little") for part in frames[1:4]] == [2, 1, 0]
        assert frames[5] == b"inproc://nobody"
