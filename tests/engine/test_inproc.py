"""inproc peers: two sockets that share a pipe, and post each other what they did."""

from __future__ import annotations

import errno

import pytest

from tests.engine.bench import Bench, take_all
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.error import ZMQError

NAME = "inproc://name"


def test_messages_pass_as_they_are(bench: Bench) -> None:
    """INP-6: by reference."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    message: list[bytes] = [b"a", b"b"]
    push.try_send(message)  # type: ignore[arg-type]
    bench.serve()
    (received,) = take_all(pull)
    assert received is message


def test_connecting_comes_before_binding(bench: Bench) -> None:
    """INP-2."""
    push, pull = bench.open(SocketType.PUSH), bench.open(SocketType.PULL)
    push.endpoints.connect(NAME)
    (end,) = push.pipes.values()
    assert push.try_send(b"early")
    assert not end.is_ready
    pull.endpoints.bind(NAME)
    bench.serve()
    assert end.is_ready
    assert take_all(pull) == [b"early"]


def test_second_bind_of_a_name_is_refused_until_it_is_free(bench: Bench) -> None:
    """INP-1."""
    first, second = bench.open(SocketType.PULL), bench.open(SocketType.PULL)
    first.endpoints.bind(NAME)
    with pytest.raises(ZMQError) as caught:
        second.endpoints.bind(NAME)
    assert caught.value.errno == errno.EADDRINUSE
    first.close()
    second.endpoints.bind(NAME)


def test_unbind_keeps_the_peers_and_frees_the_name(bench: Bench) -> None:
    """INP-5."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    pull.endpoints.remove(NAME)
    push.try_send(b"still here")
    bench.serve()
    assert take_all(pull) == [b"still here"]
    late = bench.open(SocketType.PUSH)
    late.endpoints.connect(NAME)
    bench.serve()
    assert len(pull.pipes) == 1


def test_disconnect_ends_the_pipe_and_keeps_what_was_sent(bench: Bench) -> None:
    """INP-5, PIPE-5."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    push.try_send(b"last words")
    push.endpoints.remove(NAME)
    assert not push.try_send(b"nobody is there")
    bench.serve()
    assert pull.pipes == {}
    assert take_all(pull) == [b"last words"]


def test_peer_that_left_before_the_bind_is_still_heard(bench: Bench) -> None:
    """INP-2, PIPE-5."""
    push, pull = bench.open(SocketType.PUSH), bench.open(SocketType.PULL)
    push.endpoints.connect(NAME)
    push.try_send(b"last words")
    push.close()
    pull.endpoints.bind(NAME)
    bench.serve()
    assert take_all(pull) == [b"last words"]
    assert pull.pipes == {}


def test_peer_that_left_without_a_word_is_forgotten(bench: Bench) -> None:
    push, pull = bench.open(SocketType.PUSH), bench.open(SocketType.PULL)
    push.endpoints.connect(NAME)
    push.endpoints.remove(NAME)
    pull.endpoints.bind(NAME)
    bench.serve()
    assert (pull.pipes, len(pull.tasks)) == ({}, 1)


def test_socket_may_connect_to_itself(bench: Bench) -> None:
    """INP-9."""
    core = bench.open(SocketType.DEALER)
    core.endpoints.bind(NAME)
    core.endpoints.connect(NAME)
    assert core.try_send(b"me")
    bench.serve()
    assert take_all(core) == [b"me"]


@pytest.mark.parametrize("bind_first", [True, False])
@pytest.mark.parametrize(("sndhwm", "rcvhwm", "fit"), [(3, 4, 7), (1, 1, 2)])
def test_mark_is_the_sum_of_both_sides(
    bench: Bench, bind_first: bool, sndhwm: int, rcvhwm: int, fit: int
) -> None:
    """PIPE-1."""
    pull, push = bench.open(SocketType.PULL, rcvhwm=rcvhwm), bench.open(SocketType.PUSH, sndhwm=sndhwm)
    if bind_first:
        pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    if not bind_first:
        pull.endpoints.bind(NAME)
    bench.serve()
    assert sum(push.try_send(b"x") for _ in range(20)) == fit


def test_mark_of_one_side_can_change_later(bench: Bench) -> None:
    """INP-8: the other side's share stays."""
    pull, push = bench.open(SocketType.PULL, rcvhwm=4), bench.open(SocketType.PUSH, sndhwm=3)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    push.settings.sndhwm = 1
    push.update_hwm()
    assert sum(push.try_send(b"x") for _ in range(20)) == 5


