"""Every pair of socket types that may talk, with libzmq at the other end (the table of section 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.interop.library import MOMENT, Open, wait_until
from tests.interop.payload import pattern
from tests.interop.peer import End, LocalEnd, Peer, reach

MESSAGES = [
    [b""],
    [b"x"],
    [pattern(255)],
    [pattern(256)],
    [pattern(65536)],
    [b"first", b"", pattern(300), b"", b"last"],
]
LARGE = [pattern(64 << 20)]

Messages = list[list[bytes]]
Talk = Callable[[End, End, Messages], None]


def exchange(one: End, other: End, messages: Messages) -> None:
    """Both ends send and receive the same, in turn."""
    for message in messages:
        one.send(*message)
        assert other.recv() == message
        other.send(*message)
        assert one.recv() == message


def push_pull(push: End, pull: End, messages: Messages) -> None:
    for message in messages:
        push.send(*message)
    for message in messages:
        assert pull.recv() == message


def publish(publisher: End, subscriber: End, messages: Messages) -> None:
    if subscriber.kind == "SUB":
        subscriber.set("subscribe", b"")
    else:
        subscriber.send(b"\x01")
    probe = [b"is anybody there?"]

    def is_heard() -> bool:
        publisher.send(*probe)
        return subscriber.recv(MOMENT) is not None

    wait_until(is_heard, "the subscription did not arrive")
    if publisher.kind == "XPUB":
        assert publisher.recv() == [b"\x01"]
    for message in messages:
        publisher.send(*message)
    for message in messages:
        received = subscriber.recv()
        while received == probe:
            received = subscriber.recv()
        assert received == message


def req_router(req: End, router: End, messages: Messages) -> None:
    for message in messages:
        req.send(*message)
        request = router.recv()
        assert request is not None
        assert request[1:] == [b"", *message]
        router.send(*request)
        assert req.recv() == message


def dealer_rep(dealer: End, rep: End, messages: Messages) -> None:
    for message in messages:
        dealer.send(b"", *message)
        assert rep.recv() == message
        rep.send(*message)
        assert dealer.recv() == [b"", *message]


def dealer_router(dealer: End, router: End, messages: Messages) -> None:
    for message in messages:
        dealer.send(*message)
        received = router.recv()
        assert received is not None
        assert received[1:] == message
        router.send(*received)
        assert dealer.recv() == message


def router_router(one: End, other: End, messages: Messages) -> None:
    for sender, receiver in ((one, other), (other, one)):
        for end in (sender, receiver):
            end.set("router_mandatory", 1)
        for message in messages:
            reach(sender, receiver.kind.encode() + ID_OF[receiver is other], *message)
            received = receiver.recv()
            assert received is not None
            assert received[1:] == message


ID_OF = {False: b" one", True: b" other"}
TALKS: dict[tuple[str, str], Talk] = {
    ("PAIR", "PAIR"): exchange,
    ("PUB", "SUB"): publish,
    ("PUB", "XSUB"): publish,
    ("XPUB", "SUB"): publish,
    ("XPUB", "XSUB"): publish,
    ("REQ", "REP"): exchange,
    ("REQ", "ROUTER"): req_router,
    ("DEALER", "REP"): dealer_rep,
    ("DEALER", "DEALER"): exchange,
    ("DEALER", "ROUTER"): dealer_router,
    ("ROUTER", "ROUTER"): router_router,
    ("PUSH", "PULL"): push_pull,
}
BOTH_WAYS = sorted({*TALKS, *((other, one) for one, other in TALKS)})


def open_ends(sock: Open, peer: Peer, kinds: tuple[str, str]) -> tuple[End, End]:
    ours, theirs = kinds
    ids: list[dict[str, Any]] = [{}, {}]
    if kinds == ("ROUTER", "ROUTER"):
        ids = [{"routing_id": b"ROUTER one"}, {"routing_id": b"ROUTER other"}]
    return LocalEnd(sock, ours, **ids[0]), peer.socket(theirs, **ids[1])


def link(binder: End, connecter: End, endpoint: str) -> None:
    connecter.connect(binder.bind(endpoint))


def talk(ours: End, theirs: End, messages: Messages) -> None:
    if (ours.kind, theirs.kind) in TALKS:
        TALKS[ours.kind, theirs.kind](ours, theirs, messages)
    else:
        TALKS[theirs.kind, ours.kind](theirs, ours, messages)


@pytest.mark.parametrize("we_bind", [True, False], ids=["we_bind", "they_bind"])
@pytest.mark.parametrize("kinds", BOTH_WAYS, ids="_".join)
def test_pair_exchanges_messages(
    sock: Open, peer: Peer, endpoint: str, kinds: tuple[str, str], we_bind: bool
) -> None:
    ours, theirs = open_ends(sock, peer, kinds)
    link(*((ours, theirs) if we_bind else (theirs, ours)), endpoint)
    talk(ours, theirs, MESSAGES)


@pytest.mark.parametrize(
    "kinds", [("PUSH", "PULL"), ("PULL", "PUSH"), ("DEALER", "ROUTER"), ("REQ", "REP")], ids="_".join
)
def test_pair_exchanges_64_mebibytes(sock: Open, peer: Peer, endpoint: str, kinds: tuple[str, str]) -> None:
    ours, theirs = open_ends(sock, peer, kinds)
    link(theirs, ours, endpoint)
    talk(ours, theirs, [LARGE, [b"and", b"after it"]])


def test_many_messages_keep_their_order_both_ways(sock: Open, peer: Peer, endpoint: str) -> None:
    """RT-1: what one connection carries keeps its order."""
    ours, theirs = LocalEnd(sock, "DEALER", sndhwm=0), peer.socket("DEALER", sndhwm=0)
    link(theirs, ours, endpoint)
    count = 5000
    theirs.send_numbers(count)
    for number in range(count):
        ours.send(b"%d" % number)
    assert [ours.recv() for _ in range(count)] == [[b"%d" % number] for number in range(count)]
    assert theirs.recv_many(count) == [[b"%d" % number] for number in range(count)]
