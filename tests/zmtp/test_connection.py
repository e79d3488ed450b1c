"""The life of a connection, from the greeting to the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from zerowire.constants import SocketType
from zerowire.error import LocalProtocolError, RemoteProtocolError
from zerowire.leaf.octets import LARGE
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp import command, greeting, metadata
from zerowire.zmtp.connection import TRANSITIONS, Config, Connection, PeerTimeout, State
from zerowire.zmtp.events import AuthenticationWanted, HandshakeDone, HandshakeFailed
from zerowire.zmtp.framing import Encoder
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import PlainServer

SIGNATURE = b"\xff\0\0\0\0\0\0\0\x01\x7f"
GREETING = SIGNATURE + b"\x03\x01NULL" + bytes(16) + bytes(32)
GREETING_30 = SIGNATURE + b"\x03\x00NULL" + bytes(16) + bytes(32)


def ready(kind: str | None, **properties: bytes) -> bytes:
    items = [] if kind is None else [("Socket-Type", kind.encode())]
    return Encoder().command(command.encode(command.READY, metadata.encode([*items, *properties.items()])))


def connection(kind: SocketType = SocketType.PULL, **settings: Any) -> Connection:
    return Connection(Config(kind, **settings), 0.0)


def met(kind: SocketType, peer: str, head: bytes = GREETING, **settings: Any) -> Connection:
    """Return a connection that has shaken hands with a ZMTP 3 peer and said all it has to say."""
    made = connection(kind, **settings)
    made.receive_data(head + ready(peer), 0.0)
    assert made.state is State.TRAFFIC
    made.data_to_send()
    made.events()
    return made


def take(of: Connection, limit: int = -1) -> list[Message]:
    into: Ring[Message] = Ring()
    assert of.take_messages(into, limit) == len(into)
    return list(into)


def refused(of: Connection, data: bytes) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as info:
        of.receive_data(data, 0.0)
    assert of.state is State.FAILED
    return info.value


# -- greeting ----------------------------------------------------------------------------------


def test_our_greeting_goes_out_in_three_pieces() -> None:
    """V-3, V-4."""
    ours = connection()
    assert ours.has_data_to_send
    assert ours.data_to_send() == SIGNATURE
    assert not ours.has_data_to_send
    ours.receive_data(GREETING[:9], 0.0)
    assert ours.data_to_send() == b""
    ours.receive_data(GREETING[9:10], 0.0)
    assert ours.data_to_send() == b"\x03"
    ours.receive_data(GREETING[10:11], 0.0)
    assert ours.data_to_send() == GREETING[11:]
    ours.receive_data(GREETING[11:63], 0.0)
    assert ours.data_to_send() == b""
    ours.receive_data(GREETING[63:], 0.0)
    assert ours.data_to_send() == ready("PULL")


def test_two_connections_shake_hands(pair: Callable[..., Any]) -> None:
    link = pair(SocketType.DEALER, SocketType.ROUTER, routing_id=b"me", metadata={"X-Colour": b"red"})
    assert link.a.events() == [HandshakeDone(link.a.peer)]
    assert link.b.events() == [HandshakeDone(link.b.peer)]
    peer = link.b.peer
    assert (peer.version, peer.socket_type, peer.routing_id) == ((3, 1), "DEALER", b"me")
    assert peer.properties == {"Socket-Type": "DEALER", "Identity": "me", "X-Colour": "red"}
    assert link.send(b"a", [b"b", b"c"]) == [b"a", [b"b", b"c"]]


def test_octets_may_come_one_by_one() -> None:
    ours = connection()
    for octet in GREETING + ready("PUSH") + b"\0\x02hi":
        ours.receive_data(bytes((octet,)), 0.0)
    assert ours.events() == [HandshakeDone(ours.peer)]
    assert take(ours) == [b"hi"]


def test_messages_may_come_with_the_handshake() -> None:
    ours = connection()
    ours.receive_data(GREETING + ready("PUSH") + b"\0\x02hi", 0.0)
    assert take(ours) == [b"hi"]


def test_frames_are_bytes_whatever_the_stream_delivers() -> None:
    ours = met(SocketType.PULL, "PUSH")
    delivered: Any = bytearray(b"\0\x02hi")
    ours.receive_data(delivered, 0.0)
    assert type(take(ours)[0]) is bytes


def test_another_mechanism_is_refused() -> None:
    ours = connection()
    error = refused(ours, GREETING.replace(b"NULL\0", b"PLAIN"))
    assert error.code == 0x11000002
    assert error.status is None
    assert ours.events() == [HandshakeFailed(str(error), 0x11000002)]


@pytest.mark.parametrize(
    "head", [GREETING, GREETING[:10] + b"\x02" + GREETING[11:], GREETING[:11] + b"\x07" + GREETING[12:]]
)
def test_later_versions_are_spoken_to_as_3_1(head: bytes) -> None:
    """V-5."""
    assert met(SocketType.PULL, "PUSH", head).peer.version == (3, 1)


def test_nothing_is_taken_or_encoded_before_traffic() -> None:
    ours = connection()
    assert take(ours) == []
    with pytest.raises(LocalProtocolError, match="GREETING"):
        ours.encode([b"x"], 1)
    with pytest.raises(LocalProtocolError, match="GREETING"):
        ours.wire_size(b"x")


# -- handshake ---------------------------------------------------------------------------------


def test_a_socket_type_that_does_not_fit_is_refused() -> None:
    """SOCK-2."""
    error = refused(connection(SocketType.PUSH), GREETING + ready("SUB"))
    assert error.code == 0x10000018


def test_a_peer_that_does_not_say_what_it_is_is_accepted() -> None:
    """SOCK-2."""
    ours = connection(SocketType.PUSH)
    ours.receive_data(GREETING + ready(None), 0.0)
    assert ours.state is State.TRAFFIC
    assert ours.peer.socket_type is None


def test_names_of_properties_have_no_case() -> None:
    """RFC 23."""
    error = refused(connection(SocketType.PUSH), GREETING + ready(None, **{"socket-type": b"SUB"}))
    assert error.code == 0x10000018


def test_bad_metadata_is_refused() -> None:
    assert refused(connection(), GREETING + b"\x04\x08\x05READY\x01A").code == 0x10000018


@pytest.mark.parametrize(("reason", "status"), [(b"400", 400), (b"go away", None)])
def test_an_error_in_the_handshake_says_whether_it_was_zap(reason: bytes, status: int | None) -> None:
    """NULL-7."""
    ours = connection()
    error = refused(ours, GREETING + Encoder().command(command.error(reason)))
    assert (error.code, error.status) == (0, status)
    assert ours.events() == [HandshakeFailed(str(error), 0, status)]


def test_the_limit_is_for_messages_only() -> None:
    """FR-1: a small MAXMSGSIZE does not make every handshake fail, as it does with libzmq."""
    ours = connection(max_message_size=10)
    ours.receive_data(GREETING + ready("PUSH"), 0.0)
    assert ours.state is State.TRAFFIC


@pytest.mark.parametrize("limit", [-1, 1 << 30])
def test_a_handshake_command_of_an_absurd_size_is_refused(limit: int) -> None:
    refused(connection(max_message_size=limit), GREETING + b"\x06\0\0\0\0\0\x01\0\x01")


def test_a_failed_connection_hears_nothing() -> None:
    ours = connection()
    refused(ours, GREETING + ready("PUB"))
    ours.receive_data(ready("PUSH"), 0.0)
    ours.events()
    assert take(ours) == []
    assert ours.next_timeout() is None
    assert ours.events() == []
    ours.receive_eof()
    assert ours.state is State.CLOSED


def test_a_handshake_that_takes_too_long_is_given_up() -> None:
    """V-9."""
    ours = connection(handshake_timeout=30.0)
    assert ours.next_timeout() == 30.0
    ours.handle_timeout(29.0)
    with pytest.raises(PeerTimeout, match="no handshake within") as info:
        ours.handle_timeout(30.0)
    assert info.value.in_handshake
    assert ours.events() == [HandshakeFailed(str(info.value))]


def test_a_finished_handshake_has_no_deadline() -> None:
    ours = met(SocketType.PULL, "PUSH", handshake_timeout=30.0)
    assert ours.next_timeout() is None
    ours.handle_timeout(31.0)
    assert ours.state is State.TRAFFIC


class Asking(Null):
    """NULL that asks a ZAP handler before it says READY (NULL-6)."""

    def __init__(self, metadata: bytes) -> None:
        super().__init__(metadata)
        self.credentials = (b"card",)
        self.may_go_on = False

    def next_command(self) -> bytes | None:
        return super().next_command() if self.may_go_on else None

    def accept(self) -> None:
        self.may_go_on = True


def test_a_mechanism_may_wait_for_a_zap_handler() -> None:
    ours = connection(mechanism=Asking)
    ours.receive_data(GREETING, 0.0)
    assert ours.events() == [AuthenticationWanted(b"NULL", (b"card",))]
    ours.receive_data(ready("PUSH", **{"X-a": b"peer's", "User-Id": b"liar"}), 0.0)
    assert (ours.events(), ours.state, ours.is_asking) == ([], State.HANDSHAKE, True)
    ours.data_to_send()
    ours.zap_reply(200, b"anna", {"X-a": "handler's"}, 0.0)
    assert ours.data_to_send() == ready("PULL")
    assert ours.state is State.TRAFFIC
    assert ours.peer.properties == {"User-Id": "anna", "X-a": "handler's", "Socket-Type": "PUSH"}
    ours.zap_reply(200, b"late", {}, 0.0)
    assert ours.peer.properties["User-Id"] == "anna"


class Strict(Asking):
    """Finds fault with the peer only when the handler has answered."""

    def next_command(self) -> bytes | None:
        if self.may_go_on:
            raise command.refusal(b"\x03500")
        return None


def test_a_handshake_may_fail_after_the_zap_reply() -> None:
    ours = connection(mechanism=Strict)
    ours.receive_data(GREETING, 0.0)
    with pytest.raises(RemoteProtocolError):
        ours.zap_reply(200, b"", {}, 0.0)
    assert ours.state is State.FAILED


def asking() -> Connection:
    """Return a connection about whose peer somebody has to decide."""
    ours = connection(mechanism=partial(Null, asks=True))
    ours.receive_data(GREETING + ready("PUSH") + b"\0\x02hi", 0.0)
    ours.data_to_send()
    assert (ours.is_asking, ours.events()) == (True, [AuthenticationWanted(b"NULL", ())])
    return ours


def test_what_comes_before_the_decision_waits_for_it() -> None:
    """NULL-6."""
    ours = asking()
    ours.zap_reply(200, None, {}, 0.0)
    assert ours.data_to_send() == ready("PULL")
    assert take(ours) == [b"hi"]
    assert ours.peer.properties == {"Socket-Type": "PUSH"}


@pytest.mark.parametrize(
    ("status", "said"), [(300, b""), (400, b"\4\x0a\5ERROR\x03400"), (500, b"\4\x0a\5ERROR\x03500")]
)
def test_a_peer_may_be_refused(status: int, said: bytes) -> None:
    """CURVE-6: 300 is silent."""
    ours = asking()
    with pytest.raises(RemoteProtocolError, match=str(status)) as info:
        ours.zap_reply(status, b"ann", {}, 0.0)
    assert (info.value.status, ours.state, ours.data_to_send()) == (status, State.FAILED, said)
    assert [event.status for event in ours.events() if isinstance(event, HandshakeFailed)] == [status]
    ours.zap_reply(200, None, {}, 0.0)
    assert (ours.state, ours.peer.properties) == (State.FAILED, {})


def test_a_decision_may_come_after_the_end() -> None:
    ours = asking()
    ours.receive_eof()
    ours.zap_reply(200, None, {}, 0.0)
    assert (ours.state, ours.events()) == (State.CLOSED, [])


def test_a_peer_cannot_say_who_it_is_in_place_of_the_handler() -> None:
    """META-2: User-Id and Peer-Address are for this side to know."""
    ours = connection()
    ours.receive_data(GREETING + ready("PUSH", **{"User-Id": b"root", "Peer-Address": b"::1"}), 0.0)
    assert ours.peer.properties == {"Socket-Type": "PUSH"}


def test_two_servers_have_nothing_to_say_to_each_other() -> None:
    ours = connection(mechanism=PlainServer)
    head = SIGNATURE + b"\x03\x01PLAIN" + bytes(15)
    assert "the peer, too, is a server of PLAIN" in str(refused(ours, head + b"\1" + bytes(31)))
    ours = connection(mechanism=PlainServer)
    ours.receive_data(head + bytes(32), 0.0)  # libzmq never says that it is one
    assert ours.state is State.HANDSHAKE
    assert ours.data_to_send()[32] == 1


# -- older peers -------------------------------------------------------------------------------


def test_a_zmtp_2_peer_gets_its_greeting_and_an_identity() -> None:
    """V-4, V-5."""
    ours = connection(SocketType.ROUTER, routing_id=b"me", heartbeat_interval=1.0)
    ours.receive_data(SIGNATURE + b"\x01", 0.0)
    assert ours.data_to_send() == greeting.signature(b"me") + b"\x03" + bytes((SocketType.ROUTER,))
    ours.receive_data(b"\x05" + b"\x00\x03you", 0.0)
    assert ours.data_to_send() == b"\x00\x02me"
    assert ours.events() == [HandshakeDone(ours.peer)]
    assert (ours.peer.version, ours.peer.routing_id, ours.peer.socket_type) == ((2, 0), b"you", None)
    ours.receive_data(b"\x01\x01a\x00\x01b" + b"\x04\x07\x04PING\0\0" + b"\0\x01c", 0.0)
    assert take(ours) == [[b"a", b"b"], b"c"]
    # HB-4: neither PING nor PONG
    assert not ours.has_data_to_send
    assert ours.next_timeout() is None


def test_a_versioned_zmtp_1_peer_is_understood() -> None:
    ours = connection(SocketType.DEALER, routing_id=b"me")
    ours.data_to_send()
    ours.receive_data(SIGNATURE + b"\x00\x06", 0.0)
    assert ours.data_to_send() == b"\x03\x05" + b"\x03\x00me"
    ours.receive_data(b"\x04\x00you" + b"\x02\x01a\x02\x00b", 0.0)
    assert (ours.peer.version, ours.peer.routing_id) == ((1, 0), b"you")
    assert take(ours) == [[b"a", b"b"]]
    assert b"".join(ours.encode([b"c"], 1)[0]) == b"\x02\x00c"


@pytest.mark.parametrize("identity", [b"\x01\x00", b"\x04\x00you", b"\xff" + bytes(7) + b"\x04\x00you"])
def test_an_unversioned_peer_reads_our_signature_as_a_header(identity: bytes) -> None:
    """V-1, V-2, V-8."""
    ours = connection(SocketType.DEALER, routing_id=b"me")
    ours.receive_data(identity + b"\x02\x00x", 0.0)
    assert ours.data_to_send() == b"\xff\0\0\0\0\0\0\0\x03\x7f" + b"me"
    assert ours.peer.version == (1, 0)
    assert ours.peer.routing_id == identity[-3:].strip(b"\x00\x01")
    assert take(ours) == [b"x"]


@pytest.mark.parametrize("kind", [SocketType.PUB, SocketType.XPUB])
def test_an_unversioned_peer_of_a_publisher_has_subscribed_to_everything(kind: SocketType) -> None:
    """V-7."""
    ours = connection(kind)
    ours.receive_data(b"\x01\x00", 0.0)
    assert take(ours) == [b"\x01"]
    versioned = connection(kind)
    versioned.receive_data(SIGNATURE + b"\x00\x02\x01\x00", 0.0)
    assert versioned.state is State.TRAFFIC
    assert take(versioned) == []


@pytest.mark.parametrize("head", [b"\x01", b"\xff" + bytes(9), SIGNATURE + b"\x00", SIGNATURE + b"\x01"])
def test_a_peer_that_cannot_authenticate_is_refused(head: bytes) -> None:
    """V-6."""
    assert refused(connection(allow_legacy=False), head).code == 0


@pytest.mark.parametrize("head", [GREETING_30, None])
def test_older_publishers_get_subscriptions_as_messages(head: bytes | None) -> None:
    if head is None:
        ours = connection(SocketType.SUB)
        ours.receive_data(SIGNATURE + b"\x01\x01\x00\x00", 0.0)
    else:
        ours = met(SocketType.SUB, "PUB", head)
    assert b"".join(ours.encode([b"\x01abc"], 1)[0]) == b"\x00\x04\x01abc"


def test_commands_are_understood_from_a_3_0_peer() -> None:
    ours = met(SocketType.XPUB, "SUB", GREETING_30)
    ours.receive_data(b"\x00\x02\x01a" + Encoder().command(b"\x09SUBSCRIBEb"), 0.0)
    assert take(ours) == [b"\x01a", b"\x01b"]


# -- traffic -----------------------------------------------------------------------------------


def test_messages_before_a_violation_are_delivered() -> None:
    ours = met(SocketType.PULL, "PUSH", max_message_size=100)
    ours.receive_data(b"\0\x01a\0\x01b\0\x65", 0.0)
    into: Ring[Message] = Ring()
    with pytest.raises(RemoteProtocolError, match="101"):
        ours.take_messages(into, -1)
    assert list(into) == [b"a", b"b"]
    assert ours.state is State.FAILED
    assert ours.events() == []
    assert take(ours) == []


def test_unknown_and_malformed_commands_are_ignored() -> None:
    """FR-3, FR-4."""
    ours = met(SocketType.PULL, "PUSH")
    for body in (b"", b"\x09X", b"\x04WHAT", b"\x05ERROR\x03400", b"\x04PING\x01", b"\x09SUBSCRIBEx"):
        ours.receive_data(Encoder().command(body), 0.0)
    ours.receive_data(b"\0\x01a", 0.0)
    assert take(ours) == [b"a"]
    assert not ours.has_data_to_send


def test_a_publisher_ignores_commands_that_are_no_subscription() -> None:
    ours = met(SocketType.XPUB, "SUB")
    ours.receive_data(Encoder().command(b"\x04JOINx"), 0.0)
    assert take(ours) == []


@pytest.mark.parametrize("reply", [[b"", b"x"], [b"1234", b"", b"x"], [b"", b"x", b"y"]])
def test_a_requester_accepts_what_begins_like_a_reply(reply: list[Any]) -> None:
    ours = met(SocketType.REQ, "REP")
    ours.receive_data(b"".join(Encoder().encode([reply, reply], 1 << 20)[0]), 0.0)
    assert take(ours, 1) == [reply]
    assert take(ours) == [reply]


@pytest.mark.parametrize(
    "reply", [b"", b"x", [b"x", b"y"], [b"1234", b""], [b"1234", b"x", b"y"], [b"12345", b"", b""]]
)
def test_a_requester_refuses_what_does_not(reply: Message) -> None:
    """REQ-5."""
    ours = met(SocketType.REQ, "REP")
    ours.receive_data(b"".join(Encoder().encode([[b"", b"fine"], reply, [b"", b"late"]], 1 << 20)[0]), 0.0)
    into: Ring[Message] = Ring()
    with pytest.raises(RemoteProtocolError, match="empty frame"):
        ours.take_messages(into, -1)
    assert list(into) == [[b"", b"fine"]]


def write(connection: Connection, octets: bytes) -> None:
    """Write octets into the room that a connection gives."""
    view = connection.get_buffer()
    assert view is not None
    with view:
        assert len(octets) <= len(view)
        view[: len(octets)] = octets
    connection.buffer_updated(len(octets), 0.0)


def test_a_large_frame_is_received_into_its_place() -> None:
    ours = met(SocketType.PULL, "PUSH")
    assert ours.get_buffer() is None
    body = bytes(range(256)) * 300
    ours.receive_data(b"\x02" + len(body).to_bytes(8, "big") + body[:100], 0.0)
    assert ours.get_buffer() is None  # nobody has looked at the octets yet
    assert take(ours) == []
    write(ours, body[100:1000])
    assert take(ours) == []
    ours.receive_data(body[1000:2000], 0.0)  # the other way works all the while
    assert ours.get_buffer() is None
    assert take(ours) == []
    write(ours, body[2000:])
    assert ours.get_buffer() is None
    ours.receive_data(b"\0\1z", 0.0)
    assert take(ours) == [body, b"z"]
    assert ours.get_buffer() is None


def test_a_small_frame_is_given_no_room() -> None:
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(b"\x02" + (LARGE - 1).to_bytes(8, "big"), 0.0)
    assert take(ours) == []
    assert ours.get_buffer() is None


def test_there_is_no_room_before_traffic_or_after_a_failure() -> None:
    ours = Connection(Config(SocketType.PULL), 0.0)
    assert ours.get_buffer() is None
    ours = met(SocketType.PULL, "PUSH", heartbeat_interval=1.0, heartbeat_timeout=1.0)
    ours.receive_data(b"\x02" + (LARGE).to_bytes(8, "big"), 0.0)
    assert take(ours) == []
    ours.handle_timeout(1.0)
    with pytest.raises(PeerTimeout):
        ours.handle_timeout(3.0)
    assert ours.get_buffer() is None


def test_a_peer_whose_large_frame_is_coming_is_heard() -> None:
    ours = met(SocketType.PULL, "PUSH", heartbeat_interval=1.0, heartbeat_timeout=1.0)
    ours.receive_data(b"\x02" + (LARGE).to_bytes(8, "big"), 0.0)
    assert take(ours) == []
    for moment in range(1, 10):
        ours.handle_timeout(float(moment))
        write(ours, b"x")


def test_what_came_before_the_end_can_be_taken() -> None:
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(b"\0\x01a\0\x01b\0", 0.0)
    ours.receive_eof()
    ours.receive_eof()
    ours.receive_data(b"\x01c", 0.0)
    assert ours.state is State.CLOSED
    assert take(ours, 1) == [b"a"]
    assert take(ours) == [b"b"]


def test_a_violation_after_the_end_leaves_the_connection_closed() -> None:
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(b"\x02\xff" + bytes(7), 0.0)
    ours.receive_eof()
    with pytest.raises(RemoteProtocolError):
        take(ours)
    assert ours.state is State.CLOSED


def test_the_table_of_transitions_covers_every_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert set().union(*TRANSITIONS.values()) == set(State) - {State.GREETING}


# -- heartbeats --------------------------------------------------------------------------------


def test_a_ping_is_answered_whatever_our_options_are() -> None:
    """HB-4."""
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(Encoder().command(command.ping(0, b"ctx")), 0.0)
    assert take(ours) == []
    assert ours.has_data_to_send
    assert ours.data_to_send() == b"\x04\x08\x04PONGctx"
    assert not ours.has_data_to_send


def test_a_ping_between_the_frames_of_a_message_is_answered() -> None:
    """HB-5."""
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(b"\x01\x01a" + Encoder().command(command.ping(0)) + b"\0\x01b", 0.0)
    assert take(ours) == [[b"a", b"b"]]
    assert ours.data_to_send() == b"\x04\x05\x04PONG"


def test_a_flood_of_pings_gets_a_few_answers() -> None:
    ours = met(SocketType.PULL, "PUSH")
    ours.receive_data(Encoder().command(command.ping(0)) * 1000, 0.0)
    assert take(ours) == []
    assert ours.data_to_send() == b"\x04\x05\x04PONG" * 16


def test_two_quiet_peers_keep_their_link(pair: Callable[..., Any]) -> None:
    link = pair(
        SocketType.PUSH, SocketType.PULL, heartbeat_interval=1.0, heartbeat_timeout=0.5, heartbeat_ttl=2.0
    )
    for _ in range(20):
        link.now = link.a.next_timeout()
        link.a.handle_timeout(link.now)
        link.exchange()
        link.take(link.b)
        assert link.b.next_timeout() == link.now + 2.0
        link.exchange()
        link.take(link.a)
    assert link.now == 20.0


def test_a_silent_peer_is_given_up() -> None:
    """HB-2."""
    ours = met(SocketType.PULL, "PUSH", heartbeat_interval=1.0, heartbeat_timeout=0.5)
    ours.handle_timeout(1.0)
    assert ours.data_to_send() == b"\x04\x07\x04PING\0\0"
    with pytest.raises(PeerTimeout) as info:
        ours.handle_timeout(1.5)
    assert not info.value.in_handshake
    assert (ours.state, ours.events(), ours.next_timeout()) == (State.FAILED, [], None)


def test_a_peer_whose_octets_wait_for_us_is_not_silent() -> None:
    ours = met(SocketType.PULL, "PUSH", heartbeat_interval=1.0, heartbeat_timeout=0.5)
    ours.receive_data(b"\0\x01a\0\x01b", 0.5)
    assert take(ours, 1) == [b"a"]
    ours.handle_timeout(1.0)
    ours.handle_timeout(1.5)
    assert take(ours) == [b"b"]


def test_a_mechanism_is_made_for_each_connection() -> None:
    made: list[Mechanism] = []

    def make(announcement: bytes) -> Mechanism:
        made.append(Null(announcement))
        return made[-1]

    config = Config(SocketType.PULL, mechanism=make)
    for _ in range(2):
        Connection(config, 0.0).receive_data(GREETING, 0.0)
    assert len(made) == 2
    assert made[0].metadata == config.announcement()
