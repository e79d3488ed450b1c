"""GSSAPI with Debian's libzmq at the other end, which has it, and with a key server of Kerberos."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from tests.docs.pages import DOCS, examples_of
from tests.interop import system_zmq
from tests.interop.kdc import (
    CLIENT,
    OTHER_SERVICE,
    REALM,
    SERVICE,
    UNKNOWN_SERVICE,
    Kdc,
    free_port,
    what_is_missing,
)
from tests.interop.library import DEADLINE, MOMENT, OURS, Context, Open, Socket, bind, wait_until, zmq
from tests.interop.monitor import Happening, Watch
from tests.interop.payload import pattern
from tests.interop.peer import LocalEnd, Peer, RemoteEnd

pytest.importorskip("gssapi", reason="the package gssapi is not installed", exc_type=ImportError)
if not OURS:
    pytest.skip("pyzmq's libzmq knows no GSSAPI", allow_module_level=True)
if missing := what_is_missing():
    pytest.skip(missing, allow_module_level=True)

StartWatch = Callable[[Socket], Watch]
Environment = Mapping[str, str]
Act = Callable[[Environment], None]
End = LocalEnd | RemoteEnd
Options = dict[str, Any]

AS_SERVER: Options = {"gssapi_server": 1, "gssapi_principal": b"zmqtest@localhost"}
AS_CLIENT: Options = {"gssapi_service_principal": b"zmqtest@localhost"}
PRINCIPAL = f"{CLIENT}@{REALM}".encode()
MESSAGES = [[b""], [b"x"], [pattern(300)], [pattern(100_000)], [b"first", b"", pattern(5000), b"last"]]
HOST_BASED, USER, KERBEROS = 0, 1, 2  # values of GSSAPI_PRINCIPAL_NAMETYPE
MALFORMED, UNEXPECTED, CRYPTOGRAPHIC = 0x10000011, 0x10000001, 0x11000001

encrypted_or_not = pytest.mark.parametrize("plaintext", [0, 1], ids=["encrypted", "plaintext"])
either_binds = pytest.mark.parametrize("binds", ["server binds", "client binds"])


@pytest.fixture(scope="module")
def kdc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kdc]:
    kdc = Kdc(tmp_path_factory.mktemp("kdc"))
    yield kdc
    kdc.stop()


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Act:
    """Return `act(environment)`, which says what this process can show from now on."""

    def change(environment: Environment) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return change


@pytest.fixture(scope="module")
def servers(kdc: Kdc) -> Iterator[Peer]:
    """A process of libzmq that can be a server. A server that names its principal is both to libzmq."""
    yield from peer_with({**kdc.server, "KRB5_CLIENT_KTNAME": kdc.server["KRB5_KTNAME"]})


@pytest.fixture(scope="module")
def clients(kdc: Kdc) -> Iterator[Peer]:
    """A process of libzmq that can be a client."""
    yield from peer_with(kdc.client)


def peer_with(environment: Environment) -> Iterator[Peer]:
    if not system_zmq.has("gssapi"):
        pytest.skip("the system has no libzmq that knows GSSAPI: Debian's libzmq5")
    peer = Peer("tests.interop.system_zmq", environment)
    yield peer
    peer.kill()


@pytest.fixture
def their_server(servers: Peer) -> Iterator[Peer]:
    yield servers
    servers.call("close_all")


@pytest.fixture
def their_client(clients: Peer) -> Iterator[Peer]:
    yield clients
    clients.call("close_all")


def join(first: End, second: End, endpoint: str = "tcp://127.0.0.1:*") -> None:
    second.connect(first.bind(endpoint))


def join_as(binds: str, server: End, client: End, endpoint: str) -> None:
    first, second = (server, client) if binds == "server binds" else (client, server)
    join(first, second, endpoint)


def talk(one: End, other: End) -> None:
    for message in MESSAGES:
        one.send(*message)
        assert other.recv() == message
        other.send(*message)
        assert one.recv() == message


class Handler(threading.Thread):
    """A ZAP handler of ours that answers everybody the same."""

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


# -- let in ------------------------------------------------------------------------------------------


@encrypted_or_not
@either_binds
def test_our_server_lets_their_client_in(
    kdc: Kdc,
    act: Act,
    sock: Open,
    their_client: Peer,
    decide: Callable[..., Handler],
    plaintext: int,
    binds: str,
    endpoint: str,
) -> None:
    """GSS-1, GSS-2, ZAP-1, and the metadata of section 4.8."""
    act(kdc.server)
    handler = decide(b"200", b"the user")
    server = LocalEnd(sock, "PAIR", **AS_SERVER, gssapi_plaintext=plaintext, zap_domain=b"global")
    client = their_client.socket("PAIR", **AS_CLIENT, gssapi_plaintext=plaintext)
    assert server.socket.getsockopt(zmq.MECHANISM) == zmq.GSSAPI
    join_as(binds, server, client, endpoint)
    talk(client, server)
    client.send(b"who am I?")
    frame = server.socket.recv_multipart(copy=False)[0]
    assert (frame.get("User-Id"), frame.get("Socket-Type")) == ("the user", "PAIR")
    [request] = handler.requests
    assert request == [
        b"1.0", b"1", b"global", frame.get("Peer-Address").encode(), b"", b"GSSAPI", PRINCIPAL,
    ]  # fmt: skip


@encrypted_or_not
@either_binds
def test_their_server_lets_our_client_in(
    kdc: Kdc, act: Act, sock: Open, their_server: Peer, plaintext: int, binds: str, endpoint: str
) -> None:
    """GSS-1, GSS-2, and the metadata of section 4.8."""
    act(kdc.client)
    their_server.call("decide", b"200", b"the user")
    server = their_server.socket("PAIR", **AS_SERVER, gssapi_plaintext=plaintext, zap_domain=b"global")
    client = LocalEnd(sock, "PAIR", **AS_CLIENT, gssapi_plaintext=plaintext)
    join_as(binds, server, client, endpoint)
    talk(client, server)
    client.send(b"who am I?")
    known = their_server.call("recv_properties", server.number, ["User-Id", "Socket-Type"])
    assert known == ["the user", "PAIR"]
    [request] = their_server.call("requests")
    assert request[5:] == [b"GSSAPI", PRINCIPAL]


@encrypted_or_not
@either_binds
def test_our_server_lets_our_client_in(
    kdc: Kdc, act: Act, sock: Open, plaintext: int, binds: str, endpoint: str
) -> None:
    act(kdc.both)
    server = LocalEnd(sock, "PAIR", **AS_SERVER, gssapi_plaintext=plaintext)
    client = LocalEnd(sock, "PAIR", **AS_CLIENT, gssapi_plaintext=plaintext)
    join_as(binds, server, client, endpoint)
    talk(client, server)


@pytest.mark.parametrize(
    ("server", "client"),
    [
        ({"gssapi_server": 1}, AS_CLIENT),
        (AS_SERVER, {**AS_CLIENT, "gssapi_principal": b"zmqclient", "gssapi_principal_nametype": USER}),
        (
            {
                "gssapi_server": 1,
                "gssapi_principal": f"{SERVICE}@{REALM}".encode(),
                "gssapi_principal_nametype": KERBEROS,
            },
            {
                "gssapi_service_principal": SERVICE.encode(),
                "gssapi_service_principal_nametype": KERBEROS,
                "gssapi_principal": PRINCIPAL,
                "gssapi_principal_nametype": KERBEROS,
            },
        ),
    ],
    ids=["whichever there is", "a user", "as Kerberos has it"],
)
def test_principals_are_written_in_three_ways(
    kdc: Kdc, act: Act, sock: Open, server: Options, client: Options
) -> None:
    """Options 90 and 91; host based is what all the other tests have."""
    act(kdc.both)
    pull, push = sock("PULL", **server), sock("PUSH", **client)
    push.connect(bind(pull))
    push.send(b"hello")
    assert pull.recv() == b"hello"


def test_octets_on_the_wire_say_nothing(kdc: Kdc, act: Act, sock: Open) -> None:
    """Neither what is sent nor what is announced: of a proxy that listens, and of the peer's socket type."""
    act(kdc.both)
    stream = sock("STREAM")
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **AS_CLIENT)
    heard = relay(sock, stream, bind(server), client)
    client.send_multipart([b"a secret", b"another secret"])
    wait_until(lambda: heard() and server.poll(0))
    assert server.recv_multipart() == [b"a secret", b"another secret"]
    octets = heard()
    assert b"GSSAPI" in octets
    assert octets.count(b"\x07MESSAGE") >= 3
    for word in (b"secret", b"Socket-Type", b"PUSH"):
        assert word not in octets