def test_mark_that_changes_before_the_bind_counts(bench: Bench) -> None:
    """INP-2, INP-8: alone it is the connecter's own mark; the binder adds its share."""
    pull, push = bench.open(SocketType.PULL, rcvhwm=4), bench.open(SocketType.PUSH, sndhwm=3)
    push.endpoints.connect(NAME)
    push.settings.sndhwm = 2
    push.update_hwm()
    assert sum(push.try_send(b"x") for _ in range(20)) == 2
    pull.endpoints.bind(NAME)
    bench.serve()
    assert sum(push.try_send(b"x") for _ in range(20)) == 4


def test_peers_learn_each_others_routing_id(bench: Bench) -> None:
    """INP-4."""
    router = bench.open(SocketType.ROUTER, routing_id=b"router")
    dealer = bench.open(SocketType.DEALER, routing_id=b"dealer")
    dealer.endpoints.connect(NAME)
    router.endpoints.bind(NAME)
    bench.serve()
    assert [pipe.routing_id for pipe in router.pipes] == [b"dealer"]
    assert [pipe.routing_id for pipe in dealer.pipes] == [b"router"]


def test_offer_that_was_withdrawn_is_not_bound(bench: Bench) -> None:
    first, second = bench.open(SocketType.DEALER), bench.open(SocketType.DEALER)
    first.endpoints.connect(NAME)
    second.endpoints.connect(NAME)
    first.endpoints.remove(NAME)
    binder = bench.open(SocketType.DEALER)
    binder.endpoints.bind(NAME)
    bench.serve()
    assert len(binder.pipes) == 1
    assert binder.try_send(b"to the second")
    bench.serve()
    assert take_all(second) == [b"to the second"]


def test_what_a_peer_does_waits_in_the_mailbox(bench: Bench) -> None:
    """A socket never takes another socket's lock: it is told, and looks when it is called."""
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    assert pull.pipes == {}
    assert pull.needs_attention
    pull.enter()
    assert len(pull.pipes) == 1
    assert not pull.needs_attention


def test_binder_that_closed_meanwhile_leaves_a_closed_pipe(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    pull.close()
    bench.serve()
    assert push.pipes == {}
    assert not push.try_send(b"nobody is there")


def test_room_is_told_to_a_sender_in_another_thread(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL, rcvhwm=1), bench.open(SocketType.PUSH, sndhwm=1)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()

    def fill(core: SocketCore) -> int:
        return sum(core.try_send(b"x") for _ in range(10))

    assert fill(push) == 2
    assert not push.pattern.can_send()
    take_all(pull)
    assert push.needs_attention
    push.enter()
    assert push.pattern.can_send()


def test_nothing_is_kept_of_a_peer_that_was_refused(bench: Bench) -> None:
    """A PAIR has one peer."""
    bound, first, second = (bench.open(SocketType.PAIR) for _ in range(3))
    bound.endpoints.bind(NAME)
    first.endpoints.connect(NAME)
    bench.serve()
    second.endpoints.connect(NAME)
    bench.serve()
    bench.serve()
    assert len(bound.pipes) == len(bound.inproc_pipes) == 1
    assert len(bound.tasks) == 2  # the name, and the first peer
    assert second.pipes == {}
    assert first.try_send(b"still here")
    bench.serve()
    assert take_all(bound) == [b"still here"]
