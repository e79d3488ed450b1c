"""ROUTER of ours, with DEALER, REQ and ROUTER of libzmq."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.library import Open, Socket, bind, errno_of, ours, wait_until, zmq
from tests.interop.monitor import Watch
from tests.interop.peer import LocalEnd, Peer, reach

StartWatch = Callable[[Socket], Watch]


def test_peer_without_an_id_gets_one(sock: Open, peer: Peer) -> None:
    """ROUTER-2: an octet 0 and four more, another one for each peer."""
    router = sock("ROUTER")
    where = bind(router)
    ids = set()
    for _ in range(3):
        dealer = peer.socket("DEALER")
        dealer.connect(where)
        dealer.send(b"x")
        ids.add(router.recv_multipart()[0])
    assert len(ids) == 3
    assert {(len(each), each[:1]) for each in ids} == {(5, b"\0")}


def test_ids_start_at_a_random_number(sock: Open, peer: Peer) -> None:
    """ROUTER-2: so that an id of a former life is nobody's."""
    ids = set()
    for _ in range(3):
        router = sock("ROUTER")
        dealer = peer.socket("DEALER")
        dealer.connect(bind(router))
        dealer.send(b"x")
        ids.add(router.recv_multipart()[0])
    assert len(ids) == 3


@pytest.mark.parametrize("name", [b"x", b"\0reserved?", b"n" * 255], ids=["short", "reserved", "long"])
def test_peer_with_an_id_keeps_it(sock: Open, peer: Peer, name: bytes) -> None:
    """ROUTER-2: ids that begin with 0 are reserved by convention only."""
    router = sock("ROUTER")
    dealer = peer.socket("DEALER", routing_id=name)
    dealer.connect(bind(router))
    dealer.send(b"request")
    assert router.recv_multipart() == [name, b"request"]
    router.send_multipart([name, b"reply"])
    assert dealer.recv() == [b"reply"]


def test_our_id_reaches_their_router(sock: Open, peer: Peer) -> None:
    router = peer.socket("ROUTER")
    dealer = sock("DEALER", routing_id=b"our name")
    dealer.connect(router.bind())
    dealer.send(b"x")
    assert router.recv() == [b"our name", b"x"]


def test_unknown_peer_is_ignored(sock: Open, peer: Peer) -> None:
    """ROUTER-3: the whole message is swallowed, and so is a lone frame."""
    router = sock("ROUTER")
    dealer = peer.socket("DEALER", routing_id=b"A")
    dealer.connect(bind(router))
    dealer.send(b"hello")
    router.recv_multipart()
    router.send_multipart([b"nobody", b"lost", b"lost"])
    router.send(b"A")
    router.send_multipart([b"A", b"arrives"])
    assert dealer.recv() == [b"arrives"]


def test_unknown_peer_is_an_error_when_mandatory(sock: Open) -> None:
    """ROUTER-3."""
    router = sock("ROUTER", router_mandatory=1)
    bind(router)
    assert errno_of(router.send_multipart, [b"nobody", b"x"]) == zmq.EHOSTUNREACH
    assert errno_of(router.send_multipart, [b"nobody", b"x"], zmq.DONTWAIT) == zmq.EHOSTUNREACH


def test_mandatory_router_is_told_when_its_peer_has_gone(sock: Open, peer: Peer) -> None:
    router = sock("ROUTER", router_mandatory=1)
    dealer = peer.socket("DEALER", routing_id=b"A")
    dealer.connect(bind(router))
    dealer.send(b"hello")
    router.recv_multipart()
    dealer.close()
    errno = None
    while errno is None:
        errno = errno_of(router.send_multipart, [b"A", b"x"])
    assert errno == zmq.EHOSTUNREACH


