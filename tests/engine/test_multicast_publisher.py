"""What a PUB sends to its group, and what it does for those who miss it."""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import zerowire as zmq
from tests.conftest import WaitUntil
from tests.engine.groups import HERE, HandReceiver, Open, new_endpoint, open_socket
from zerowire.engine import multicast_publisher
from zerowire.engine.multicast_publisher import REPAIR_TIME, new_port
from zerowire.message import Message
from zerowire.pgm.packet import Kind, Packet, Tsi
from zerowire.pgm.source import AT_FIRST, AT_LAST
from zerowire.transport.pgm_sockets import Channel
from zerowire.zmtp.multicast import Assembler


@pytest.fixture
def sock(context: zmq.Context) -> Iterator[Open]:
    """Return `sock(kind, **options)`, which opens a socket until the test ends."""
    with ExitStack() as stack:
        yield lambda kind, **options: stack.enter_context(open_socket(context, kind, **options))


@pytest.fixture
def endpoint() -> str:
    return new_endpoint()


@pytest.fixture
def receiver(endpoint: str) -> Iterator[HandReceiver]:
    with HandReceiver(endpoint) as made:
        yield made


def has_data(number: int, kind: Kind = Kind.ODATA) -> Any:
    return lambda packet: packet.kind is kind and packet.sequence == number


def messages_in(packets: list[Packet]) -> list[Message]:
    assembler, messages = Assembler(), list[Message]()
    for packet in packets:
        if packet.kind is Kind.ODATA:
            assembler.receive(packet.data, messages)
    return messages


def session_of(socket: zmq.Socket) -> Any:
    (peer,) = socket.peers()
    return peer.multicast


def test_session_begins_with_spms_and_messages_follow(
    sock: Open, endpoint: str, receiver: HandReceiver
) -> None:
    """PGM-2; one who listens already misses nothing."""
    pub = sock("PUB")
    pub.bind(endpoint)
    pub.send_multipart([b"topic", b"body"])
    pub.send(zmq.Frame(b"frame"))
    pub.send(b"x" * 5000)
    heard = receiver.wait_for(has_data(3))
    assert [packet.kind for packet in heard[:AT_FIRST]] == [Kind.SPM] * AT_FIRST
    assert (heard[0].lead, str(heard[0].path)) == (2**32 - 1, HERE)
    assert messages_in(heard + receiver.hear(0.2))[:2] == [[b"topic", b"body"], b"frame"]
    assert {len(packet.data) for packet in heard} >= {1428}


def test_everything_is_sent_and_nobody_has_to_subscribe(
    sock: Open, endpoint: str, receiver: HandReceiver
) -> None:
    """PGM-3: an XPUB is told of no subscription either."""
    pub = sock("XPUB", rcvtimeo=0)
    pub.bind(endpoint)
    assert pub.wait_for_subscribers(timeout=10_000)
    assert pub.wait_for_peers(timeout=10_000)
    pub.send(b"hello")
    assert messages_in(receiver.wait_for(has_data(0))) == [b"hello"]
    with pytest.raises(zmq.Again):
        pub.recv()