def relay(sock: Open, listener: Socket, target: str, client: Socket) -> Callable[[], bytes]:
    """Put two STREAM sockets between a client and a server; return what has passed, whenever it is called."""
    client.connect(bind(listener))
    out = sock("STREAM")
    out.connect(target)
    assert out.poll(DEADLINE * 1000)
    server_id = out.recv_multipart()[0]
    assert listener.poll(DEADLINE * 1000)
    client_id = listener.recv_multipart()[0]
    passed: list[bytes] = []

    def move() -> bytes:
        for source, sink, name in ((listener, out, server_id), (out, listener, client_id)):
            while source.poll(0):
                octets = source.recv_multipart()[1]
                passed.append(octets)
                if octets:
                    sink.send_multipart([name, octets])
        return b"".join(passed)

    return move


def test_a_server_may_come_back(kdc: Kdc, act: Act, sock: Open, their_client: Peer) -> None:
    """Each connection has a security context of its own."""
    act(kdc.server)
    client = their_client.socket("REQ", **AS_CLIENT, reconnect_ivl=10, req_relaxed=1, req_correlate=1)
    endpoint = "tcp://127.0.0.1:*"
    for _ in range(2):
        server = LocalEnd(sock, "REP", **AS_SERVER)
        if endpoint.endswith("*"):
            client.connect(endpoint := server.bind(endpoint))
        else:
            wait_until(lambda server=server: binds_again(server, endpoint))  # type: ignore[misc]
        wait_until(partial(converses, client, server))
        server.close()


