"""The names of one context, and the pipes that wait for them (INP-1, INP-2, INP-5)."""

from __future__ import annotations

import errno

import pytest

from zerowire.error import ZMQError
from zerowire.routing.pipe import Pipe
from zerowire.transport.inproc import Offer, Registry, combined_hwm, make_offer


class Observer:
    """Notes what happens at one end of a pipe."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_readable(self, pipe: Pipe) -> None:
        self.seen.append("readable")

    def on_writable(self, pipe: Pipe) -> None:
        self.seen.append("writable")

    def on_closed(self, pipe: Pipe) -> None:
        self.seen.append("closed")


def offer(name: str = "name", sndhwm: int = 0, rcvhwm: int = 0, conflate: bool = False) -> Offer:
    return make_offer(
        name,
        Observer(),
        lambda *_: None,
        routing_id=b"me",
        sndhwm=sndhwm,
        rcvhwm=rcvhwm,
        conflate=(conflate, conflate),
    )


@pytest.fixture
def registry() -> Registry[str]:
    return Registry()


def test_name_belongs_to_who_bound_it(registry: Registry[str]) -> None:
    assert registry.bind("name", "first") == []
    with pytest.raises(ZMQError, match="inproc://name is bound by another socket") as caught:
        registry.bind("name", "second")
    assert caught.value.errno == errno.EADDRINUSE
    assert registry.connect(offer()) == "first"
    registry.bind("other", "second")


def test_only_the_owner_gives_a_name_back(registry: Registry[str]) -> None:
    registry.bind("name", "first")
    registry.unbind("name", "second")
    assert registry.connect(offer()) == "first"
    registry.unbind("name", "first")
    registry.unbind("name", "first")
    assert registry.bind("name", "second") == []


def test_offers_wait_in_order_for_their_name(registry: Registry[str]) -> None:
    first, second, elsewhere = offer(), offer(), offer("elsewhere")
    for each in (first, second, elsewhere):
        assert registry.connect(each) is None
    assert registry.bind("name", "binder") == [first, second]
    assert registry.bind("elsewhere", "binder") == [elsewhere]


def test_each_offer_is_handed_out_once(registry: Registry[str]) -> None:
    registry.connect(offer())
    assert len(registry.bind("name", "binder")) == 1
    registry.unbind("name", "binder")
    assert registry.bind("name", "next") == []


def test_offer_can_be_withdrawn(registry: Registry[str]) -> None:
    kept, withdrawn = offer(), offer()
    registry.connect(kept)
    registry.connect(withdrawn)
    registry.withdraw(withdrawn)
    registry.withdraw(withdrawn)
    registry.withdraw(offer("unknown"))
    assert registry.bind("name", "binder") == [kept]


def test_offer_with_messages_waits_for_whoever_will_read_them(registry: Registry[str]) -> None:
    made = offer()
    registry.connect(made)
    made.near.push(b"last words")
    made.near.close()
    registry.withdraw(made)
    assert registry.bind("name", "binder") == [made]


def test_nothing_is_left_after_the_end(registry: Registry[str]) -> None:
    registry.bind("name", "binder")
    registry.connect(offer("other"))
    registry.clear()
    assert registry.bind("name", "next") == []
    assert registry.bind("other", "next") == []


def test_ends_of_an_offer_are_the_two_ends_of_one_pipe() -> None:
    made = offer()
    assert made.near.push(b"there")
    assert made.far.pop() == b"there"
    assert made.far.push(b"back")
    assert made.near.pop() == b"back"
    assert (made.near.endpoint, made.far.endpoint) == ("inproc://name", "inproc://name")
    assert (made.far.routing_id, made.near.routing_id) == (b"me", b"")


def test_messages_that_wait_count_against_the_connecters_mark() -> None:
    """INP-2."""
    made = offer(sndhwm=2)
    assert [made.near.push(b"x") for _ in range(3)] == [True, True, False]


def test_conflating_offer_keeps_one_message() -> None:
    made = offer(conflate=True)
    assert made.near.push(b"old")
    assert made.near.push(b"new")
    assert (made.far.pop(), made.far.pop()) == (b"new", None)


def test_far_end_that_nobody_has_taken_observes_in_silence() -> None:
    made = offer(sndhwm=1)
    made.near.push(b"x")
    made.far.observer.on_writable(made.far)
    made.near.close()
    assert made.far.inbound.ended
    assert made.far.has_messages


@pytest.mark.parametrize(
    ("sender", "receiver", "mark"), [(3, 4, 7), (0, 4, 0), (3, 0, 0), (0, 0, 0), (1, 1, 2)]
)
def test_mark_is_the_sum_unless_one_side_has_none(sender: int, receiver: int, mark: int) -> None:
    """PIPE-1."""
    assert combined_hwm(sender, receiver) == mark
