"""Draft socket types as programs use them: groups, peers with numbers, frames with an address."""

from __future__ import annotations

import selectors
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import zerowire as zmq

PATIENCE = 10_000  # milliseconds
WaitUntil = Callable[..., None]
Open = Callable[[int], zmq.Socket]
TRANSPORTS = pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:*", "inproc://drafts"])


@pytest.fixture
def sock(context: zmq.Context) -> Iterator[Open]:
    """Return `sock(kind)`, which opens a socket until the test ends."""
    with ExitStack() as opened:
        yield lambda kind: opened.enter_context(context.socket(kind))


def join(bound: zmq.Socket, connected: zmq.Socket, endpoint: str = "inproc://drafts") -> None:
    for one in (bound, connected):
        one.rcvtimeo = one.sndtimeo = PATIENCE
    bound.bind(endpoint)
    connected.connect(bound.get_string(zmq.LAST_ENDPOINT))
    assert bound.wait_for_peers(timeout=PATIENCE)


def errno_of(call: Callable[[], object]) -> int | None:
    with pytest.raises(zmq.ZMQError) as caught:
        call()
    return caught.value.errno


def test_drafts_are_always_there() -> None:
    """OPT-4."""
    assert zmq.has("draft")
    assert zmq.DRAFT_API


@TRANSPORTS
def test_client_and_server(sock: Open, endpoint: str) -> None:
    """SRV-1, with SNDMORE refused at once (SOCK-3)."""
    client, server = sock(zmq.CLIENT), sock(zmq.SERVER)
    join(server, client, endpoint)
    client.send(b"question")
    asked = server.recv(copy=False)
    assert asked.routing_id != 0
    assert asked["routing_id"] == asked.routing_id
    server.send(b"by number", routing_id=asked.routing_id)
    server.send(asked)
    server.send(asked, copy=False)
    server.send_string("text", routing_id=asked.routing_id)
    server.send_multipart([b"one"], routing_id=asked.routing_id)
    got = [client.recv(copy=False) for _ in range(5)]
    assert [frame.bytes for frame in got] == [b"by number", b"question", b"question", b"text", b"one"]
    assert {frame.routing_id for frame in got} == {0}
    assert errno_of(lambda: client.send(b"x", zmq.SNDMORE)) == zmq.EINVAL
    assert errno_of(lambda: client.send_multipart([b"x", b"y"])) == zmq.EINVAL
    assert errno_of(lambda: server.send(b"x")) == zmq.EHOSTUNREACH
    assert errno_of(lambda: server.send(b"x", routing_id=0)) == zmq.EINVAL
    client.send(b"still in order")
    assert server.recv() == b"still in order"


def test_send_to_a_peer_waits_for_room(sock: Open) -> None:
    """SRV-1: full is EAGAIN, or waits for SNDTIMEO."""
    client, server = sock(zmq.CLIENT), sock(zmq.SERVER)
    server.sndhwm = client.rcvhwm = 1
    join(server, client)
    client.send(b"x")
    routing_id = server.recv(copy=False).routing_id
    server.send(b"1", routing_id=routing_id)
    server.send(b"2", routing_id=routing_id)
    with pytest.raises(zmq.Again):
        server.send(b"3", zmq.NOBLOCK, routing_id=routing_id)
    sender = threading.Thread(target=server.send, args=(b"3",), kwargs={"routing_id": routing_id})
    sender.start()
    assert [client.recv() for _ in range(3)] == [b"1", b"2", b"3"]
    sender.join()


@TRANSPORTS
def test_radio_and_dish(sock: Open, endpoint: str) -> None:
    """RADIO-1, RADIO-2."""
    radio, dish = sock(zmq.RADIO), sock(zmq.DISH)
    join(radio, dish, endpoint)
    dish.join("news")
    dish.join(b"sport")
    assert radio.wait_for_subscribers(topic="sport", timeout=PATIENCE)
    for group in ("new", "news", "weather"):
        radio.send(group.encode(), group=group)
    frame = zmq.Frame(b"goal")
    frame.group = "sport"
    radio.send(frame)
    got = [dish.recv(copy=False) for _ in range(2)]
    assert [(frame.bytes, frame.group, frame["group"]) for frame in got] == [
        (b"news", "news", "news"),
        (b"goal", "sport", "sport"),
    ]
    dish.leave("news")
    dish.leave(b"sport")
    assert errno_of(lambda: dish.leave("news")) == zmq.EINVAL