def converses(client: RemoteEnd, server: LocalEnd) -> bool:
    """Ask and answer; a question may be lost in a connection that the client has not missed yet."""
    client.send(b"question")
    if server.recv(5 * MOMENT) != [b"question"]:
        return False
    server.send(b"answer")
    return client.recv(5 * MOMENT) == [b"answer"]


def binds_again(server: LocalEnd, endpoint: str) -> bool:
    try:
        server.socket.bind(endpoint)
    except zmq.ZMQError:
        return False
    return True


def test_the_programs_of_the_documentation_work(kdc: Kdc, act: Act) -> None:
    """docs/howto/kerberos.md."""
    act(kdc.documented)
    [example] = examples_of(DOCS / "howto" / "kerberos.md")
    program: dict[str, Any] = {}
    exec(example.programs[0].source, program)
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    server = threading.Thread(target=program["serve"], args=(endpoint, {PRINCIPAL: "Joe"}))
    server.start()
    assert program["ask"](endpoint, b"who am I?") == b"hello Joe"
    server.join(DEADLINE)


def test_many_clients_come_at_once(kdc: Kdc, act: Act, sock: Open, context: Context) -> None:
    act(kdc.both)
    server = sock("PULL", **AS_SERVER)
    endpoint = bind(server)
    clients = [sock("PUSH", **AS_CLIENT) for _ in range(50)]
    for number, client in enumerate(clients):
        client.connect(endpoint)
        client.send(b"%d" % number)
    assert sorted(int(server.recv()) for _ in clients) == list(range(50))


# -- traffic -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["to ours", "to theirs"])
def test_long_queues_arrive_whole(kdc: Kdc, act: Act, sock: Open, their_server: Peer, direction: str) -> None:
    """More than the system takes at once, so frames are written and read in pieces."""
    act(kdc.client)
    kinds = ("PULL", "PUSH") if direction == "to theirs" else ("PUSH", "PULL")
    theirs, ours = their_server.socket(kinds[0], **AS_SERVER), LocalEnd(sock, kinds[1], **AS_CLIENT)
    join(theirs, ours)
    sender, receiver = (ours, theirs) if direction == "to theirs" else (theirs, ours)
    for number in range(200):
        sender.send(b"%d" % number, pattern(65000 + number))
    for number in range(200):
        assert receiver.recv() == [b"%d" % number, pattern(65000 + number)]