def test_second_peer_of_the_same_id_is_not_heard(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """ROUTER-4: its handshake succeeds all the same."""
    router = sock("ROUTER")
    events = watch(router)
    where = bind(router)
    first, second = (peer.socket("DEALER", routing_id=b"A") for _ in range(2))
    first.connect(where)
    first.send(b"first")
    assert router.recv_multipart() == [b"A", b"first"]
    events.until("HANDSHAKE_SUCCEEDED")
    second.connect(where)
    second.send(b"not heard")
    events.until("HANDSHAKE_SUCCEEDED")
    for _ in range(10):
        first.send(b"again")
        assert router.recv_multipart() == [b"A", b"again"]
    router.send_multipart([b"A", b"to the first"])
    assert first.recv() == [b"to the first"]
    assert second.recv(0) is None


def test_id_is_handed_over(sock: Open, peer: Peer) -> None:
    """ROUTER-4: with ROUTER_HANDOVER."""
    router = sock("ROUTER", router_handover=1)
    where = bind(router)
    first, second = (peer.socket("DEALER", routing_id=b"A") for _ in range(2))
    first.connect(where)
    first.send(b"first")
    assert router.recv_multipart() == [b"A", b"first"]
    second.connect(where)
    second.send(b"second")
    assert router.recv_multipart() == [b"A", b"second"]
    router.send_multipart([b"A", b"to the second"])
    assert second.recv() == [b"to the second"]
    assert first.recv(0) is None


def test_id_is_free_when_its_peer_has_gone(sock: Open, peer: Peer, watch: StartWatch) -> None:
    router = sock("ROUTER")
    events = watch(router)
    where = bind(router)

    def lives(text: bytes) -> bool:
        dealer = peer.socket("DEALER", routing_id=b"A")
        dealer.connect(where)
        dealer.send(text)
        heard = router.poll(100) and router.recv_multipart() == [b"A", text]
        dealer.close()
        events.until("DISCONNECTED")
        return bool(heard)

    assert lives(b"first life")
    wait_until(lambda: lives(b"second life"), "the id is not free")


def test_peer_is_called_as_the_caller_wishes(sock: Open, peer: Peer) -> None:
    """ROUTER-5: CONNECT_ROUTING_ID names the next peer, and only that one."""
    router = sock("ROUTER", connect_routing_id=b"first")
    dealers = [peer.socket("DEALER") for _ in range(2)]
    for dealer in dealers:
        router.connect(dealer.bind())
    router.send_multipart([b"first", b"hello"])
    assert dealers[0].recv() == [b"hello"]
    dealers[1].send(b"x")
    name, _ = router.recv_multipart()
    assert len(name) == 5
    assert name[:1] == b"\0"


@pytest.mark.parametrize("name", [b"", pytest.param(b"n" * 256, marks=ours)], ids=["empty", "long"])
def test_name_for_a_peer_has_1_to_255_octets(sock: Open, name: bytes) -> None:
    """ROUTER-5."""
    router = sock("ROUTER")
    assert errno_of(router.setsockopt, zmq.CONNECT_ROUTING_ID, name) == zmq.EINVAL


@ours
def test_name_that_another_peer_has_is_refused(sock: Open, peer: Peer) -> None:
    """ROUTER-5: libzmq ends the process."""
    router = sock("ROUTER", connect_routing_id=b"A")
    router.connect(peer.socket("DEALER").bind())
    router.setsockopt(zmq.CONNECT_ROUTING_ID, b"A")
    assert errno_of(router.connect, peer.socket("DEALER").bind()) is not None
    router.send_multipart([b"A", b"the first is still there"])


def test_routers_know_each_other_by_name(sock: Open, peer: Peer) -> None:
    """ROUTER-7, both ways over one connection."""
    one = LocalEnd(sock, "ROUTER", routing_id=b"one", router_mandatory=1)
    other = peer.socket("ROUTER", routing_id=b"other", router_mandatory=1)
    other.connect(one.bind("tcp://127.0.0.1:*"))
    reach(one, b"other", b"hello", b"")
    assert other.recv() == [b"one", b"hello", b""]
    other.send(b"one", b"", b"hello")
    assert one.recv() == [b"other", b"", b"hello"]
