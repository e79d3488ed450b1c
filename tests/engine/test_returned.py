"""Messages that were given back to a socket."""

from __future__ import annotations

import select

import pytest

from tests.engine.bench import Bench, take_all
from zerowire.constants import PollEvent, SocketType
from zerowire.engine.returned import Receipt
from zerowire.engine.socket import RECEIVE, SocketCore

NAME = "inproc://returned"


def test_messages_that_were_given_back_come_before_all_others(bench: Bench) -> None:
    pull, push = bench.open(SocketType.PULL), bench.open(SocketType.PUSH)
    pull.endpoints.bind(NAME)
    push.endpoints.connect(NAME)
    bench.serve()
    for message in (b"1", b"2", b"3"):
        assert push.try_send(message)
    taken = [message for message in (pull.try_receive(), pull.try_receive()) if message is not None]
    pull.returned.give_back(reversed(taken))
    assert pull.events() & PollEvent.POLLIN
    assert take_all(pull) == [b"1", b"2", b"3"]
    assert not pull.can_receive()
    assert push.try_send(b"4")
    assert take_all(pull) == [b"4"]


def test_message_that_is_given_back_wakes_who_waits_for_one(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    pull.begin_wait(RECEIVE)
    pull.returned.give_back([b"x"])
    assert select.select([pull.waker.fileno()], [], [], 0)[0]
    pull.end_wait(RECEIVE)
    assert take_all(pull) == [b"x"]


# -- receipts ----------------------------------------------------------------------------------------


def receipts_of(core: SocketCore, count: int) -> list[Receipt]:
    """Return receipts for messages that were taken one after another."""
    return [core.returned.receipt(b"%d" % number, {}) for number in range(count)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_has_a_receipt_is_received_again_in_the_order_in_which_it_was_taken(
    bench: Bench, order: tuple[int, ...]
) -> None:
    pull = bench.open(SocketType.PULL)
    receipts = receipts_of(pull, 3)
    for number in order:
        receipts[number].put_back()
    assert pull.can_receive()
    assert take_all(pull) == [b"0", b"1", b"2"]
    assert not pull.can_receive()


def test_what_has_a_receipt_comes_before_what_was_only_given_back(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    (receipt,) = receipts_of(pull, 1)
    pull.returned.give_back([b"x"])
    receipt.put_back()
    assert take_all(pull) == [b"0", b"x"]


def test_receipt_is_claimed_with_what_is_known_of_the_message(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    receipt = pull.returned.receipt(b"x", {"User-Id": "me"})
    assert pull.returned.claim() is None
    receipt.put_back()
    before = receipt.number
    claimed = pull.returned.claim()
    assert claimed is receipt
    assert (claimed.message, claimed.metadata) == (b"x", {"User-Id": "me"})
    assert claimed.number > before  # it was taken later than others now
    assert not pull.returned


def test_receipt_can_be_dropped_while_the_lock_is_held(bench: Bench) -> None:
    """The garbage collector may come at any moment."""
    pull = bench.open(SocketType.PULL)
    (receipt,) = receipts_of(pull, 1)
    assert pull.lock.locked()
    receipt.drop()
    assert pull.needs_attention
    pull.enter()
    assert take_all(pull) == [b"0"]


def test_closed_socket_wants_nothing_back(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    (receipt,) = receipts_of(pull, 1)
    pull.close()
    receipt.put_back()
    assert not pull.returned


def test_whoever_has_come_between_stays(bench: Bench) -> None:
    """Somebody else may say where the socket takes from, while something waits to be received again."""
    pull = bench.open(SocketType.PULL)
    (receipt,) = receipts_of(pull, 1)
    receipt.put_back()
    pull.take = other = lambda: None
    assert pull.returned.claim() is receipt
    assert pull.take is other
    receipt.put_back()
    assert take_all(pull) == [b"0"]
    assert pull.take is other


def test_nothing_is_left_when_it_was_claimed_behind_a_stand_in(bench: Bench) -> None:
    pull = bench.open(SocketType.PULL)
    (receipt,) = receipts_of(pull, 1)
    usual = pull.take
    receipt.put_back()
    returned, pull.take = pull.take, lambda: None
    assert pull.returned.claim() is receipt
    pull.take = returned
    assert pull.take() is None
    assert pull.take == usual
