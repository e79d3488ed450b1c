from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, RouterNotify, SocketOption
from zerowire.error import ZMQError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.patterns.router import Router
from zerowire.routing.pipe import Pipe, Queue

Connect = Callable[..., Pipe]


@pytest.fixture
def router() -> Router:
    return Router(Settings(), 5)


def near(peer: Pipe) -> Pipe:
    return peer.inbound.writer


def assert_unreachable(call: Callable[[], object]) -> None:
    with pytest.raises(ZMQError) as caught:
        call()
    assert caught.value.errno == Errno.EHOSTUNREACH


# -- names --------------------------------------------------------------------------------


def test_router_receives_with_the_name_in_front(router: Router, connect: Connect) -> None:
    """ROUTER-1."""
    peer = connect(router, routing_id=b"a")
    peer.push(b"x")
    peer.push([b"", b"y"])
    assert router.can_receive()
    assert [router.receive() for _ in range(3)] == [[b"a", b"x"], [b"a", b"", b"y"], None]
    assert router.last_pipe is near(peer)


def test_router_sends_to_the_peer_that_is_named(router: Router, connect: Connect) -> None:
    """ROUTER-3."""
    one, two = connect(router, routing_id=b"a"), connect(router, routing_id=b"b")
    assert router.send([b"b", b"x"])
    assert router.send([b"b", b"", b"y"])
    assert [two.pop(), two.pop(), one.pop()] == [b"x", [b"", b"y"], None]


def test_peers_without_a_name_get_one(router: Router, connect: Connect) -> None:
    """ROUTER-2."""
    peers = [connect(router) for _ in range(2)]
    assert [near(peer).routing_id for peer in peers] == [b"\x00\x00\x00\x00\x05", b"\x00\x00\x00\x00\x06"]
    router.send([b"\x00\x00\x00\x00\x06", b"x"])
    assert peers[1].pop() == b"x"


def test_connected_peer_is_unknown_until_it_is_identified(router: Router, connect: Connect) -> None:
    peer = connect(router, connecting=True)
    router.send([b"a", b"lost"])
    near(peer).routing_id = b"a"
    router.on_identified(near(peer))
    router.send([b"a", b"x"])
    peer.push(b"y")
    assert peer.pop() == b"x"
    assert router.receive() == [b"a", b"y"]


def test_name_stays_when_the_peer_reconnects_under_another(router: Router, connect: Connect) -> None:
    """ROUTER-6."""
    peer = connect(router, connecting=True)
    near(peer).routing_id = b"a"
    router.on_identified(near(peer))
    near(peer).routing_id = b"z"
    router.on_identified(near(peer))
    peer.push(b"x")
    assert near(peer).routing_id == b"a"
    assert router.receive() == [b"a", b"x"]


def test_peer_can_be_named_before_it_is_there(router: Router, connect: Connect) -> None:
    """ROUTER-5: CONNECT_ROUTING_ID."""
    peer = connect(router, routing_id=b"a", assigned=True, connecting=True)
    router.send([b"a", b"x"])
    assert peer.pop() == b"x"
    near(peer).routing_id = b"own name"
    router.on_identified(near(peer))
    peer.push(b"y")
    assert router.receive() == [b"a", b"y"]


def test_assigned_name_must_be_free(router: Router, connect: Connect) -> None:
    """ROUTER-5."""
    connect(router, routing_id=b"a")
    with pytest.raises(ZMQError) as caught:
        connect(router, routing_id=b"a", assigned=True, connecting=True)
    assert caught.value.errno == Errno.EINVAL


def test_second_peer_of_a_name_is_ignored(router: Router, connect: Connect) -> None:
    """ROUTER-4."""
    first, second = connect(router, routing_id=b"a"), connect(router, routing_id=b"a")
    second.push(b"never read")
    router.send([b"a", b"x"])
    assert not router.can_receive()
    assert (first.pop(), second.pop()) == (b"x", None)
    second.close()
    router.on_lost(near(second))
    router.on_reconnected(near(second))
    router.send([b"a", b"y"])
    assert first.pop() == b"y"