def test_dish_joins_its_groups_again_at_a_radio_that_has_come_back(sock: Open) -> None:
    """REC-5."""
    radio, dish = sock(zmq.RADIO), sock(zmq.DISH)
    dish.reconnect_ivl = 10
    join(radio, dish, "tcp://127.0.0.1:*")
    endpoint = radio.get_string(zmq.LAST_ENDPOINT)
    dish.join("news")
    dish.join("sport")
    assert radio.wait_for_subscribers(topic="sport", timeout=PATIENCE)
    dish.leave("sport")
    radio.close()
    another = sock(zmq.RADIO)
    another.bind(endpoint)
    assert another.wait_for_subscribers(topic="news", timeout=PATIENCE)
    another.send(b"no", group="sport")
    another.send(b"yes", group="news")
    assert dish.recv() == b"yes"


def test_groups_are_joined_in_secret(sock: Open) -> None:
    """RADIO-2, CURVE-2."""
    radio, dish = sock(zmq.RADIO), sock(zmq.DISH)
    public, secret = zmq.curve_keypair()
    radio.curve_server, radio.curve_secretkey, radio.curve_publickey = True, secret, public
    dish.curve_publickey, dish.curve_secretkey = zmq.curve_keypair()
    dish.curve_serverkey = public
    dish.join("news")
    join(radio, dish, "tcp://127.0.0.1:*")
    assert radio.wait_for_subscribers(topic="news", timeout=PATIENCE)
    radio.send(b"x" * 70_000, group="news")
    radio.send(b"no", group="sport")
    radio.send(b"y", group="news")
    assert [dish.recv(), dish.recv()] == [b"x" * 70_000, b"y"]


def test_group_that_is_too_long(sock: Open) -> None:
    """RADIO-1."""
    radio, dish = sock(zmq.RADIO), sock(zmq.DISH)
    assert errno_of(lambda: dish.join("g" * 256)) == zmq.EINVAL
    assert errno_of(lambda: dish.join("\ud800")) == zmq.EINVAL
    assert errno_of(lambda: radio.send(b"x", group="g" * 256)) == zmq.EINVAL


@pytest.mark.parametrize(
    ("call", "argument", "who"),
    [
        ("join", "x", "DISH"),
        ("leave", "x", "DISH"),
        ("connect_peer", "inproc://x", "PEER"),
        ("disconnect_peer", 1, "SERVER and PEER"),
    ],
)
def test_other_types_do_not_have_these_calls(sock: Open, call: str, argument: object, who: str) -> None:
    """RADIO-1, PEER-1."""
    with pytest.raises(zmq.ZMQError, match=rf"{call}\(\) is for {who} sockets, not for DEALER") as caught:
        getattr(sock(zmq.DEALER), call)(argument)
    assert caught.value.errno == zmq.ENOTSUP


@TRANSPORTS
def test_peers_talk_by_numbers(sock: Open, endpoint: str) -> None:
    """PEER-1: the number is there before the connection."""
    anna, ben = sock(zmq.PEER), sock(zmq.PEER)
    anna.rcvtimeo = ben.rcvtimeo = PATIENCE
    anna.bind(endpoint)
    number = ben.connect_peer(anna.get_string(zmq.LAST_ENDPOINT))
    ben.send(b"hello", routing_id=number)
    heard = anna.recv(copy=False)
    anna.send(b"good-bye", routing_id=heard.routing_id)
    answer = ben.recv(copy=False)
    assert (answer.bytes, answer.routing_id) == (b"good-bye", number)


def test_peer_connected_to_itself_gets_the_number_of_the_connecting_side(sock: Open) -> None:
    peer = sock(zmq.PEER)
    peer.rcvtimeo = PATIENCE
    peer.bind("inproc://self")
    number = peer.connect_peer("inproc://self")
    peer.send(b"x", routing_id=number)
    assert peer.recv(copy=False).routing_id != number


def test_connect_peer_needs_a_pipe_at_once(sock: Open) -> None:
    """PEER-1."""
    peer = sock(zmq.PEER)
    peer.immediate = 1
    with pytest.raises(zmq.ZMQError, match="IMMEDIATE is 1") as caught:
        peer.connect_peer("tcp://127.0.0.1:9")
    assert caught.value.errno == zmq.EFAULT
    peer.immediate = 0
    with pytest.raises(zmq.ZMQError, match="ftl://x") as caught:
        peer.connect_peer("ftl://x")
    assert caught.value.errno == zmq.EPROTONOSUPPORT