@encrypted_or_not
@pytest.mark.parametrize("is_server", ["our server", "their server"])
def test_heartbeats_are_heard(
    kdc: Kdc, act: Act, sock: Open, their_server: Peer, their_client: Peer, plaintext: int, is_server: str
) -> None:
    """HB-1: a link whose PINGs got no answer would not last."""
    beats = {"heartbeat_ivl": 20, "heartbeat_timeout": 2000, "gssapi_plaintext": plaintext}
    act(kdc.both)
    ours: LocalEnd
    theirs: RemoteEnd
    if is_server == "our server":
        ours, theirs = (
            LocalEnd(sock, "DEALER", **AS_SERVER, **beats),
            their_client.socket("DEALER", **AS_CLIENT, **beats),
        )
        join(ours, theirs)
    else:
        ours, theirs = (
            LocalEnd(sock, "DEALER", **AS_CLIENT, **beats),
            their_server.socket("DEALER", **AS_SERVER, **beats),
        )
        join(theirs, ours)
    theirs.send(b"first")
    assert ours.recv() == [b"first"]
    [before] = ours.socket.peers()
    wait_until(lambda: ours.socket.peers()[0].octets_in > before.octets_in + 500)
    theirs.send(b"last")
    assert ours.recv() == [b"last"]
    assert len(ours.socket.peers()) == 1


@encrypted_or_not
def test_our_subscriptions_reach_their_publisher(
    kdc: Kdc, act: Act, sock: Open, their_server: Peer, plaintext: int
) -> None:
    act(kdc.client)
    publisher = their_server.socket("XPUB", **AS_SERVER, gssapi_plaintext=plaintext)
    subscriber = LocalEnd(sock, "SUB", **AS_CLIENT, gssapi_plaintext=plaintext)
    join(publisher, subscriber)
    for topic in (b"a", b"b"):
        subscriber.set("subscribe", topic)
        assert publisher.recv() == [b"\1" + topic]
    subscriber.set("unsubscribe", b"a")
    assert publisher.recv() == [b"\0a"]
    publisher.send(b"a", b"1")
    publisher.send(b"b", b"2")
    assert subscriber.recv() == [b"b", b"2"]


def test_their_subscriptions_reach_our_publisher(kdc: Kdc, act: Act, sock: Open, their_client: Peer) -> None:
    """In plaintext. A SUB of libzmq 4.3 that encrypts sends bare topics, which no XPUB of libzmq heeds."""
    act(kdc.server)
    publisher = LocalEnd(sock, "XPUB", **AS_SERVER, gssapi_plaintext=1)
    subscriber = their_client.socket("SUB", **AS_CLIENT, gssapi_plaintext=1)
    join(publisher, subscriber)
    subscriber.set("subscribe", b"a")
    assert publisher.recv() == [b"\1a"]
    publisher.send(b"a", b"1")
    assert subscriber.recv() == [b"a", b"1"]


# -- not let in --------------------------------------------------------------------------------------


@encrypted_or_not
@pytest.mark.parametrize("status", [300, 400, 500])
def test_our_server_refuses_their_client(
    kdc: Kdc,
    act: Act,
    sock: Open,
    their_client: Peer,
    decide: Callable[..., Handler],
    watch: StartWatch,
    plaintext: int,
    status: int,
) -> None:
    """ZAP-2: who is refused silently comes again, who is told does not. libzmq 4.3.4 lets all of them in."""
    act(kdc.server)
    handler = decide(b"%d" % status)
    server = LocalEnd(sock, "PULL", **AS_SERVER, gssapi_plaintext=plaintext)
    events = watch(server.socket)
    client = their_client.socket("PUSH", **AS_CLIENT, gssapi_plaintext=plaintext, reconnect_ivl=10)
    join(server, client)
    seen = events.until("HANDSHAKE_FAILED_AUTH")
    assert seen[-1].value == status
    assert events.next() is not None  # DISCONNECTED
    if status == 300:
        wait_until(lambda: len(handler.requests) > 2)
    else:
        assert events.next(5 * MOMENT / 1000) is None
        assert len(handler.requests) == 1
    assert server.recv(0) is None