def test_ignored_connection_may_try_again_when_it_is_made_anew(router: Router, connect: Connect) -> None:
    holder = connect(router, routing_id=b"a")
    peer = connect(router, connecting=True)
    near(peer).routing_id = b"a"
    router.on_identified(near(peer))
    holder.close()
    router.on_identified(near(peer))
    router.send([b"a", b"x"])
    assert peer.pop() == b"x"


def test_handover_gives_the_name_to_the_new_peer(router: Router, connect: Connect) -> None:
    """ROUTER-4."""
    router.set_option(SocketOption.ROUTER_HANDOVER, True)
    old = connect(router, routing_id=b"a")
    old.push(b"last")
    new = connect(router, routing_id=b"a")
    assert near(old).is_closed
    assert not old.push(b"x")
    router.send([b"a", b"x"])
    assert (old.pop(), new.pop()) == (None, b"x")
    router.detach(near(old))
    router.send([b"a", b"y"])
    assert new.pop() == b"y"
    assert router.receive() == [b"\x00\x00\x00\x00\x05", b"last"]


def test_name_of_a_peer_that_left_is_free(router: Router, connect: Connect) -> None:
    first = connect(router, routing_id=b"a")
    first.push(b"last")
    first.close()
    router.detach(near(first))
    second = connect(router, routing_id=b"a")
    router.send([b"a", b"x"])
    assert second.pop() == b"x"
    assert router.receive() == [b"a", b"last"]


# -- what cannot be sent ------------------------------------------------------------------


def test_lone_frame_is_swallowed(router: Router, connect: Connect) -> None:
    """ROUTER-3."""
    peer = connect(router, routing_id=b"a")
    router.set_option(SocketOption.ROUTER_MANDATORY, True)
    assert router.send(b"a")
    assert peer.pop() is None
    assert router.dropped == 1


def test_message_for_an_unknown_peer_is_dropped(router: Router) -> None:
    """ROUTER-3."""
    assert router.can_send()
    assert router.check_send(b"nobody")
    assert router.send([b"nobody", b"x"])
    assert router.dropped == 1


def test_message_for_a_full_peer_is_dropped_and_counted_on_it(router: Router, connect: Connect) -> None:
    """ROUTER-3."""
    peer = connect(router, routing_id=b"a", hwm=1)
    assert router.send([b"a", b"1"])
    assert router.send([b"a", b"2"])
    assert (near(peer).dropped, router.dropped) == (1, 1)
    assert router.can_send()


def test_mandatory_router_fails_for_an_unknown_peer(router: Router, connect: Connect) -> None:
    """ROUTER-3."""
    router.set_option(SocketOption.ROUTER_MANDATORY, True)
    assert_unreachable(lambda: router.send([b"nobody", b"x"]))
    assert_unreachable(lambda: router.check_send(b"nobody"))


def test_mandatory_router_waits_for_a_full_peer(router: Router, connect: Connect) -> None:
    """ROUTER-3, ROUTER-11."""
    router.set_option(SocketOption.ROUTER_MANDATORY, True)
    assert not router.can_send()
    peer = connect(router, routing_id=b"a", hwm=1)
    assert router.can_send()
    assert router.check_send(b"a")
    assert router.send([b"a", b"1"])
    assert not router.send([b"a", b"2"])
    assert not router.check_send(b"a")
    assert not router.can_send()
    assert router.dropped == near(peer).dropped == 0
    peer.pop()
    assert router.send([b"a", b"2"])


class Overtaken(Pipe):
    """Its reader, an inproc peer in another thread, makes room right after push() has found none."""

    def push(self, message: Message) -> bool:
        return False


