"""A pipe, and datagrams: what is sent, what comes, and what is dropped (features 2.6)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from errno import ENETUNREACH
from time import monotonic
from typing import Any

import pytest

from tests.engine.bench import Bench
from tests.engine.datagrams import (
    GROUP,
    HERE,
    Plain,
    counts,
    has_ipv6,
    letter,
    listening,
    received,
    send,
    sending,
)
from zerowire.constants import SocketType
from zerowire.engine.socket import SocketCore
from zerowire.engine.stats import peer_stats, socket_stats
from zerowire.engine.udp_link import MOST_HEARD, State, UdpLink
from zerowire.error import ZMQError
from zerowire.message import Frame


def link_of(core: SocketCore) -> UdpLink:
    (link,) = core.tasks
    assert isinstance(link, UdpLink)
    return link


class Congestion:
    """A system that takes so many datagrams and then no more, or refuses them."""

    def __init__(self, core: SocketCore, room: int = 0) -> None:
        self.room = room
        self.failure: OSError | None = None
        socket = link_of(core).listener
        self._send: Callable[..., Any] = socket._send
        socket._send = self

    def __call__(self, *arguments: Any) -> Any:
        if self.failure is not None:
            raise self.failure
        if self.room == 0:
            raise BlockingIOError
        self.room -= 1
        return self._send(*arguments)


@pytest.fixture
def plain() -> Iterator[Plain]:
    with Plain() as made:
        yield made


# -- RADIO and DISH ------------------------------------------------------------------------------------


def test_dish_hears_the_groups_that_it_has_joined(bench: Bench) -> None:
    """RADIO-4: what is for other groups is dropped, and counted, here."""
    dish = listening(bench, "a", "c")
    radio = sending(bench, dish.last_endpoint)
    for group in ("a", "b", "c", "aa", ""):
        send(radio, letter(group, group.encode() * 2))
    send(radio, letter("a", b"end"))
    assert [received(bench, dish) for _ in range(3)] == [("a", b"aa"), ("c", b"cc"), ("a", b"end")]
    assert dish.pattern.dropped == 3
    assert counts(radio).sent == counts(dish).received == 6


def test_groups_are_joined_and_left_while_bound(bench: Bench) -> None:
    """RADIO-4: nobody is told."""
    dish = listening(bench)
    radio = sending(bench, dish.last_endpoint)
    pattern: Any = dish.pattern
    for number in range(3):
        pattern.join(b"g")
        send(radio, letter("g", bytes((number,))))
        assert received(bench, dish) == ("g", bytes((number,)))
        pattern.leave(b"g")
    assert link_of(dish).unsent == 0
    assert dish.unsent == 0


def test_all_members_of_a_group_hear_it(bench: Bench) -> None:
    """UDP-3: multicast; the groups within are another thing."""
    first = listening(bench, "g", address=f"{HERE};{GROUP}:*")
    second = listening(bench, "g", address=first.last_endpoint.removeprefix("udp://"))
    radio = sending(bench, first.last_endpoint)
    send(radio, letter("g", b"hello"))
    assert received(bench, first) == received(bench, second) == ("g", b"hello")


def test_largest_message_has_8192_octets(bench: Bench) -> None:
    """UDP-1"""
    dish = listening(bench, "group")
    radio = sending(bench, dish.last_endpoint)
    send(radio, letter("group", bytes(8187)))
    send(radio, letter("group", bytes(8186)))
    assert received(bench, dish) == ("group", bytes(8186))
    assert (counts(radio).sent, counts(radio).unfit) == (1, 1)
    assert radio.pattern.dropped == peer_stats(radio, next(iter(radio.pipes))).dropped == 1


def test_octets_are_those_of_libzmq(bench: Bench, plain: Plain) -> None:
    """UDP-1"""
    radio = sending(bench, f"udp://{plain.address}")
    send(radio, letter("movies", b"Godfather"))
    assert plain.hear() == b"\6moviesGodfather"
    dish = listening(bench, "movies")
    plain.say(dish.last_endpoint, b"\6moviesGodfather")
    assert received(bench, dish) == ("movies", b"Godfather")


def test_hostile_datagrams_are_dropped_and_counted(bench: Bench, plain: Plain) -> None:
    """Nothing that comes ends anything."""
    dish = listening(bench, "g", maxmsgsize=100)
    bad = [b"", b"\xff", b"\3ab", b"\1g" + bytes(8191), b"\1g" + bytes(60_000), b"\1g" + bytes(101)]
    strange = [b"\0", b"\2\xff\xfe", b"\1\0" + b"body", b"\3g\0gbody"]  # messages, but for nobody here
    plain.say(dish.last_endpoint, *bad, *strange, b"\1gend")
    assert received(bench, dish) == ("g", b"end")
    assert (counts(dish).malformed, counts(dish).received) == (len(bad), len(strange) + 1)
    assert dish.pattern.dropped == len(strange)


# -- DGRAM ---------------------------------------------------------------------------------------------


def talking(bench: Bench, address: str = f"{HERE}:*", **options: Any) -> SocketCore:
    core = bench.open(SocketType.DGRAM, **options)
    core.endpoints.bind(f"udp://{address}")
    return core


def place_of(core: SocketCore) -> bytes:
    return core.last_endpoint.removeprefix("udp://").encode()


def test_dgram_talks_to_anybody(bench: Bench, plain: Plain) -> None:
    """DGRAM-1: address and data, no NUL in either direction; a NUL in what is sent is ignored."""
    core = talking(bench)
    plain.say(core.last_endpoint, b"question", b"")
    address = plain.address.encode()
    assert received(bench, core) == [address, b"question"]
    assert received(bench, core) == [address, b""]
    for octets in (b"answer", b"", b"x" * 60_000):
        send(core, [address, octets])
        assert plain.hear() == octets
    send(core, [Frame(address + b"\0"), Frame(bytearray(b"frame"), copy=False)])
    assert plain.hear() == b"frame"
    assert (counts(core).sent, counts(core).received) == (4, 2)


@pytest.mark.skipif(not has_ipv6(), reason="::1 is not available")
def test_dgram_talks_over_ipv6(bench: Bench, plain: Plain) -> None:
    """DGRAM-1: libzmq cannot send to IPv6."""
    first = talking(bench, "[::1]:*", ipv6=True)
    second = talking(bench, "*:*", ipv6=True)
    port = second.last_endpoint.rpartition(":")[2].encode()
    send(first, [b"[::1]:" + port, b"six"])
    assert received(bench, second) == [place_of(first), b"six"]
    send(second, [place_of(first), b"back"])
    assert received(bench, first) == [b"[::1]:" + port, b"back"]
    plain.say(f"{HERE}:{port.decode()}", b"four")
    assert received(bench, second) == [plain.address.encode(), b"four"]
    send(second, [plain.address.encode(), b"back"])
    assert plain.hear() == b"back"


def test_dgram_sends_to_a_group_and_hears_the_answers(bench: Bench) -> None:
    """DGRAM-1 with UDP-3: how programs look for each other."""
    member = talking(bench, f"{HERE};{GROUP}:*")
    asking = talking(bench, f"{HERE};{GROUP}:*")
    send(asking, [place_of(member).partition(b";")[2], b"who is there?"])
    (address, question) = received(bench, member)
    assert question == b"who is there?"
    send(member, [address, b"I"])
    assert received(bench, asking)[1] == b"I"


def test_what_cannot_be_reached_from_the_socket_is_dropped(bench: Bench, plain: Plain) -> None:
    """DGRAM-1: what is no address at all is refused by send(), tests/patterns/draft/test_dgram.py."""
    core = talking(bench)
    send(core, [b"[::1]:5555", b"lost"])
    send(core, [plain.address.encode(), b"found"])
    assert plain.hear() == b"found"
    assert (counts(core).unfit, counts(core).sent, core.pattern.dropped) == (1, 1, 1)


def test_what_the_system_refuses_is_dropped(bench: Bench, plain: Plain) -> None:
    """libzmq gives the endpoint up, or ends the process."""
    core = talking(bench)
    address = plain.address.encode()
    send(core, [address, bytes(70_000)])  # EMSGSIZE
    way = Congestion(core, room=9)
    way.failure = OSError(ENETUNREACH, "")
    send(core, [address, b"lost"])
    way.failure = None
    send(core, [address, b"found"])
    assert plain.hear() == b"found"
    assert (counts(core).refused, counts(core).sent, core.pattern.dropped) == (2, 1, 2)


def test_maxmsgsize_is_for_a_dgram_too(bench: Bench, plain: Plain) -> None:
    core = talking(bench, maxmsgsize=5)
    plain.say(core.last_endpoint, b"123456", b"12345")
    assert received(bench, core) == [plain.address.encode(), b"12345"]
    assert counts(core).malformed == 1


# -- room ----------------------------------------------------------------------------------------------


def test_nothing_is_read_while_the_socket_has_no_room(bench: Bench, plain: Plain) -> None:
    """RCVHWM: the system keeps what it likes, and counts the rest."""
    dish = listening(bench, "g", rcvhwm=4, rcvbuf=4000)
    (pipe,) = dish.pipes
    for number in range(50):
        plain.say(dish.last_endpoint, b"\1g" + bytes((number,)))
    bench.until(lambda: len(pipe.inbound.items) == 4)
    for _ in range(3):
        bench.serve()
        assert len(pipe.inbound.items) == 4
    heard = []
    while (message := dish.try_receive()) is not None:
        assert isinstance(message, Frame)
        heard.append(message.bytes[0])
        assert len(pipe.inbound.items) <= 4
    assert heard == list(range(len(heard)))
    assert 4 < len(heard) <= 50
    if sys.platform == "linux":
        assert counts(dish).overflowed == 50 - len(heard) > 0


def test_without_a_mark_others_have_their_turn(bench: Bench, plain: Plain) -> None:
    """RCVHWM=0: as much as there is, but not all at once."""
    dish = listening(bench, "g", rcvhwm=0, rcvbuf=1_000_000)
    plain.say(dish.last_endpoint, *[b"\1gx"] * (MOST_HEARD + 10))
    link_of(dish).on_ready(1)
    (pipe,) = dish.pipes
    assert len(pipe.inbound.items) == MOST_HEARD
    link_of(dish).on_ready(1)
    assert len(pipe.inbound.items) == MOST_HEARD + 10


def test_mark_that_is_raised_makes_room(bench: Bench, plain: Plain) -> None:
    """PIPE-3"""
    dish = listening(bench, "g", rcvhwm=2)
    (pipe,) = dish.pipes
    plain.say(dish.last_endpoint, *[b"\1gx"] * 5)
    bench.until(lambda: len(pipe.inbound.items) == 2)
    dish.settings.rcvhwm = 5
    dish.update_hwm()
    bench.until(lambda: len(pipe.inbound.items) == 5)


def test_messages_wait_while_the_system_has_no_room(bench: Bench, plain: Plain) -> None:
    """UDP-4: libzmq drops them."""
    radio = sending(bench, f"udp://{plain.address}", sndhwm=3)
    way = Congestion(radio, room=1)
    for number in range(6):
        send(radio, letter("g", bytes((number,))))
    assert radio.unsent == 3
    assert (counts(radio).sent, radio.pattern.dropped) == (1, 2)  # SNDHWM
    way.room = 100
    bench.until(lambda: radio.unsent == 0)
    assert [plain.hear() for _ in range(4)] == [b"\1g" + bytes((number,)) for number in range(4)]
    send(radio, letter("g", b"more"))
    assert plain.hear() == b"\1gmore"


def test_dgram_waits_while_the_system_has_no_room(bench: Bench, plain: Plain) -> None:
    """Section 1.1: a DGRAM blocks; what comes is received meanwhile."""
    core = talking(bench, sndhwm=2)
    address = plain.address.encode()
    way = Congestion(core)
    assert send(core, [address, b"1"])
    assert send(core, [address, b"2"])
    assert not send(core, [address, b"3"])
    plain.say(core.last_endpoint, b"meanwhile")
    assert received(bench, core) == [address, b"meanwhile"]
    way.room = 100
    bench.until(lambda: send(core, [address, b"3"]))
    assert [plain.hear() for _ in range(3)] == [b"1", b"2", b"3"]


# -- the end -------------------------------------------------------------------------------------------


def test_what_has_come_is_received_after_unbind(bench: Bench, plain: Plain) -> None:
    dish = listening(bench, "g")
    (pipe,) = dish.pipes
    plain.say(dish.last_endpoint, b"\1gone", b"\1gtwo")
    bench.until(lambda: len(pipe.inbound.items) == 2)
    dish.endpoints.remove(dish.last_endpoint)
    assert [received(bench, dish), received(bench, dish)] == [("g", b"one"), ("g", b"two")]
    totals = socket_stats(dish)
    assert (totals.messages_in, totals.octets_in) == (2, 10)


def test_what_was_sent_before_close_goes_out(bench: Bench, plain: Plain) -> None:
    """LINGER"""
    radio = sending(bench, f"udp://{plain.address}")
    radio.try_send(letter("g", b"last"))
    radio.close()
    assert plain.hear() == b"\1glast"
    assert radio.is_finished


def test_what_waits_for_the_system_goes_out_after_close(bench: Bench, plain: Plain) -> None:
    """LINGER"""
    core = talking(bench)
    way = Congestion(core)
    send(core, [plain.address.encode(), b"last"])
    link = link_of(core)
    core.close(60_000)
    assert link.state is State.DRAINING
    assert not core.is_finished
    plain.say(link.local, b"too late")
    way.room = 1
    bench.until(lambda: core.is_finished)
    assert plain.hear() == b"last"
    assert core.lost == 0


def test_what_waits_longer_than_linger_is_lost(bench: Bench, plain: Plain) -> None:
    core = talking(bench)
    Congestion(core)
    send(core, [plain.address.encode(), b"lost"])
    link = link_of(core)
    core.settings.linger = 60_000
    core.endpoints.remove(core.last_endpoint)
    assert core.unsent == 1
    bench.jump(core)
    assert link.state is State.CLOSED
    assert core.lost == 1
    link.close()
    link.stop()
    link.on_ready(3)
    link.flush()


@pytest.mark.parametrize("end", ["close", "unbind"])
def test_linger_of_zero_drops_what_waits(bench: Bench, plain: Plain, end: str) -> None:
    core = talking(bench, linger=0)
    Congestion(core)
    send(core, [plain.address.encode(), b"lost"])
    if end == "close":
        core.close()
    else:
        core.endpoints.remove(core.last_endpoint)
    assert not core.tasks
    assert core.lost == 1


def test_linger_for_ever_needs_no_timer(bench: Bench, plain: Plain) -> None:
    core = talking(bench, linger=-1)
    way = Congestion(core)
    send(core, [plain.address.encode(), b"last"])
    core.endpoints.remove(core.last_endpoint)
    assert core.timers.next_deadline() is None
    way.room = 1
    bench.until(lambda: not core.tasks)
    assert plain.hear() == b"last"


def test_peer_says_when_it_was_heard(bench: Bench, plain: Plain) -> None:
    dish = listening(bench, "g")
    (pipe,) = dish.pipes
    assert peer_stats(dish, pipe).last_heard is None
    plain.say(dish.last_endpoint, b"\1gx")
    received(bench, dish)
    peer = peer_stats(dish, pipe)
    assert peer.last_heard is not None
    assert 0 <= peer.last_heard <= monotonic()
    assert (peer.state, peer.endpoint, peer.messages_in, peer.octets_in) == (
        "ready", dish.last_endpoint, 1, 3
    )  # fmt: skip
    assert peer_stats(listening(bench), pipe).datagrams is None


def test_error_of_the_system_while_sending_names_the_way(bench: Bench) -> None:
    radio = sending(bench, f"udp://{HERE}:5555")
    Congestion(radio).failure = OSError(ENETUNREACH, "")
    with pytest.raises(ZMQError, match=r"datagram of 1 octets to 127\.0\.0\.1") as caught:
        link_of(radio).listener.send(b"x", link_of(radio).listener.target)
    assert caught.value.errno == ENETUNREACH
