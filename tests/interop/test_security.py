"""PLAIN and CURVE with libzmq at the other end: either role, whichever side binds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.interop.library import DEADLINE, MOMENT, Context, Open, Socket, ours, theirs, wait_until, zmq
from tests.interop.monitor import Watch
from tests.interop.payload import pattern
from tests.interop.peer import LocalEnd, Peer, RemoteEnd
from zerowire.options import z85

StartWatch = Callable[[Socket], Watch]
Options = dict[str, Any]

# The pairs that the manual of zmq_curve has as examples.
SERVER = b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
CLIENT = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

AS_SERVER: dict[str, Options] = {
    "plain": {"plain_server": 1},
    "curve": {"curve_server": 1, "curve_publickey": SERVER[0], "curve_secretkey": SERVER[1]},
}
AS_CLIENT: dict[str, Options] = {
    "plain": {"plain_username": b"ann", "plain_password": b"secret"},
    "curve": {"curve_publickey": CLIENT[0], "curve_secretkey": CLIENT[1], "curve_serverkey": SERVER[0]},
}
CREDENTIALS = {"plain": [b"ann", b"secret"], "curve": [z85.decode(CLIENT[0])]}
MESSAGES = [[b""], [b"x"], [pattern(300)], [pattern(100_000)], [b"first", b"", pattern(5000), b"last"]]
BAD_KEY, MISMATCH = 0x11000001, 0x11000002

mechanisms = pytest.mark.parametrize("mechanism", ["plain", "curve"])


class Handler(threading.Thread):
    """A ZAP handler of the library under test that answers everybody the same."""

    def __init__(self, context: Context, status: bytes, user: bytes) -> None:
        super().__init__()
        self.requests: list[list[bytes]] = []
        self._answer = [status, b"", user, b""]
        self._is_stopped = False
        self._socket = context.socket(zmq.REP)
        self._socket.bind("inproc://zeromq.zap.01")

    def run(self) -> None:
        while not self._is_stopped:
            if self._socket.poll(MOMENT):
                self.requests.append(self._socket.recv_multipart())
                self._socket.send_multipart([*self.requests[-1][:2], *self._answer])
        self._socket.close(0)

    def stop(self) -> None:
        self._is_stopped = True
        self.join(DEADLINE)


@pytest.fixture
def decide(context: Context) -> Iterator[Callable[..., Handler]]:
    """Return `decide(status, user)`, which starts a handler of ours until the test ends."""
    handlers: list[Handler] = []

    def start(status: bytes = b"200", user: bytes = b"") -> Handler:
        handlers.append(Handler(context, status, user))
        handlers[-1].start()
        return handlers[-1]

    yield start
    for handler in handlers:
        handler.stop()


def join(first: LocalEnd | RemoteEnd, second: LocalEnd | RemoteEnd, endpoint: str) -> None:
    second.connect(first.bind(endpoint))


def properties(end: LocalEnd, *names: str) -> list[str]:
    frame = end.socket.recv_multipart(copy=False)[0]
    return [str(frame.get(name)) for name in names]


# -- let in ------------------------------------------------------------------------------------------


@mechanisms
@pytest.mark.parametrize("binds", ["server binds", "client binds"])
def test_our_server_lets_their_client_in(
    sock: Open, peer: Peer, decide: Callable[..., Handler], mechanism: str, binds: str, endpoint: str
) -> None:
    """PLAIN-2, CURVE-1 to CURVE-5, and the metadata of section 4.8."""
    handler = decide(b"200", b"the user")
    server = LocalEnd(sock, "PAIR", **AS_SERVER[mechanism], zap_domain=b"global", routing_id=b"me")
    client = peer.socket("PAIR", **AS_CLIENT[mechanism])
    first, second = (server, client) if binds == "server binds" else (client, server)
    join(first, second, endpoint)
    for message in MESSAGES:
        client.send(*message)
        assert server.recv() == message
        server.send(*message)
        assert client.recv() == message
    client.send(b"who am I?")
    user, kind, address = properties(server, "User-Id", "Socket-Type", "Peer-Address")
    assert (user, kind) == ("the user", "PAIR")
    [request] = handler.requests
    assert request[:3] + request[4:] == [
        b"1.0", b"1", b"global", b"me", mechanism.upper().encode(), *CREDENTIALS[mechanism],
    ]  # fmt: skip
    assert request[3] == address.encode()


@mechanisms
@pytest.mark.parametrize("binds", ["server binds", "client binds"])
def test_their_server_lets_our_client_in(
    sock: Open, peer: Peer, mechanism: str, binds: str, endpoint: str
) -> None:
    """PLAIN-2, CURVE-1 to CURVE-5, and the metadata of section 4.8."""
    peer.call("decide", b"200", b"the user")
    server = peer.socket("PAIR", **AS_SERVER[mechanism], zap_domain=b"global")
    client = LocalEnd(sock, "PAIR", **AS_CLIENT[mechanism])
    first, second = (server, client) if binds == "server binds" else (client, server)
    join(first, second, endpoint)
    for message in MESSAGES:
        client.send(*message)
        assert server.recv() == message
        server.send(*message)
        assert client.recv() == message
    client.send(b"who am I?")
    known = peer.call("recv_properties", server.number, ["User-Id", "Socket-Type", "Peer-Address"])
    assert known[:2] == ["the user", "PAIR"]
    [request] = peer.call("requests")
    assert request[5:] == [mechanism.upper().encode(), *CREDENTIALS[mechanism]]
    server.send(b"who am I?")
    kind, _ = properties(client, "Socket-Type", "Peer-Address")
    assert kind == "PAIR"


def test_curve_needs_no_handler(sock: Open, peer: Peer) -> None:
    """CURVE-5: encryption without authentication."""
    server, client = LocalEnd(sock, "REP", **AS_SERVER["curve"]), peer.socket("REQ", **AS_CLIENT["curve"])
    join(server, client, "tcp://127.0.0.1:*")
    client.send(b"question")
    assert server.recv() == [b"question"]
    server.send(b"answer")
    assert client.recv() == [b"answer"]


@pytest.mark.parametrize("publishes", ["ours", "theirs"])
def test_subscriptions_and_heartbeats_travel_in_boxes(sock: Open, peer: Peer, publishes: str) -> None:
    """CURVE-8."""
    beats = {"heartbeat_ivl": 20, "heartbeat_timeout": 2000}
    publisher: LocalEnd | RemoteEnd
    subscriber: LocalEnd | RemoteEnd
    if publishes == "ours":
        publisher = LocalEnd(sock, "XPUB", **AS_SERVER["curve"], **beats)
        subscriber = peer.socket("SUB", **AS_CLIENT["curve"], **beats)
    else:
        publisher = peer.socket("XPUB", **AS_SERVER["curve"], **beats)
        subscriber = LocalEnd(sock, "SUB", **AS_CLIENT["curve"], **beats)
    join(publisher, subscriber, "tcp://127.0.0.1:*")
    for topic in (b"a", b"b"):
        subscriber.set("subscribe", topic)
        assert publisher.recv() == [b"\1" + topic]
    for _ in range(10):
        assert subscriber.recv(MOMENT) is None
        publisher.send(b"c")
        publisher.send(b"b", b"2")
        assert subscriber.recv() == [b"b", b"2"]


# -- not let in --------------------------------------------------------------------------------------


@mechanisms
@pytest.mark.parametrize("status", [300, 400, 500])
def test_our_server_refuses_their_client(
    sock: Open,
    peer: Peer,
    decide: Callable[..., Handler],
    watch: StartWatch,
    mechanism: str,
    status: int,
) -> None:
    """ZAP-2, CURVE-6: who is refused silently comes again, who is told does not."""
    handler = decide(b"%d" % status)
    server = LocalEnd(sock, "PULL", **AS_SERVER[mechanism], zap_domain=b"global", handshake_ivl=100)
    events = watch(server.socket)
    client = peer.socket("PUSH", **AS_CLIENT[mechanism], reconnect_ivl=10)
    join(server, client, "tcp://127.0.0.1:*")
    seen = events.until("HANDSHAKE_FAILED_AUTH")
    assert seen[-1].value == status
    assert events.next() is not None  # DISCONNECTED
    if status == 300:
        wait_until(lambda: len(handler.requests) > 2)
    else:
        assert events.next(5 * MOMENT / 1000) is None
        assert len(handler.requests) == 1
    assert server.recv(0) is None


@mechanisms
@pytest.mark.parametrize("status", [300, 400, 500])
def test_their_server_refuses_our_client(
    sock: Open, peer: Peer, watch: StartWatch, mechanism: str, status: int
) -> None:
    """NULL-7, CURVE-6. Who is refused silently has to wait for the end of libzmq's patience."""
    peer.call("decide", b"%d" % status, b"")
    server = peer.socket("PULL", **AS_SERVER[mechanism], zap_domain=b"global", handshake_ivl=100)
    client = LocalEnd(sock, "PUSH", **AS_CLIENT[mechanism], reconnect_ivl=10)
    events = watch(client.socket)
    join(server, client, "tcp://127.0.0.1:*")
    if status == 300:
        assert events.until("CONNECT_RETRIED")[-1].name == "CONNECT_RETRIED"
        wait_until(lambda: len(peer.call("requests")) > 2)
    else:
        failed, _ = events.until("DISCONNECTED")[-2:]
        assert (failed.name, failed.value) == ("HANDSHAKE_FAILED_AUTH", status)
        assert events.next(5 * MOMENT / 1000) is None
        assert len(peer.call("requests")) == 1