def test_mandatory_router_waits_though_there_is_room_again_meanwhile(router: Router) -> None:
    """ROUTER-3: only what was pushed is sent."""
    router.set_option(SocketOption.ROUTER_MANDATORY, True)
    there, back = Queue(0), Queue(0)
    pipe = Overtaken(there, back, router)
    Pipe(back, there, router)
    pipe.routing_id = b"a"
    router.attach(pipe)
    assert not router.send([b"a", b"x"])
    assert router.check_send(b"a")


def test_mandatory_router_does_not_wait_for_a_peer_that_is_leaving(router: Router, connect: Connect) -> None:
    router.set_option(SocketOption.ROUTER_MANDATORY, True)
    peer = connect(router, routing_id=b"a")
    queue = near(peer).outbound
    queue.refused = queue.shut = True  # the notice is on its way
    assert_unreachable(lambda: router.send([b"a", b"x"]))


# -- greetings and notices ----------------------------------------------------------------


def test_new_peer_is_greeted_when_it_is_identified(router: Router, connect: Connect) -> None:
    """DEALER-2, HELLO_MSG."""
    router.set_option(SocketOption.PROBE_ROUTER, True)
    router.set_option(SocketOption.HELLO_MSG, b"hello")
    accepted, connected = connect(router), connect(router, connecting=True)
    assert [accepted.pop(), accepted.pop(), connected.pop()] == [b"hello", b"", None]
    router.on_identified(near(connected))
    assert [connected.pop(), connected.pop()] == [b"hello", b""]
    router.on_reconnected(near(connected))
    assert [connected.pop(), connected.pop()] == [b"hello", b""]


def test_notices_tell_who_comes_and_goes(router: Router, connect: Connect) -> None:
    """ROUTER-9."""
    router.set_option(SocketOption.ROUTER_NOTIFY, RouterNotify.CONNECT | RouterNotify.DISCONNECT)
    peer = connect(router, routing_id=b"a")
    peer.push(b"x")
    peer.close()
    assert [router.receive() for _ in range(4)] == [[b"a", b""], [b"a", b"x"], [b"a", b""], None]


def test_notices_follow_the_connection_of_a_connected_peer(router: Router, connect: Connect) -> None:
    """ROUTER-9."""
    router.set_option(SocketOption.ROUTER_NOTIFY, RouterNotify.CONNECT | RouterNotify.DISCONNECT)
    peer = connect(router, routing_id=b"a", assigned=True, connecting=True)
    assert not router.can_receive()
    router.on_identified(near(peer))
    assert router.receive() == [b"a", b""]
    router.on_lost(near(peer))
    assert router.receive() == [b"a", b""]
    router.detach(near(peer))
    assert router.receive() is None


@pytest.mark.parametrize(("flag", "notices"), [(0, 0), (1, 1), (2, 1), (3, 2)])
def test_notices_can_be_chosen(router: Router, connect: Connect, flag: int, notices: int) -> None:
    router.set_option(SocketOption.ROUTER_NOTIFY, flag)
    connect(router).close()
    received = 0
    while router.receive() is not None:
        received += 1
    assert received == notices


def test_peer_that_left_is_reported_with_the_disconnect_message(router: Router, connect: Connect) -> None:
    """DISCONNECT_MSG: for accepted peers alone."""
    router.set_option(SocketOption.DISCONNECT_MSG, b"bye")
    peer = connect(router, routing_id=b"a")
    peer.push(b"x")
    peer.close()
    connected = connect(router, connecting=True)
    router.on_identified(near(connected))
    router.detach(near(connected))
    assert [router.receive() for _ in range(3)] == [[b"a", b"x"], [b"a", b"bye"], None]


def test_raw_router_closes_a_connection_with_an_empty_frame(router: Router, connect: Connect) -> None:
    """ROUTER-8."""
    router.set_option(SocketOption.ROUTER_RAW, True)
    assert router.is_raw
    peer = connect(router)
    router.send([near(peer).routing_id, b"x"])
    router.send([near(peer).routing_id, b""])
    assert near(peer).is_closed
    assert peer.pop() == b"x"