@pytest.mark.parametrize("status", [400, 500])
def test_our_client_heeds_a_refusal(
    kdc: Kdc, act: Act, sock: Open, decide: Callable[..., Handler], watch: StartWatch, status: int
) -> None:
    """NULL-7."""
    act(kdc.both)
    decide(b"%d" % status)
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **AS_CLIENT)
    events = watch(client)
    client.connect(bind(server))
    failed, _ = events.until("DISCONNECTED")[-2:]
    assert (failed.name, failed.value) == ("HANDSHAKE_FAILED_AUTH", status)
    assert events.next(5 * MOMENT / 1000) is None


def test_a_domain_that_is_enforced_needs_a_handler(
    kdc: Kdc, act: Act, sock: Open, their_client: Peer, watch: StartWatch
) -> None:
    """NULL-6, CURVE-5."""
    act(kdc.server)
    server = LocalEnd(sock, "PULL", **AS_SERVER, zap_domain=b"global", zap_enforce_domain=1)
    events = watch(server.socket)
    join(server, their_client.socket("PUSH", **AS_CLIENT))
    failed = events.until("HANDSHAKE_FAILED_NO_DETAIL")[-1]
    assert failed.value == errno.EFAULT


# -- what goes wrong ---------------------------------------------------------------------------------


def failure(events: Watch) -> tuple[str, int]:
    """Return the event that says why a handshake has failed."""
    while True:
        happening: Happening | None = events.next()
        assert happening is not None, "no handshake has failed"
        if happening.name.startswith("HANDSHAKE_FAILED"):
            return happening.name.removeprefix("HANDSHAKE_FAILED_"), happening.value


def test_a_client_without_a_ticket_says_so(kdc: Kdc, act: Act, sock: Open, watch: StartWatch) -> None:
    """libzmq waits until HANDSHAKE_IVL is over. A ticket may come, so the client comes again."""
    act(kdc.nobody)
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **AS_CLIENT, reconnect_ivl=10)
    events = watch(client)
    client.connect(bind(server))
    for _ in range(2):
        assert failure(events) == ("NO_DETAIL", errno.ENOKEY)
    act(kdc.both)
    client.send(b"at last")
    assert server.recv() == b"at last"


def test_events_have_the_words_of_kerberos(kdc: Kdc, act: Act, sock: Open) -> None:
    act(kdc.both)
    unknown = {"gssapi_service_principal": UNKNOWN_SERVICE.replace("/", "@").encode()}
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **unknown)
    with client.events(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, timeout=DEADLINE * 1000) as failures:
        client.connect(bind(server))
        found = next(failures).reason
    assert found == f"GSSAPI: Server {UNKNOWN_SERVICE}@{REALM} not found in Kerberos database"


def test_a_server_that_nobody_knows(kdc: Kdc, act: Act, sock: Open, watch: StartWatch) -> None:
    act(kdc.both)
    unknown = {"gssapi_service_principal": UNKNOWN_SERVICE.replace("/", "@").encode()}
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **unknown)
    events = watch(client)
    client.connect(bind(server))
    assert failure(events) == ("NO_DETAIL", errno.EACCES)


def test_a_key_server_that_is_not_there(kdc: Kdc, act: Act, sock: Open, watch: StartWatch) -> None:
    act(kdc.lost_client)
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **AS_CLIENT)
    events = watch(client)
    client.connect(bind(server))
    assert failure(events) == ("NO_DETAIL", errno.EHOSTUNREACH)