def test_what_was_missed_is_sent_again(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB")
    pub.bind(endpoint)
    for number in range(3):
        pub.send(b"%d" % number)
        heard = receiver.wait_for(has_data(number))
    tsi = heard[0].tsi
    receiver.complain(tsi, 0, 2)
    again = receiver.wait_for(has_data(2, Kind.RDATA))
    assert [packet.kind for packet in again if packet.kind is not Kind.SPM] == [
        Kind.NCF,
        Kind.RDATA,
        Kind.RDATA,
    ]
    stats = session_of(pub)
    assert (stats.session, stats.packets, stats.asked, stats.repaired) == (str(tsi), 3, 2, 2)
    assert stats.rate == 12_500


def test_question_for_the_window_is_answered(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    """To the publisher alone, and to the group."""
    pub = sock("PUB")
    pub.bind(endpoint)
    pub.send(b"x")
    tsi = receiver.wait_for(has_data(0))[0].tsi
    question = Packet(Kind.SPMR, tsi, receiver.place.port)
    for host in (HERE, None):
        receiver.wait_for(lambda packet: packet.kind is Kind.SPM)  # a heartbeat; so the last answer is over
        receiver.wait_for(lambda packet: packet.kind is Kind.SPM)
        before = len(receiver.hear(0.05))
        receiver.say(question, host)
        assert before + len(receiver.wait_for(lambda packet: packet.kind is Kind.SPM))


def test_complaint_about_another_publisher_of_this_machine_is_passed_on(
    sock: Open, endpoint: str, receiver: HandReceiver
) -> None:
    """The system gives a complaint to either of those who share an address and a port."""
    group = str(receiver.place.group)
    elsewhere = endpoint.replace(group, group.replace("239.255", "239.254"))
    with HandReceiver(elsewhere) as stranger:
        heard: dict[HandReceiver, list[Tsi]] = {receiver: [], stranger: []}
        for one, where in ((receiver, endpoint), (receiver, endpoint), (stranger, elsewhere)):
            pub = sock("PUB")
            pub.bind(where)
            pub.send(b"hello")
            heard[one].append(one.wait_for(has_data(0))[-1].tsi)
        for one, sessions in heard.items():
            for tsi in sessions:
                one.complain(tsi, 0)
                assert one.wait_for(has_data(0, Kind.RDATA))[-1].tsi == tsi


def test_nonsense_is_ignored(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB")
    pub.bind(endpoint)
    pub.send(b"x")
    tsi = receiver.wait_for(has_data(0))[0].tsi
    chance = random.Random(3)
    for _ in range(100):
        receiver.say(chance.randbytes(chance.randrange(60)), HERE)
    receiver.complain(tsi, 0)
    receiver.wait_for(has_data(0, Kind.RDATA))


def test_rate_is_kept_and_what_finds_no_room_is_dropped_and_counted(
    sock: Open, endpoint: str, receiver: HandReceiver
) -> None:
    """At SNDHWM a PUB drops. At this rate a packet is followed by the next after ten seconds."""
    pub = sock("PUB", rate=1, sndhwm=10)
    pub.bind(endpoint)
    for _ in range(100):
        pub.send(bytes(1400))
    heard = receiver.wait_for(has_data(0)) + receiver.hear(0.1)
    assert [packet.sequence for packet in heard if packet.kind is Kind.ODATA] == [0]
    stats = pub.stats()
    assert 100 - 10 - 3 <= stats.dropped <= 100 - 10
    assert 10 - 2 <= stats.queued_out <= 10  # two have begun in the packet that waits


def test_rate_may_be_less_than_a_packet_a_second(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    """libzmq ends the process."""
    pub = sock("PUB", rate=1)
    pub.bind(endpoint)
    pub.send(bytes(1400))
    receiver.wait_for(has_data(0))


def test_message_waits_for_company_no_longer_than_a_moment(
    sock: Open, endpoint: str, receiver: HandReceiver
) -> None:
    """Sent in a burst, and then nobody calls the socket any more."""
    pub = sock("PUB", rate=1_000_000)
    pub.bind(endpoint)
    for number in range(500):
        pub.send(b"%d" % number)
    heard: list[Packet] = []
    while len(messages_in(heard)) < 500:
        heard += receiver.wait_for(lambda packet: packet.kind is Kind.ODATA)
    assert messages_in(heard) == [b"%d" % number for number in range(500)]


def test_close_sends_what_waits_then_waits_for_complaints_then_says_good_bye(
    sock: Open, endpoint: str, receiver: HandReceiver, wait_until: WaitUntil
) -> None:
    """LINGER. libzmq is gone before the last packet could be asked for."""
    pub = sock("PUB", rate=400, linger=-1)
    pub.bind(endpoint)
    for _ in range(60):
        pub.send(bytes(1400))
    pub.close()
    heard = receiver.wait_for(has_data(59))
    assert not any(packet.fin for packet in heard)
    receiver.complain(heard[0].tsi, 59)
    rest = receiver.wait_for(lambda packet: packet.fin)
    assert has_data(59, Kind.RDATA)(next(packet for packet in rest if packet.kind is Kind.RDATA))
    while sum(packet.fin for packet in rest) < AT_LAST:
        rest += receiver.wait_for(lambda packet: packet.fin)


def test_close_without_linger_drops_what_waits(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB", rate=100)
    pub.bind(endpoint)
    for _ in range(50):
        pub.send(bytes(1400))
    pub.close(linger=0)
    heard = receiver.wait_for(lambda packet: packet.fin)
    assert not has_data(49)(heard[-1])
    assert sum(packet.kind is Kind.ODATA for packet in heard) < 20


def test_linger_ends_the_wait(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB", rate=100, linger=50)
    pub.bind(endpoint)
    for _ in range(50):
        pub.send(bytes(1400))
    pub.close()
    heard = receiver.wait_for(lambda packet: packet.fin)
    assert sum(packet.kind is Kind.ODATA for packet in heard) < 20


def test_unbound_publisher_ends_as_a_closed_one_does(
    sock: Open, endpoint: str, receiver: HandReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multicast_publisher, "REPAIR_TIME", 0.02)
    pub = sock("PUB", linger=-1, rate=400)
    pub.bind(endpoint)
    for _ in range(45):
        pub.send(bytes(1400))
    pub.unbind(endpoint)
    assert pub.peers() == []
    pub.send(b"to nobody")
    heard = receiver.wait_for(lambda packet: packet.fin)
    assert sum(packet.kind is Kind.ODATA for packet in heard) == 45


def test_publisher_that_has_sent_nothing_leaves_at_once(
    context: zmq.Context, endpoint: str, receiver: HandReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multicast_publisher, "REPAIR_TIME", 1000.0)
    with context.socket(zmq.PUB) as pub:
        pub.bind(endpoint)
    context.term()
    receiver.wait_for(lambda packet: packet.fin)


def test_full_system_is_tried_again(
    sock: Open, endpoint: str, receiver: HandReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = 3

    def send(channel: Channel, packets: deque[bytes]) -> int:
        nonlocal refusals
        refusals -= 1
        return real(channel, packets) if refusals < 0 else 0

    pub = sock("PUB")
    pub.bind(endpoint)
    real = Channel.send
    monkeypatch.setattr(Channel, "send", send)
    pub.send(b"hello")
    assert messages_in(receiver.wait_for(has_data(0))) == [b"hello"]
    assert refusals < 0


def test_octets_of_packets_are_counted(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB")
    pub.bind(endpoint)
    pub.send(bytes(100))
    receiver.wait_for(has_data(0))
    stats = pub.stats()
    assert stats.messages_out == 1
    assert stats.octets_out >= 3 * 36 + 24 + 2 + 2 + 100


def test_high_water_mark_can_be_changed(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    pub = sock("PUB", rate=10, sndhwm=1)
    pub.bind(endpoint)
    for _ in range(10):
        pub.send(bytes(1400))
    pub.sndhwm = 5
    for _ in range(10):
        pub.send(bytes(1400))
    assert pub.stats().queued_out == 5


def test_conflating_publisher_sends_the_last(sock: Open, endpoint: str, receiver: HandReceiver) -> None:
    """PIPE-4"""
    pub = sock("PUB", rate=100, conflate=True)
    pub.bind(endpoint)
    for number in range(100):
        pub.send(b"%d " % number + bytes(1400))
    assert pub.stats().queued_out <= 1
    heard = receiver.hear(0.2)
    assert len(messages_in(heard)) < 50


def test_two_sessions_differ(sock: Open) -> None:
    """Those of libzmq are told apart by 16 bits only."""
    endpoints = [new_endpoint(), new_endpoint()]
    pubs = [sock("PUB"), sock("PUB")]
    for pub, endpoint in zip(pubs, endpoints, strict=True):
        pub.bind(endpoint)
    first, second = (session_of(pub).session.split(".")[0] for pub in pubs)
    assert first != second


@pytest.mark.parametrize("taken", [1, 2, 5555, 65535])
def test_port_of_a_session_is_not_that_of_the_endpoint(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for drawn in (0, taken - 1, 65534, 65535):
        monkeypatch.setattr(multicast_publisher, "getrandbits", lambda bits, drawn=drawn: drawn)
        assert 1 <= new_port(taken) <= 65535
        assert new_port(taken) != taken


def test_child_of_a_fork_says_no_good_bye(endpoint: str, receiver: HandReceiver) -> None:
    """The parent's sessions are the parent's."""

    context = zmq.Context()
    with context.socket(zmq.PUB) as pub:
        pub.linger = 0
        pub.bind(endpoint)
        pub.send(b"before")
        receiver.wait_for(has_data(0))
        child = os.fork()
        if child == 0:
            os._exit(0 if pub.closed else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        pub.send(b"after")
        assert not any(packet.fin for packet in receiver.wait_for(has_data(1)))
    context.term()


def test_waiting_for_complaints_is_shorter_than_anybody_minds() -> None:
    assert 0.25 <= REPAIR_TIME <= 1.0  # libzmq asks again after 0.2 to 0.25 seconds
