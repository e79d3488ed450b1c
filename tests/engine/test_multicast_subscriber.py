"""What a SUB makes of the sources of its group, when packets are lost, late, or none at all."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest

import zerowire as zmq
from tests.conftest import WaitUntil
from tests.engine.groups import HERE, HandSource, Open, new_endpoint, open_socket
from zerowire.pgm import receive_window
from zerowire.pgm.packet import Fragment, Kind, Packet, Tsi, encode
from zerowire.zmtp.multicast import Slicer


@pytest.fixture
def sock(context: zmq.Context) -> Iterator[Open]:
    """Return `sock(kind, **options)`, which opens a socket until the test ends."""
    with ExitStack() as stack:
        yield lambda kind, **options: stack.enter_context(open_socket(context, kind, **options))


@pytest.fixture
def endpoint() -> str:
    return new_endpoint()


@pytest.fixture
def sub(sock: Open, endpoint: str) -> zmq.Socket:
    socket: zmq.Socket = sock("SUB")
    socket.connect(endpoint)
    return socket


@pytest.fixture
def source(endpoint: str, sub: zmq.Socket) -> Iterator[HandSource]:
    """A source that the subscriber has heard of."""
    with HandSource(endpoint) as made:
        assert sub.wait_for_peers(timeout=10_000)
        yield made


def session_of(socket: zmq.Socket) -> Any:
    (peer,) = socket.peers()
    return peer.multicast


def received(socket: zmq.Socket, *sources: HandSource, count: int) -> list[bytes]:
    """Return the next messages, while the sources answer complaints."""
    found: list[bytes] = []
    deadline = monotonic() + 10
    while len(found) < count:
        assert monotonic() < deadline, f"only {found} has come"
        for source in sources:
            source.repair()
        if socket.poll(5):
            found.append(socket.recv())
    return found


def test_messages_come_in_their_order(sub: zmq.Socket, source: HandSource) -> None:
    source.publish(b"one", [b"two", b"parts"], b"x" * 100_000)
    assert sub.recv() == b"one"
    assert sub.recv_multipart() == [b"two", b"parts"]
    assert sub.recv() == b"x" * 100_000


def test_subscriber_filters_by_itself(sock: Open, endpoint: str) -> None:
    """PGM-3: nobody could be told; an XSUB takes everything."""
    sub, xsub = sock("SUB"), sock("XSUB")
    sub.unsubscribe(b"")
    sub.subscribe(b"b")
    for socket in (sub, xsub):
        socket.connect(endpoint)
    with HandSource(endpoint) as source:
        xsub.send(b"a message to nobody")
        source.publish(b"a1", b"b1", b"a2", b"b2")
        assert [sub.recv(), sub.recv()] == [b"b1", b"b2"]
        assert [xsub.recv() for _ in range(4)] == [b"a1", b"b1", b"a2", b"b2"]
        sub.subscribe(b"a")
        source.publish(b"a3")
        assert sub.recv() == b"a3"


def test_peers_are_the_sources(sub: zmq.Socket, source: HandSource, endpoint: str) -> None:
    source.publish(b"x" * 100)
    frame = sub.recv(copy=False)
    assert frame["Peer-Address"] == HERE
    (peer,) = sub.peers()
    port = endpoint.rpartition(":")[2]
    assert peer.endpoint == f"epgm://{HERE}:{port}"
    assert peer.routing_id == source.tsi.gsi + source.tsi.port.to_bytes(2, "big")
    assert (peer.state, peer.messages_in, peer.octets_in) == ("ready", 1, 104)
    assert peer.last_heard is not None
    assert 0 <= peer.last_heard < 10
    assert (session_of(sub).session, session_of(sub).packets) == (str(source.tsi), 1)


def test_lost_packet_is_asked_for(sub: zmq.Socket, source: HandSource) -> None:
    source.publish(b"0", b"1", b"2", b"3", lose=[1, 2])
    assert received(sub, source, count=4) == [b"0", b"1", b"2", b"3"]
    stats = session_of(sub)
    assert (stats.packets, stats.repaired, stats.missing, stats.lost) == (4, 2, 0, 0)
    assert stats.asked >= 2
    assert source.source.repaired >= 2


def test_last_packet_is_missed_by_the_heartbeat(sub: zmq.Socket, source: HandSource) -> None:
    source.publish(b"0", b"1", lose=[1])
    assert received(sub, source, count=2) == [b"0", b"1"]


def test_late_joiner_begins_with_the_next_message(sock: Open, endpoint: str) -> None:
    with HandSource(endpoint) as source:
        source.publish(b"before", b"x" * 3000)
        sub = sock("SUB")
        sub.connect(endpoint)
        source.publish(b"y" * 3000, b"after")
        assert received(sub, source, count=2) == [b"y" * 3000, b"after"]


def test_source_that_is_heard_without_spm_is_asked_for_one(sock: Open, endpoint: str) -> None:
    """libzmq declares a gap lost as long as it does not know where to complain."""
    sub = sock("SUB")
    with HandSource(endpoint) as source:
        sub.connect(endpoint)
        source.publish(b"0", b"1", b"2", lose=[1])
        heard = source.wait_for(lambda packet: packet.kind is Kind.SPMR)
        for packet in heard:
            source.source.receive(packet, monotonic())
        source.transmit()
        assert received(sub, source, count=3) == [b"0", b"1", b"2"]


def test_loss_costs_whole_messages_and_the_stream_goes_on(sub: zmq.Socket, source: HandSource) -> None:
    """libzmq glues the parts that it has to those of the next message."""
    source.publish(b"whole", [b"a" * 1000, b"b" * 3000, b"c"], b"next", lose=[2])
    source.source.window.trail += 3  # it does not have them any more
    source.source._say_window(monotonic())
    source.transmit()
    assert sub.recv_multipart() == [b"whole"]
    source.publish([b"d", b"e"])
    assert sub.recv_multipart() == [b"next"]
    assert sub.recv_multipart() == [b"d", b"e"]
    stats = session_of(sub)
    assert (stats.lost, stats.torn) == (1, 1)


def test_loss_is_an_event(sub: zmq.Socket, source: HandSource, endpoint: str) -> None:
    """It says how many packets of whom will never come, before the message behind them is there."""
    (peer,) = sub.peers()
    with sub.events(timeout=10_000) as events:
        source.publish(b"0", b"1", b"2", b"3", lose=[1, 2])
        source.source.window.trail += 3
        source.source._say_window(monotonic())
        source.transmit()
        event = next(events)
        assert (event.event, event.value) == (zmq.Event.PACKETS_LOST, 2)
        assert (event.local, event.remote, event.endpoint) == (endpoint, peer.endpoint, peer.endpoint)
        assert str(event) == f"PACKETS_LOST {peer.endpoint} (2 will never come)"
        assert [sub.recv(), sub.recv()] == [b"0", b"3"]
    assert session_of(sub).lost == 2


def test_packet_that_nobody_sends_again_is_given_up(
    sub: zmq.Socket, source: HandSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "BACK_OFF_TIME": 0.002,
        "NCF_TIME": 0.002,
        "DATA_TIME": 0.002,
        "MOST_TRIES": 3,
    }.items():
        monkeypatch.setattr(receive_window, name, value)
    source.publish(b"0", b"1", b"2", lose=[1])
    assert [sub.recv(), sub.recv()] == [b"0", b"2"]
    assert session_of(sub).lost == 1


def test_several_sources_are_one_stream_each(sub: zmq.Socket, source: HandSource, endpoint: str) -> None:
    with HandSource(endpoint) as other:
        source.publish(b"a0", [b"a1", b"x" * 2000], lose=[2])
        other.publish(b"b0", b"b1")
        assert sorted(sub.recv() for _ in range(3)) == [b"a0", b"b0", b"b1"]
        assert received(sub, source, other, count=2) == [b"a1", b"x" * 2000]
        assert {peer.multicast.session for peer in sub.peers() if peer.multicast} == {
            str(source.tsi),
            str(other.tsi),
        }


def test_restarted_source_is_a_new_one(sub: zmq.Socket, source: HandSource, endpoint: str) -> None:
    source.publish(b"old", b"x" * 3000, lose=[2])
    assert sub.recv() == b"old"
    source.channel.close()
    with HandSource(endpoint) as new:
        new.publish(b"new")
        assert sub.recv() == b"new"


def test_numbers_wrap(sock: Open, endpoint: str) -> None:
    sub = sock("SUB")
    sub.connect(endpoint)
    with HandSource(endpoint, first=2**32 - 2) as source:
        source.publish(*(b"%d" % number for number in range(5)), lose=[2**32 - 1, 0, 1])
        assert received(sub, source, count=5) == [b"%d" % number for number in range(5)]


def test_reading_stops_at_the_high_water_mark_and_goes_on_below_it(
    sock: Open, endpoint: str, wait_until: WaitUntil
) -> None:
    """RCVHWM is of one peer; what the system does not keep meanwhile is asked for."""
    sub = sock("SUB", rcvhwm=10, rcvbuf=4096)
    sub.connect(endpoint)
    with HandSource(endpoint) as source:
        assert sub.wait_for_peers(timeout=10_000)
        for number in range(100):
            source.publish(b"%d" % number)
        wait_until(lambda: source.repair() is not None and sub.stats().queued_in == 10)
        for _ in range(3):
            source.repair()
            assert sub.stats().queued_in == 10
        assert received(sub, source, count=100) == [b"%d" % number for number in range(100)]


def test_messages_of_one_packet_wait_for_room(sock: Open, endpoint: str, wait_until: WaitUntil) -> None:
    sub = sock("SUB", rcvhwm=5)
    sub.connect(endpoint)
    with HandSource(endpoint) as source:
        assert sub.wait_for_peers(timeout=10_000)
        payload = Slicer(1428).next(deque(b"%d" % number for number in range(100)))
        source.publish_raw(payload)
        wait_until(lambda: sub.stats().queued_in == 5)
        assert received(sub, source, count=100) == [b"%d" % number for number in range(100)]
        sub.rcvhwm = 1000
        source.publish_raw(payload)
        wait_until(lambda: sub.stats().queued_in == 100)


def test_frame_beyond_the_limit_is_dropped_and_the_next_message_is_next(sock: Open, endpoint: str) -> None:
    """MAXMSGSIZE"""
    sub = sock("SUB", maxmsgsize=100)
    sub.connect(endpoint)
    with HandSource(endpoint) as source:
        source.publish(b"small", b"x" * 5000, b"next")
        assert [sub.recv(), sub.recv()] == [b"small", b"next"]
        assert session_of(sub).malformed == 1


KILLERS = {
    "no octets": b"",
    "one octet": b"\0",
    "an offset beyond the end": b"\x10\0abc",
    "a frame without flags": b"\0\0\0\0",
    "a huge frame": b"\0\0\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0",
}


@pytest.mark.parametrize("payload", KILLERS.values(), ids=KILLERS)
def test_payload_that_ends_a_libzmq_costs_nothing(
    sub: zmq.Socket, source: HandSource, payload: bytes
) -> None:
    source.publish_raw(payload)
    source.publish(b"swallowed, perhaps", b"hello")
    while sub.recv() != b"hello":
        pass


def test_packets_that_end_a_libzmq_cost_nothing(sub: zmq.Socket, source: HandSource) -> None:
    port = source.place.port
    fragment = Packet(Kind.ODATA, source.tsi, port, sequence=0, data=b"part")
    fragment.fragment = Fragment(0, 0, 100)
    foreign = Packet(Kind.ODATA, source.tsi, port + 1, data=b"\0\0\2\0x")
    damaged = bytearray(encode(Packet(Kind.ODATA, source.tsi, port, data=b"\0\0\2\0x")))
    damaged[-1] ^= 1
    for packet in (fragment, foreign, bytes(damaged), b"", b"x" * 2000):
        source.say(packet)
    chance = random.Random(7)
    for _ in range(200):
        octets = bytearray(
            encode(Packet(Kind.SPM, Tsi(chance.randbytes(6), 1), port, lead=chance.getrandbits(32)))
        )
        octets[chance.randrange(len(octets))] = chance.randrange(256)
        source.say(bytes(octets))
    source.publish(b"hello")
    assert sub.recv() == b"hello"


def test_silent_source_is_forgotten_and_its_messages_can_still_be_received(
    sub: zmq.Socket, source: HandSource, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerowire.pgm.receiver.AFTERLIFE", 0.05)
    source.publish(b"last words")
    source.source.finish(monotonic())
    source.transmit()
    wait_until(lambda: sub.peers() == [])
    assert sub.recv() == b"last words"
    assert sub.stats().messages_in == 1


def test_groups_are_kept_apart(sock: Open, endpoint: str) -> None:
    scheme, _, rest = endpoint.partition("://")
    address, _, port = rest.rpartition(":")
    host, _, group = address.partition(";")
    other = group.replace("239.255", "239.254")
    sub = sock("SUB")
    sub.connect(f"{scheme}://{host};{group},{other};{group}:{port}")
    alone = sock("SUB")
    alone.connect(f"{scheme}://{host};{other}:{port}")
    with HandSource(endpoint) as first, HandSource(f"{scheme}://{host};{other}:{port}") as second:
        first.publish(b"first")
        assert sub.recv() == b"first"
        second.publish(b"second", b"third", lose=[1])
        assert sub.recv() == b"second"
        assert received(sub, first, second, count=1) == [b"third"]
        assert received(alone, first, second, count=2) == [b"second", b"third"]


def test_unbound_subscriber_keeps_what_has_come(
    sub: zmq.Socket, source: HandSource, endpoint: str, wait_until: WaitUntil
) -> None:
    source.publish(b"before")
    wait_until(lambda: sub.stats().queued_in == 1)
    sub.unbind(endpoint)
    source.publish(b"after")
    assert sub.recv() == b"before"
    assert not sub.poll(20)


def test_subscriber_that_is_full_can_be_closed(sock: Open, endpoint: str, wait_until: WaitUntil) -> None:
    sub = sock("SUB", rcvhwm=1)
    sub.connect(endpoint)
    with HandSource(endpoint) as source:
        assert sub.wait_for_peers(timeout=10_000)
        source.publish(b"0", b"1", b"2")
        wait_until(lambda: sub.stats().queued_in == 1)
        sub.disconnect(endpoint)
        assert sub.recv() == b"0"
        assert sub.stats().lost >= 1


def test_conflating_subscriber_keeps_the_last(sock: Open, endpoint: str, wait_until: WaitUntil) -> None:
    """PIPE-4"""
    sub = sock("SUB", conflate=True)
    sub.connect(endpoint)
    with HandSource(endpoint) as source:
        assert sub.wait_for_peers(timeout=10_000)
        source.publish(*(b"%d" % number for number in range(10)))
        wait_until(lambda: session_of(sub).packets == 10)
        assert sub.recv() == b"9"


def test_windows_are_larger_than_libzmqs_for_a_source_that_is_faster_than_told(
    sub: zmq.Socket, source: HandSource
) -> None:
    """The default RATE would make it 80 packets."""
    for start in range(0, 300, 50):
        source.publish(*(b"%d" % number for number in range(start, start + 50)), lose=[0])
    assert received(sub, source, count=300) == [b"%d" % number for number in range(300)]
