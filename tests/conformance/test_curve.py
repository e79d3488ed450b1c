"""RFC 26 as a checklist: a test for each SHALL and MUST that is about an implementation.

At the other end is the model that tests/zmtp/mechanism has, over a plain socket.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from tests.conformance.raw import RawListener, RawPeer, frame, greeting, parse, properties
from tests.interop.library import (
    DEADLINE,
    MOMENT,
    Context,
    Open,
    Socket,
    errno_of,
    ours,
    theirs,
    zmq,
)
from tests.interop.monitor import Watch
from tests.zmtp.mechanism.model import CLIENT, SERVER, STRANGER, Client, Server, Side

Dial = Callable[[Socket], RawPeer]
StartWatch = Callable[[Socket], Watch]
Admit: TypeAlias = "Callable[[Socket], Line]"

AS_SERVER = {"curve_server": 1, "curve_publickey": SERVER.public, "curve_secretkey": SERVER.secret}
AS_CLIENT = {
    "curve_publickey": CLIENT.public,
    "curve_secretkey": CLIENT.secret,
    "curve_serverkey": SERVER.public,
}
PUSH, PULL = properties(Socket_Type=b"PUSH"), properties(Socket_Type=b"PULL")


def clause(*words: str) -> pytest.MarkDecorator:
    return pytest.mark.rfc(26, *words)


class Line:
    """A raw peer that says and hears commands, after the greeting."""

    def __init__(self, raw: RawPeer) -> None:
        self.raw = raw
        raw.send(greeting(mechanism=b"CURVE"))
        raw.read(64)

    def say(self, *bodies: bytes) -> None:
        self.raw.send(*(frame(body, command=True) for body in bodies))

    def hear(self, flags: int = 4) -> bytes:
        """Return the next body, of a command; a MESSAGE has no flags."""
        found, body = self.raw.read_frame()
        assert found & ~2 == flags
        return body

    def talk(self, side: Side, body: bytes) -> None:
        """Send a message."""
        self.raw.send(frame(side.message(body)))


@pytest.fixture
def server(sock: Open) -> Socket:
    """A server of the library under test, bound by the first dial()."""
    return sock("PULL", **AS_SERVER)


@pytest.fixture
def line(server: Socket, dial: Dial) -> Line:
    """A client of that server, which has said nothing yet."""
    return Line(dial(server))


@pytest.fixture
def admit(listener: RawListener) -> Iterator[Admit]:
    """Return `admit(client)`: a server to which a client of the library under test comes."""
    lines: list[Line] = []
    known: set[int] = set()

    def accept(client: Socket) -> Line:
        if id(client) not in known:
            known.add(id(client))
            client.connect(listener.endpoint)
        lines.append(Line(listener.accept(client)))
        return lines[-1]

    yield accept
    for line in lines:
        line.raw.close()


@pytest.fixture
def visitor(sock: Open, admit: Admit) -> Line:
    """A server to which a client has come; HELLO is what it hears first."""
    return admit(sock("PUSH", **AS_CLIENT, reconnect_ivl=10))


def turned(body: bytes) -> bytes:
    """Return a body whose last bit is another."""
    return body[:-1] + bytes((body[-1] ^ 1,))


def welcomed(line: Line) -> Client:
    client = Client()
    line.say(client.hello())
    client.read_welcome(line.hear())
    return client


def met(line: Line) -> Client:
    client = welcomed(line)
    line.say(client.initiate(PUSH))
    client.read_ready(line.hear())
    return client


def initiated(line: Line) -> Server:
    server = Server()
    server.read_hello(line.hear())
    line.say(server.welcome())
    server.read_initiate(line.hear())
    return server


# -- HELLO -------------------------------------------------------------------------------------------


@clause("General Design", "clients MUST know the server public key before they can connect")
@ours
def test_client_without_the_server_key_does_not_connect(sock: Open) -> None:
    client = sock("PUSH", curve_publickey=CLIENT.public, curve_secretkey=CLIENT.secret)
    assert errno_of(client.connect, "tcp://127.0.0.1:9") == zmq.EINVAL


@clause("HELLO", "the client SHALL send a HELLO command after opening the stream connection")
@clause("HELLO", "SHALL be 200 octets long")
@clause("HELLO", "version number, which SHALL be the two octets 1 and 0")
@clause("HELLO", "padding SHALL be all zero")
@clause("HELLO", "nonce SHALL be implicitly prefixed with CurveZMQHELLO---")
@clause("HELLO", "signature box SHALL contain 64 zero octets")
def test_hello_is_as_drawn(visitor: Line) -> None:
    Server().read_hello(visitor.hear())


@clause("HELLO", "the client SHALL generate a unique key pair for each connection")
@clause("HELLO", "it SHALL discard this key pair when it closes the connection")
def test_each_connection_has_a_new_key(sock: Open, admit: Admit) -> None:
    client = sock("PUSH", **AS_CLIENT, reconnect_ivl=10)
    seen = set()
    for _ in range(3):
        line = admit(client)
        seen.add(line.hear()[80:112])
        line.raw.close()
    assert len(seen) == 3


WRONG_HELLOS: dict[str, Callable[[], bytes]] = {
    "version": lambda: Client().hello(version=b"\1\1"),
    "short": lambda: Client().hello()[:-1],
    "long": lambda: Client().hello() + b"\0",
    "box": lambda: turned(Client().hello()),
    "key": lambda: Client().hello()[:80] + bytes(32) + Client().hello()[112:],
    "prefix": lambda: Client().hello(prefix=b"CurveZMQINITIATE"),
    "server": lambda: Client(server=STRANGER.public).hello(),
}
UNCHECKED_HELLOS: dict[str, Callable[[], bytes]] = {
    "padding": lambda: Client().hello(padding=bytes(71) + b"\1"),
    "signature": lambda: Client().hello(signed=bytes(63) + b"\1"),
}


@clause("HELLO", "the server SHALL validate all fields")
@clause("HELLO", "SHALL reject and disconnect clients who send malformed HELLO commands")
@pytest.mark.parametrize("wrong", WRONG_HELLOS)
def test_malformed_hello_ends_the_connection(line: Line, wrong: str) -> None:
    line.say(WRONG_HELLOS[wrong]())
    line.raw.expect_end()


@clause("HELLO", "the server SHALL validate all fields")
@ours
@pytest.mark.parametrize("wrong", UNCHECKED_HELLOS)
def test_every_field_of_hello_is_looked_at(line: Line, wrong: str) -> None:
    line.say(UNCHECKED_HELLOS[wrong]())
    line.raw.expect_end()


@theirs
@pytest.mark.parametrize("wrong", UNCHECKED_HELLOS)
def test_some_fields_of_hello_are_not_looked_at(line: Line, wrong: str) -> None:
    line.say(UNCHECKED_HELLOS[wrong]())
    assert line.hear()[:8] == b"\7WELCOME"


# -- WELCOME -----------------------------------------------------------------------------------------


@clause("WELCOME", "the server SHALL respond to a valid HELLO command with a WELCOME command")
@clause("WELCOME", "SHALL be 168 octets long")
@clause("WELCOME", "nonce SHALL be implicitly prefixed by WELCOME-")
def test_welcome_is_as_drawn(line: Line) -> None:
    client = Client()
    line.say(client.hello())
    body = line.hear()
    assert len(body) == 168
    client.read_welcome(body)
    assert (len(client.theirs), len(client.cookie)) == (32, 96)


@clause("HELLO", "the server SHALL generate a new transient key pair")
@clause("WELCOME", "the server SHALL generate a new cookie for each WELCOME command it sends")
@clause("WELCOME", "this nonce SHALL be unique for this server permanent key")
def test_each_welcome_is_new(server: Socket, dial: Dial) -> None:
    seen = set()
    for _ in range(3):
        client, line = Client(), Line(dial(server))
        line.say(client.hello())
        body = line.hear()
        client.read_welcome(body)
        seen |= {client.theirs, client.cookie[:16], client.cookie[16:], body[8:24]}
    assert len(seen) == 12


@clause("WELCOME", "the client SHALL validate all fields")
@clause("WELCOME", "SHALL disconnect from servers that send malformed WELCOME commands")
@pytest.mark.parametrize("wrong", ["short", "long", "box", "prefix", "sender"])
def test_malformed_welcome_ends_the_connection(visitor: Line, wrong: str) -> None:
    server = Server()
    server.read_hello(visitor.hear())
    body = {
        "short": server.welcome()[:-1],
        "long": server.welcome() + b"\0",
        "box": turned(server.welcome()),
        "prefix": server.welcome(prefix=b"COOKIE--"),
        "sender": server.welcome(sender=STRANGER),
    }[wrong]
    visitor.say(body)
    visitor.raw.expect_end()


# -- INITIATE ----------------------------------------------------------------------------------------


@clause("INITIATE", "the client SHALL respond to a valid WELCOME with an INITIATE command")
@clause("INITIATE", "SHALL be at least 257 octets long")
@clause("INITIATE", "nonce SHALL be implicitly prefixed with CurveZMQINITIATE")
@clause("INITIATE", "nonce of the vouch SHALL be implicitly prefixed with VOUCH---")
@clause("HELLO", "this nonce SHALL be an incrementing integer, and unique to each command")
def test_initiate_is_as_drawn(visitor: Line) -> None:
    server = Server()
    hello = visitor.hear()
    server.read_hello(hello)
    visitor.say(server.welcome())
    body = visitor.hear()
    assert len(body) >= 257
    number, metadata = server.read_initiate(body)
    assert number == int.from_bytes(hello[112:120], "big") + 1
    assert server.client == CLIENT.public
    assert parse(metadata) == {b"Socket-Type": b"PUSH"}


@clause("INITIATE", "this nonce SHALL be unique for all INITIATE commands from this client permanent key")
def test_each_vouch_has_a_new_nonce(sock: Open, admit: Admit) -> None:
    client = sock("PUSH", **AS_CLIENT, reconnect_ivl=10)
    seen = set()
    for _ in range(3):
        line, server = admit(client), Watching()
        server.read_hello(line.hear())
        line.say(server.welcome())
        server.read_initiate(line.hear())
        seen.add(server.vouch_nonce)
        line.raw.close()
    assert len(seen) == 3


class Watching(Server):
    """A server that remembers the nonce of a vouch."""

    vouch_nonce = b""

    def read_initiate(self, body: bytes) -> tuple[int, bytes]:
        from nacl.bindings import crypto_box_open

        nonce = b"CurveZMQINITIATE" + body[105:113]
        self.vouch_nonce = crypto_box_open(body[113:], nonce, self.theirs, self.transient.secret)[32:48]
        return super().read_initiate(body)


WRONG_INITIATES: dict[str, Callable[[Client], bytes]] = {
    "short": lambda client: client.initiate()[:-1],
    "cookie": lambda client: client.initiate()[:9] + bytes(96) + client.initiate()[105:],
    "box": lambda client: turned(client.initiate()),
    "prefix": lambda client: client.initiate(prefix=b"CurveZMQHELLO---"),
    "voucher": lambda client: client.initiate(voucher=STRANGER),
    "vouch prefix": lambda client: client.initiate(vouch_prefix=b"COOKIE--"),
    "vouch for another key": lambda client: client.initiate(vouched=STRANGER.public + SERVER.public),
    "metadata": lambda client: client.initiate(PUSH[:-1]),
}
UNCHECKED_INITIATES: dict[str, Callable[[Client], bytes]] = {
    "vouch for another server": lambda client: client.initiate(
        PUSH, vouched=client.transient.public + STRANGER.public
    ),
    "number": lambda client: client.initiate(PUSH, numbered=1),
    "name of no size": lambda client: client.initiate(PUSH + b"\0\0\0\0\0"),
}


@clause("INITIATE", "the server SHALL validate all fields")
@clause("INITIATE", "SHALL reject and disconnect clients who send malformed INITIATE commands")
@pytest.mark.parametrize("wrong", WRONG_INITIATES)
def test_malformed_initiate_ends_the_connection(line: Line, wrong: str) -> None:
    line.say(WRONG_INITIATES[wrong](welcomed(line)))
    line.raw.expect_end()


@clause("INITIATE", "the server SHALL validate all fields")
@clause("HELLO", "the server SHALL verify that a client does use correctly incrementing short nonces")
@clause("HELLO", "SHALL disconnect clients that reuse a short nonce")
@clause("INITIATE", "the name SHALL be 1 to 255 characters")
@ours
@pytest.mark.parametrize("wrong", UNCHECKED_INITIATES)
def test_every_field_of_initiate_is_looked_at(line: Line, wrong: str) -> None:
    line.say(UNCHECKED_INITIATES[wrong](welcomed(line)))
    line.raw.expect_end()


@theirs
@pytest.mark.parametrize("wrong", UNCHECKED_INITIATES)
def test_some_fields_of_initiate_are_not_looked_at(line: Line, wrong: str) -> None:
    line.say(UNCHECKED_INITIATES[wrong](welcomed(line)))
    assert line.hear()[:6] == b"\5READY"


@clause("WELCOME", "the server MUST discard the cookie key as soon as the client sends a valid INITIATE")
def test_cookie_is_good_for_one_connection_and_once(server: Socket, dial: Dial) -> None:
    line, other = Line(dial(server)), Line(dial(server))
    client, stranger = welcomed(line), welcomed(other)
    stranger.cookie, stranger.theirs = client.cookie, client.theirs
    other.say(stranger.initiate(PUSH))
    other.raw.expect_end()
    line.say(client.initiate(PUSH), client.initiate(PUSH))
    assert line.hear()[:6] == b"\5READY"
    line.raw.expect_end()


@clause("INITIATE", "the case of names SHALL NOT be significant")
@ours
def test_names_of_properties_have_no_case(line: Line) -> None:
    client = welcomed(line)
    line.say(client.initiate(b"\x0bsocket-type\0\0\0\3SUB"))
    line.raw.expect_end()


@clause("INITIATE", "the value size field SHALL be four octets, in network order")
def test_values_may_be_empty_or_long(server: Socket, line: Line) -> None:
    client = welcomed(line)
    line.say(client.initiate(PUSH + properties(X_empty=b"", X_long=b"x" * 1000)))
    client.read_ready(line.hear())
    line.talk(client, b"hello")
    received = server.recv(copy=False)
    assert (received.get("X-empty"), received.get("X-long")) == ("", "x" * 1000)


# -- authentication ----------------------------------------------------------------------------------


@pytest.fixture
def decide(context: Context) -> Iterator[Callable[[bytes], None]]:
    """Return `decide(status)`, which starts a ZAP handler that answers everybody so."""
    threads: list[threading.Thread] = []
    stopped = threading.Event()

    def handle(socket: Any, status: bytes) -> None:
        while not stopped.is_set():
            if socket.poll(MOMENT):
                request = socket.recv_multipart()
                socket.send_multipart([*request[:2], status, b"", b"", b""])
        socket.close(0)

    def start(status: bytes) -> None:
        socket = context.socket(zmq.REP)
        socket.bind("inproc://zeromq.zap.01")
        threads.append(threading.Thread(target=handle, args=(socket, status)))
        threads[-1].start()

    yield start
    stopped.set()
    for thread in threads:
        thread.join(DEADLINE)


@clause("INITIATE", "if the client passes authentication the server SHALL send a READY command")
def test_client_that_passes_gets_ready(decide: Callable[[bytes], None], line: Line) -> None:
    decide(b"200")
    met(line)


@clause("General Design", "to reject a client connection explicitly, a server SHALL send an ERROR command")
@clause("ERROR", "a server SHALL indicate an authentication failure by sending an ERROR command")
@clause("ERROR", "SHALL be 7 or more octets long")
@pytest.mark.parametrize("status", [b"400", b"500"])
def test_client_that_does_not_pass_gets_an_error(
    decide: Callable[[bytes], None], line: Line, status: bytes
) -> None:
    decide(status)
    client = welcomed(line)
    line.say(client.initiate(PUSH))
    assert line.hear() == b"\5ERROR\3" + status


@clause("INITIATE", "the server SHALL not respond except by closing the connection")
@ours
def test_client_may_be_refused_without_a_word(decide: Callable[[bytes], None], line: Line) -> None:
    decide(b"300")
    client = welcomed(line)
    line.say(client.initiate(PUSH))
    line.raw.expect_end()


@clause("General Design", "the client SHALL NOT try to reconnect using the same credentials")
def test_refused_client_does_not_come_again(visitor: Line, listener: RawListener) -> None:
    initiated(visitor)
    visitor.say(b"\5ERROR\x03400")
    visitor.raw.expect_end()
    assert listener.accept_within(5 * MOMENT / 1000) is None


@clause("General Design", "a client peer SHALL NOT send ERROR to the server")
def test_error_from_a_client_ends_the_connection(server: Socket, dial: Dial) -> None:
    for begin in (lambda line: None, welcomed):
        line = Line(dial(server))
        begin(line)
        line.say(b"\5ERROR\x03400")
        line.raw.expect_end()


# -- READY -------------------------------------------------------------------------------------------


@clause("READY", "the server SHALL respond to a valid INITIATE command with a READY command")
@clause("READY", "SHALL be at least 30 octets long")
@clause("READY", "nonce SHALL be implicitly prefixed with CurveZMQREADY---")
def test_ready_is_as_drawn(line: Line) -> None:
    client = welcomed(line)
    line.say(client.initiate(PUSH))
    body = line.hear()
    assert len(body) >= 30
    number, metadata = client.read_ready(body)
    assert number == 1
    assert parse(metadata) == {b"Socket-Type": b"PULL"}


@clause("READY", "the client SHALL validate all fields")
@clause("READY", "SHALL disconnect from servers who send malformed READY commands")
@pytest.mark.parametrize("wrong", ["short", "box", "prefix", "metadata"])
def test_malformed_ready_ends_the_connection(visitor: Line, wrong: str) -> None:
    server = initiated(visitor)
    body = {
        "short": server.ready()[:29],
        "box": turned(server.ready(PULL)),
        "prefix": server.ready(PULL, prefix=b"CurveZMQMESSAGES"),
        "metadata": server.ready(PULL[:-1]),
    }[wrong]
    visitor.say(body)
    visitor.raw.expect_end()


@clause("READY", "it SHALL then expect MESSAGE commands from the server")
def test_anything_else_than_a_message_ends_the_connection(server: Socket, dial: Dial) -> None:
    for body in (b"hello", b"\4PING\0\0", Client().hello(), b""):
        line = Line(dial(server))
        met(line)
        line.raw.send(frame(body))
        line.raw.expect_end()


# -- MESSAGE -----------------------------------------------------------------------------------------


@clause("MESSAGE", "SHALL be at least 33 octets long")
@clause("MESSAGE", "nonce SHALL be implicitly prefixed with CurveZMQMESSAGEC from the client")
@clause("READY", "this nonce SHALL be an incrementing integer, and unique to each command")
def test_messages_of_a_client_are_as_drawn(sock: Open, admit: Admit) -> None:
    client = sock("PUSH", **AS_CLIENT)
    line = admit(client)
    server = initiated(line)
    line.say(server.ready(PULL))
    client.send_multipart([b"a", b"", b"c" * 300])
    client.send(b"d")
    read = [server.read_message(line.hear(0)) for _ in range(4)]
    assert read == [(3, 1, b"a"), (4, 1, b""), (5, 0, b"c" * 300), (6, 0, b"d")]


@clause("MESSAGE", "nonce SHALL be implicitly prefixed with CurveZMQMESSAGES from the server")
def test_messages_of_a_server_are_as_drawn(sock: Open, dial: Dial) -> None:
    server = sock("PUSH", **AS_SERVER)
    line = Line(dial(server))
    client = welcomed(line)
    line.say(client.initiate(PULL))
    client.read_ready(line.hear())
    server.send(b"hello")
    assert client.read_message(line.hear(0)) == (2, 0, b"hello")


@clause("MESSAGE", "more messages to follow")
def test_messages_of_several_frames_are_joined(server: Socket, line: Line) -> None:
    client = met(line)
    line.raw.send(*(frame(client.message(body, more)) for body, more in ((b"a", 1), (b"", 1), (b"c", 0))))
    assert server.recv_multipart() == [b"a", b"", b"c"]


@clause("HELLO", "the server SHALL verify that a client does use correctly incrementing short nonces")
@clause("HELLO", "SHALL disconnect clients that reuse a short nonce")
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_number_that_comes_again_ends_the_connection(server: Socket, line: Line, number: int) -> None:
    client = met(line)
    line.talk(client, b"first")
    line.raw.send(frame(client.message(b"again", numbered=number)))
    assert server.recv() == b"first"
    line.raw.expect_end()


@clause("READY", "the client SHALL verify that a server does use correctly incrementing short nonces")
@clause("READY", "SHALL disconnect from servers that reuse a short nonce")
@pytest.mark.parametrize("number", [0, 1, 2])
def test_number_of_a_server_that_comes_again_ends_the_connection(
    sock: Open, admit: Admit, number: int
) -> None:
    client = sock("PULL", **AS_CLIENT)
    line = admit(client)
    server = initiated(line)
    line.say(server.ready(PUSH))
    line.talk(server, b"first")
    line.raw.send(frame(server.message(b"again", numbered=number)))
    assert client.recv() == b"first"
    line.raw.expect_end()


@clause("HELLO", "correctly incrementing short nonces")
@ours
def test_number_that_is_missing_ends_the_connection(server: Socket, line: Line) -> None:
    """What was taken away may have been the beginning of the message."""
    client = met(line)
    client.message(b"envelope", 1)
    line.talk(client, b"body")
    line.raw.expect_end()
    assert not server.poll(0)


@clause("MESSAGE", "the recipient SHALL validate all fields")
@clause("MESSAGE", "SHALL reject and disconnect from peers who send malformed MESSAGE commands")
@clause("MESSAGE", "a server SHALL NOT send an ERROR command in response to an invalid MESSAGE command")
@pytest.mark.parametrize("wrong", ["name", "short", "box", "sender"])
def test_malformed_message_ends_the_connection(server: Socket, line: Line, wrong: str) -> None:
    client = met(line)
    message = client.message(b"hello")
    body = {
        "name": b"\7MASSAGE" + message[8:],
        "short": message[:32],
        "box": turned(message),
        "sender": Server(theirs=client.theirs, transient=client.transient).message(b"hello", numbered=3),
    }[wrong]
    line.raw.send(frame(body))
    line.raw.expect_end()
    assert not server.poll(0)


@clause("MESSAGE", "reserved bits MUST be zero")
@ours
@pytest.mark.parametrize("flags", [4, 8, 16, 32, 64, 128])
def test_reserved_flag_ends_the_connection(server: Socket, line: Line, flags: int) -> None:
    client = met(line)
    line.raw.send(frame(client.message(b"hello", flags)))
    line.raw.expect_end()
    assert not server.poll(0)


@clause("MESSAGE", "the message box contains the message data")
def test_nothing_can_be_read_on_the_way(sock: Open, admit: Admit) -> None:
    client = sock("PUSH", **AS_CLIENT)
    line = admit(client)
    server = initiated(line)
    line.say(server.ready(PULL))
    client.send(b"the secret plan")
    body = line.hear(0)
    assert b"secret" not in body
    assert server.read_message(body)[2] == b"the secret plan"


def test_what_is_wrong_with_a_message_is_an_event(server: Socket, line: Line, watch: StartWatch) -> None:
    """Section 5.1."""
    events = watch(server)
    client = met(line)
    line.raw.send(frame(client.message(b"again", numbered=1)))
    failed, _ = events.until("DISCONNECTED")[-2:]
    assert (failed.name, failed.value) == ("HANDSHAKE_FAILED_PROTOCOL", 0x10000002)