def test_a_key_server_that_is_silent_holds_nobody_up(
    kdc: Kdc, act: Act, sock: Open, watch: StartWatch
) -> None:
    """A step may take long. Meanwhile the socket does what it is told, and time goes on."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE)
        act(kdc.client_of(silent.getsockname()[1]))
        client = sock("PUSH", **AS_CLIENT, handshake_ivl=100, reconnect_ivl=-1)
        events = watch(client)
        client.connect(bind(sock("PULL", **AS_SERVER)))
        question, _ = silent.accept()
        with question:
            client.send(b"for later", zmq.NOBLOCK)
            assert failure(events) == ("NO_DETAIL", errno.ETIMEDOUT)


def test_a_server_without_a_key_tells_the_client(kdc: Kdc, act: Act, sock: Open, watch: StartWatch) -> None:
    act(kdc.client)
    server, client = sock("PULL", **AS_SERVER), sock("PUSH", **AS_CLIENT)
    at_server, at_client = watch(server), watch(client)
    client.connect(bind(server))
    assert failure(at_server) == ("NO_DETAIL", errno.ENOKEY)
    assert failure(at_client) == ("AUTH", 500)


def test_a_ticket_for_another_service(kdc: Kdc, act: Act, sock: Open, watch: StartWatch) -> None:
    """The server has no key to read it."""
    act(kdc.both)
    other = {"gssapi_service_principal": OTHER_SERVICE.replace("/", "@").encode()}
    server, client = sock("PULL", gssapi_server=1), sock("PUSH", **other)
    at_server, at_client = watch(server), watch(client)
    client.connect(bind(server))
    assert failure(at_server) == ("PROTOCOL", CRYPTOGRAPHIC)
    assert failure(at_client) == ("AUTH", 400)


def test_their_client_wants_another_service(
    kdc: Kdc, act: Act, sock: Open, their_client: Peer, watch: StartWatch
) -> None:
    """It is told, so it does not come again."""
    act(kdc.other_server)
    server = LocalEnd(sock, "PULL", gssapi_server=1)
    events = watch(server.socket)
    join(server, their_client.socket("PUSH", **AS_CLIENT, reconnect_ivl=10))
    assert failure(events) == ("PROTOCOL", CRYPTOGRAPHIC)
    assert events.next() is not None  # DISCONNECTED
    assert events.next(5 * MOMENT / 1000) is None


@pytest.mark.parametrize("encrypts", ["client", "server"])
def test_both_ends_encrypt_or_none(
    kdc: Kdc, act: Act, sock: Open, their_client: Peer, watch: StartWatch, encrypts: str
) -> None:
    """Nobody falls back. Who gets the first READY sees it: the client."""
    act(kdc.both)
    server = LocalEnd(sock, "PULL", **AS_SERVER, gssapi_plaintext=int(encrypts == "client"))
    client = LocalEnd(sock, "PUSH", **AS_CLIENT, gssapi_plaintext=int(encrypts == "server"))
    theirs = their_client.socket("PUSH", **AS_CLIENT, gssapi_plaintext=int(encrypts == "server"))
    events = watch(client.socket)
    join(server, client)
    assert failure(events) == ("PROTOCOL", UNEXPECTED)
    join(server, theirs)
    theirs.send(b"lost")
    assert server.recv(5 * MOMENT) is None


@pytest.mark.parametrize("theirs", [{}, {"plain_username": b"ann"}])
def test_mechanisms_have_to_be_the_same(
    kdc: Kdc, act: Act, sock: Open, their_client: Peer, watch: StartWatch, theirs: Options
) -> None:
    act(kdc.server)
    server = LocalEnd(sock, "PULL", **AS_SERVER)
    events = watch(server.socket)
    join(server, their_client.socket("PUSH", **theirs))
    assert failure(events) == ("PROTOCOL", 0x11000002)


def test_a_client_needs_the_name_of_its_server(sock: Open) -> None:
    """libzmq connects, and waits in vain."""
    with pytest.raises(zmq.ZMQError, match="GSSAPI_SERVICE_PRINCIPAL is not set") as info:
        sock("PUSH", gssapi_principal=b"zmqclient").connect("tcp://127.0.0.1:9")
    assert info.value.errno == errno.EINVAL


def test_gssapi_is_there() -> None:
    assert zmq.has("gssapi")