def test_plain_without_a_handler_lets_nobody_in(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """PLAIN-1: EFAULT; the client comes again."""
    server = LocalEnd(sock, "PULL", **AS_SERVER["plain"])
    events = watch(server.socket)
    client = peer.socket("PUSH", **AS_CLIENT["plain"], reconnect_ivl=10)
    join(server, client, "tcp://127.0.0.1:*")
    for _ in range(2):
        failed = events.until("HANDSHAKE_FAILED_NO_DETAIL")[-1]
        assert failed.value == 14


def test_their_client_has_a_wrong_server_key(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """CURVE-7."""
    server = LocalEnd(sock, "PULL", **AS_SERVER["curve"])
    events = watch(server.socket)
    client = peer.socket("PUSH", **{**AS_CLIENT["curve"], "curve_serverkey": CLIENT[0]})
    join(server, client, "tcp://127.0.0.1:*")
    failed = events.until("HANDSHAKE_FAILED_PROTOCOL")[-1]
    assert failed.value == BAD_KEY


def test_our_client_has_a_wrong_server_key(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """CURVE-7: it sees no more than that the server leaves."""
    server = peer.socket("PULL", **AS_SERVER["curve"])
    client = LocalEnd(sock, "PUSH", **{**AS_CLIENT["curve"], "curve_serverkey": CLIENT[0]}, reconnect_ivl=10)
    events = watch(client.socket)
    join(server, client, "tcp://127.0.0.1:*")
    for _ in range(2):
        assert "HANDSHAKE_FAILED_NO_DETAIL" in events.names_until("CONNECT_RETRIED")


@ours
@pytest.mark.parametrize(
    ("server", "client"),
    [("curve", "plain"), ("plain", "curve"), ("curve", "null"), ("null", "curve"), ("plain", "null")],
)
def test_mechanisms_have_to_be_the_same(
    sock: Open, peer: Peer, watch: StartWatch, server: str, client: str
) -> None:
    """Section 5.1: MECHANISM_MISMATCH. Of two libzmq ends one may be gone before the other knows why."""
    bound = LocalEnd(sock, "PULL", **AS_SERVER.get(server, {}))
    events = watch(bound.socket)
    connected = peer.socket("PUSH", **AS_CLIENT.get(client, {}))
    join(bound, connected, "tcp://127.0.0.1:*")
    assert events.until("HANDSHAKE_FAILED_PROTOCOL")[-1].value == MISMATCH


def test_a_domain_has_null_ask(sock: Open, peer: Peer, decide: Callable[..., Handler]) -> None:
    """NULL-6."""
    handler = decide(b"200", b"guest")
    server, client = LocalEnd(sock, "PULL", zap_domain=b"global"), peer.socket("PUSH")
    join(server, client, "tcp://127.0.0.1:*")
    client.send(b"hello")
    assert properties(server, "User-Id", "Peer-Address") == ["guest", "127.0.0.1"]
    assert handler.requests == [[b"1.0", b"1", b"global", b"127.0.0.1", b"", b"NULL"]]


def test_null_tells_who_is_refused(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """NULL-6, NULL-7."""
    peer.call("decide", b"400", b"")
    server, client = peer.socket("PULL", zap_domain=b"global"), LocalEnd(sock, "PUSH")
    events = watch(client.socket)
    join(server, client, "tcp://127.0.0.1:*")
    failed = events.until("HANDSHAKE_FAILED_AUTH")[-1]
    assert failed.value == 400


@ours
def test_null_lets_nobody_in_while_a_handler_is_wanted(sock: Open, peer: Peer, watch: StartWatch) -> None:
    """NULL-6: at once, where libzmq waits for the end of the handshake's time."""
    server = LocalEnd(sock, "PULL", zap_domain=b"global", zap_enforce_domain=1)
    events = watch(server.socket)
    client = peer.socket("PUSH")
    join(server, client, "tcp://127.0.0.1:*")
    failed, _ = events.until("DISCONNECTED")[-2:]
    assert (failed.name, failed.value) == ("HANDSHAKE_FAILED_NO_DETAIL", 14)


@theirs
def test_a_key_that_is_missing_is_missed_by_nobody(sock: Open) -> None:
    """libzmq connects, and fails in the handshake."""
    sock("PUSH", curve_serverkey=SERVER[0]).connect("tcp://127.0.0.1:9")


@ours
def test_a_key_that_is_missing_is_missed(sock: Open) -> None:
    with pytest.raises(zmq.ZMQError, match="CURVE_SECRETKEY is not set"):
        sock("PUSH", curve_serverkey=SERVER[0]).connect("tcp://127.0.0.1:9")
