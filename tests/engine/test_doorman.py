"""Who may come in, by what is known of addresses alone."""

from __future__ import annotations

from typing import Any

from zerowire.engine.doorman import FIRST_WAIT, FORGIVEN_AFTER, LONGEST_WAIT, MOST_ADDRESSES, Doorman
from zerowire.options import Limits


def guest() -> Any:
    return object()


def test_no_more_come_in_than_there_is_room_for() -> None:
    doorman = Doorman(Limits(connections=2))
    one, two = guest(), guest()
    for each in (one, two):
        assert doorman.admits("a", 0.0)
        doorman.on_guest(each, "a")
    assert not doorman.admits("b", 0.0)
    assert doorman.refused == 1
    doorman.on_ready(one)
    assert not doorman.admits("b", 0.0)
    doorman.on_gone(one, 0.0)
    assert doorman.admits("b", 0.0)


def test_oldest_newcomer_leaves_for_one_more() -> None:
    doorman = Doorman(Limits(handshakes=2))
    peer: Any = guest()
    slow: Any = guest()
    slower: Any = guest()
    last: Any = guest()
    doorman.on_guest(peer, "a")
    doorman.on_ready(peer)
    assert doorman.on_guest(slow, "a") is None
    assert doorman.on_guest(slower, "a") is None
    assert [doorman.on_guest(last, "a")] == [slow]
    doorman.on_gone(slow, 0.0)
    doorman.on_ready(slower)
    assert doorman.on_guest(guest(), "a") is None


def fail(doorman: Doorman, address: str, now: float) -> None:
    stranger = guest()
    doorman.on_guest(stranger, address)
    doorman.on_gone(stranger, now)


def test_address_that_fails_again_and_again_waits_ever_longer() -> None:
    doorman = Doorman(Limits(failures=2))
    fail(doorman, "bad", 0.0)
    assert doorman.admits("bad", 0.0)
    fail(doorman, "bad", 0.0)
    assert not doorman.admits("bad", FIRST_WAIT / 2)
    assert doorman.admits("good", FIRST_WAIT / 2)
    assert doorman.admits("bad", FIRST_WAIT)
    fail(doorman, "bad", FIRST_WAIT)
    assert not doorman.admits("bad", FIRST_WAIT + 1.5 * FIRST_WAIT)
    for _ in range(100):
        fail(doorman, "bad", 10.0)
    assert doorman.admits("bad", 10.0 + LONGEST_WAIT)


def test_success_and_time_make_up_for_failures() -> None:
    doorman = Doorman(Limits(failures=2))
    fail(doorman, "a", 0.0)
    good = guest()
    doorman.on_guest(good, "a")
    doorman.on_ready(good)
    fail(doorman, "a", 0.0)
    assert doorman.admits("a", 0.0)
    fail(doorman, "a", FORGIVEN_AFTER + 1.0)
    assert doorman.admits("a", FORGIVEN_AFTER + 1.0)


def test_memory_of_addresses_is_bounded() -> None:
    doorman = Doorman(Limits(failures=1))
    for number in range(MOST_ADDRESSES + 1):
        fail(doorman, str(number), 0.0)
    assert doorman.admits("0", 0.0)
    assert not doorman.admits(str(MOST_ADDRESSES), 0.0)


def test_peer_that_leaves_has_not_failed() -> None:
    doorman = Doorman(Limits(failures=1))
    peer = guest()
    doorman.on_guest(peer, "a")
    doorman.on_ready(peer)
    doorman.on_gone(peer, 0.0)
    doorman.on_gone(peer, 0.0)
    assert doorman.admits("a", 0.0)
