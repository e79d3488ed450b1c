from __future__ import annotations

from collections.abc import Callable

from zerowire.options import Settings
from zerowire.patterns.pull import Pull
from zerowire.patterns.push import Push
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


def test_push_deals_messages_out(connect: Connect) -> None:
    """RFC 30: round-robin."""
    push = Push(Settings(), 1)
    peers = [connect(push) for _ in range(2)]
    for number in range(4):
        assert push.send(b"%d" % number)
    assert [list(peer.inbound.items) for peer in peers] == [[b"0", b"2"], [b"1", b"3"]]


def test_push_is_mute_without_peers_and_with_full_ones(connect: Connect) -> None:
    push = Push(Settings(), 1)
    assert not push.check_send(b"x")
    assert not push.send(b"x")
    peer = connect(push, hwm=1)
    assert push.send(b"1")
    assert not push.send(b"2")
    assert not push.can_send()
    peer.pop()  # the pattern is told that there is room
    assert push.can_send()
    assert push.send(b"3")
    assert peer.pop() == b"3"


def test_push_sends_nothing_to_a_peer_that_left(connect: Connect) -> None:
    push = Push(Settings(), 1)
    peer = connect(push)
    peer.close()
    assert not push.send(b"x")


def test_push_drops_what_comes_in(connect: Connect) -> None:
    """PUSH-1."""
    push = Push(Settings(), 1)
    peer = connect(push)
    peer.push(b"x")
    peer.push([b"x", b"y"])
    assert push.dropped == 2
    assert not peer.outbound.items


def test_pull_receives_from_all_in_turn(connect: Connect) -> None:
    """RFC 30: fair-queuing."""
    pull = Pull(Settings(), 1)
    peers = [connect(pull) for _ in range(2)]
    for peer, name in zip(peers, (b"a", b"b"), strict=True):
        peer.push(name)
        peer.push([name, name])
    assert pull.can_receive()
    assert [pull.receive() for _ in range(5)] == [b"a", b"b", [b"a", b"a"], [b"b", b"b"], None]
    assert pull.last_pipe is peers[1].inbound.writer


def test_pull_receives_what_a_peer_sent_before_it_left(connect: Connect) -> None:
    """PIPE-5."""
    pull = Pull(Settings(), 1)
    peer = connect(pull)
    peer.push(b"1")
    peer.push(b"2")
    peer.close()
    assert [pull.receive() for _ in range(3)] == [b"1", b"2", None]