@TRANSPORTS
def test_disconnect_peer_leaves_one_and_keeps_the_others(
    sock: Open, wait_until: WaitUntil, endpoint: str
) -> None:
    """PEER-1: on either side of the connection."""
    hub, first, second = (sock(zmq.PEER) for _ in range(3))
    hub.rcvtimeo = second.rcvtimeo = PATIENCE
    hub.bind(endpoint)
    numbers = [peer.connect_peer(hub.get_string(zmq.LAST_ENDPOINT)) for peer in (first, second)]
    first.send(b"first", routing_id=numbers[0])
    second.send(b"second", routing_id=numbers[1])
    here = {frame.bytes: frame.routing_id for frame in (hub.recv(copy=False), hub.recv(copy=False))}
    hub.disconnect_peer(here[b"first"])
    assert errno_of(lambda: hub.send(b"x", routing_id=here[b"first"])) == zmq.EHOSTUNREACH
    hub.send(b"you", routing_id=here[b"second"])
    assert second.recv() == b"you"
    second.disconnect_peer(numbers[1])
    assert errno_of(lambda: second.disconnect_peer(numbers[1])) == zmq.EHOSTUNREACH
    wait_until(lambda: len(hub.peers()) <= (1 if "tcp" in endpoint else 0))  # the first comes again


@TRANSPORTS
def test_notices_when_a_peer_has_gone(sock: Open, endpoint: str) -> None:
    """DISCONNECT_MSG."""
    client, server = sock(zmq.CLIENT), sock(zmq.SERVER)
    server.hello_msg = b"hello"
    server.disconnect_msg = b"gone"
    join(server, client, endpoint)
    assert client.recv() == b"hello"
    client.send(b"x")
    came = server.recv(copy=False)
    client.close()
    gone = server.recv(copy=False)
    assert (gone.bytes, gone.routing_id) == (b"gone", came.routing_id)


def test_notice_of_a_hiccup(sock: Open) -> None:
    """HICCUP_MSG."""
    client, server = sock(zmq.CLIENT), sock(zmq.SERVER)
    client.hiccup_msg = b"hiccup"
    join(server, client, "tcp://127.0.0.1:*")
    client.send(b"x")
    assert server.recv() == b"x"
    server.close()
    assert client.recv() == b"hiccup"


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:*", "inproc://drafts"])
@pytest.mark.parametrize(("sender", "receiver"), [("SCATTER", "GATHER"), ("CHANNEL", "CHANNEL")])
def test_one_way_or_both(sock: Open, endpoint: str, sender: str, receiver: str) -> None:
    out, back = sock(getattr(zmq, sender)), sock(getattr(zmq, receiver))
    join(out, back, endpoint)
    large = bytes(100_000)
    for body in (b"", b"x", large):
        out.send(body)
        out.send(body, copy=False)
    assert [back.recv() for _ in range(6)] == [b"", b"", b"x", b"x", large, large]
    assert out.get(zmq.THREAD_SAFE) == back.get(zmq.THREAD_SAFE) == 1
    assert back.poll(0) == 0


def test_descriptor_tells_of_messages(sock: Open) -> None:
    """SOCK-3: it is level-triggered, as everybody's, so thread-safe types may have it; nobody is warned."""
    client, server = sock(zmq.CLIENT), sock(zmq.SERVER)
    join(server, client)
    assert server.get(zmq.FD) == server.FD == server.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        assert selector.select(0) == []
        client.send(b"x")
        assert selector.select(PATIENCE / 1000)
        assert server.recv() == b"x"


def test_several_threads_share_a_server(sock: Open) -> None:
    """SOCK-3: thread-safe."""
    server, client = sock(zmq.SERVER), sock(zmq.CLIENT)
    join(server, client)

    def answer() -> None:
        for _ in range(100):
            server.send(server.recv(copy=False))

    threads = [threading.Thread(target=answer) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(300):
        client.send(b"%d" % number)
    got = sorted(int(client.recv()) for _ in range(300))
    for thread in threads:
        thread.join()
    assert got == list(range(300))
