from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import SocketOption
from zerowire.options import Settings
from zerowire.patterns.dealer import Dealer
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def dealer() -> Dealer:
    return Dealer(Settings(), 1)


def test_dealer_changes_nothing_in_a_message(dealer: Dealer, connect: Connect) -> None:
    """DEALER-1."""
    peer = connect(dealer)
    dealer.send([b"", b"x"])
    assert peer.pop() == [b"", b"x"]
    peer.push([b"", b"y"])
    assert dealer.can_receive()
    assert dealer.receive() == [b"", b"y"]
    assert dealer.last_pipe is peer.inbound.writer


def test_dealer_sends_and_receives_in_turn(dealer: Dealer, connect: Connect) -> None:
    peers = [connect(dealer) for _ in range(2)]
    for number in range(4):
        dealer.send(b"%d" % number)
    assert [peer.pop() for peer in peers] == [b"0", b"1"]
    for peer in peers:
        peer.push(b"a")
        peer.push(b"b")
    assert [dealer.receive() for _ in range(4)] == [b"a", b"a", b"b", b"b"]


def test_dealer_is_mute_until_a_peer_has_room(dealer: Dealer, connect: Connect) -> None:
    assert not dealer.check_send(b"x")
    peer = connect(dealer, hwm=1)
    assert dealer.send(b"1")
    assert not dealer.send(b"2")
    peer.pop()
    assert dealer.can_send()
    peer.close()
    assert not dealer.can_send()


# -- greetings ----------------------------------------------------------------------------


def test_new_peer_is_greeted_before_anything_else(dealer: Dealer, connect: Connect) -> None:
    """DEALER-2, HELLO_MSG."""
    dealer.set_option(SocketOption.PROBE_ROUTER, True)
    dealer.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(dealer)
    dealer.send(b"x")
    assert [peer.pop() for _ in range(4)] == [b"hello", b"", b"x", None]


def test_greeting_is_repeated_on_a_new_connection_ahead_of_what_waits(
    dealer: Dealer, connect: Connect
) -> None:
    dealer.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(dealer, connecting=True)
    assert peer.pop() == b"hello"
    dealer.send(b"x")
    dealer.on_lost(peer.inbound.writer)
    dealer.on_reconnected(peer.inbound.writer)
    assert [peer.pop() for _ in range(3)] == [b"hello", b"x", None]


def test_greeting_that_still_waits_is_not_doubled(dealer: Dealer, connect: Connect) -> None:
    dealer.set_option(SocketOption.PROBE_ROUTER, True)
    dealer.set_option(SocketOption.HELLO_MSG, b"hello")
    peer = connect(dealer, connecting=True)
    dealer.on_reconnected(peer.inbound.writer)
    assert [peer.pop() for _ in range(3)] == [b"hello", b"", None]


def test_lost_connection_is_reported_with_the_hiccup_message(dealer: Dealer, connect: Connect) -> None:
    """HICCUP_MSG."""
    peer = connect(dealer, connecting=True)
    dealer.on_lost(peer.inbound.writer)
    assert not dealer.can_receive()
    dealer.set_option(SocketOption.HICCUP_MSG, b"hiccup")
    peer.push(b"before")
    dealer.on_lost(peer.inbound.writer)
    assert [dealer.receive() for _ in range(3)] == [b"before", b"hiccup", None]
