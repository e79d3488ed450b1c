"""GSS-1, GSS-2: each side beside a security context that the test decides about, and both in connections."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from tests.zmtp.mechanism.contexts import NAME, NO_KEY, NO_TICKET, FakeContext
from zerowire.constants import SocketType
from zerowire.error import LocalProtocolError, RemoteProtocolError, ZMQError
from zerowire.leaf.ring import Ring
from zerowire.message import Message
from zerowire.zmtp import command
from zerowire.zmtp.connection import Config, Connection
from zerowire.zmtp.connection import State as Stage
from zerowire.zmtp.events import AuthenticationWanted, HandshakeFailed, PeerTimeout
from zerowire.zmtp.framing import COMMAND, Encoder
from zerowire.zmtp.mechanism import gssapi
from zerowire.zmtp.mechanism.gssapi import Client, Gssapi, GssapiClient, GssapiServer, Server
from zerowire.zmtp.mechanism.gssapi_messages import ContextError

UNEXPECTED, MALFORMED, BAD_INITIATE, CRYPTOGRAPHIC = 0x10000001, 0x10000011, 0x10000014, 0x11000001


def client(encrypts: bool = True, **context: Any) -> GssapiClient:
    return GssapiClient(b"mine", context=FakeContext(initiates=True, **context), encrypts=encrypts)


def server(encrypts: bool = True, **context: Any) -> GssapiServer:
    return GssapiServer(b"theirs", context=FakeContext(initiates=False, **context), encrypts=encrypts)


def work(mechanism: Gssapi) -> None:
    """Do the work that a mechanism has left, as a connection has it done."""
    assert mechanism.next_command() is None
    todo, mechanism.work = mechanism.work, None
    assert todo is not None
    todo()


def said(mechanism: Gssapi) -> bytes:
    """Return the next command of ours, which must be there, and alone."""
    body = mechanism.next_command()
    assert body is not None
    assert mechanism.next_command() is None
    return body


def initiate(token: bytes) -> bytes:
    return b"\x08INITIATE" + len(token).to_bytes(4, "big") + token


def code_of(mechanism: Gssapi, body: bytes) -> int:
    with pytest.raises(RemoteProtocolError) as info:
        mechanism.receive_command(body)
    return info.value.code


def met(encrypts: bool = True, rounds: int = 1) -> tuple[GssapiClient, GssapiServer]:
    """Return both sides, when the server has let the client in."""
    ours, theirs = client(encrypts, rounds=rounds), server(encrypts, rounds=rounds)
    for _ in range(rounds):
        work(ours)
        theirs.receive_command(said(ours))
        work(theirs)
        ours.receive_command(said(theirs))
    work(ours)
    theirs.receive_command(said(ours))
    theirs.credentials = None
    theirs.accept()
    return ours, theirs


# -- what is said ------------------------------------------------------------------------------------


def test_client_and_server_take_turns() -> None:
    """Octet by octet, as it was seen between two libzmq."""
    ours, theirs = client(), server()
    work(ours)
    assert said(ours) == initiate(b"client's token 1")
    assert theirs.next_command() is None
    theirs.receive_command(initiate(b"client's token 1"))
    work(theirs)
    assert said(theirs) == initiate(b"server's token 1")
    ours.receive_command(initiate(b"server's token 1"))
    work(ours)
    assert said(ours) == b""
    assert theirs.credentials is None
    theirs.receive_command(b"")
    assert theirs.credentials == (NAME,)
    assert theirs.next_command() is None
    theirs.accept()
    ready = said(theirs)
    assert ready[:12] == b"\x07MESSAGE\0\0\0\x1d"
    assert not theirs.is_done
    ours.receive_command(ready)
    assert not ours.is_done
    answer = said(ours)
    theirs.receive_command(answer)
    assert (ours.is_done, theirs.is_done) == (True, True)
    assert (ours.peer_metadata, theirs.peer_metadata) == (b"theirs", b"mine")
    assert theirs.next_command() is None
    assert (ours.state, theirs.state) == (Client.DONE, Server.DONE)


@pytest.mark.parametrize("rounds", [1, 2, 5])
@pytest.mark.parametrize("encrypts", [True, False])
def test_security_contexts_may_want_more_tokens(rounds: int, encrypts: bool) -> None:
    ours, theirs = met(encrypts, rounds)
    ours.receive_command(said(theirs))
    theirs.receive_command(said(ours))
    assert (ours.is_done, theirs.is_done) == (True, True)


def test_with_plaintext_nothing_is_wrapped() -> None:
    ours, theirs = met(encrypts=False)
    assert said(theirs) == b"\x05READYtheirs"
    ours.receive_command(b"\x05READYtheirs")
    assert said(ours) == b"\x05READYmine"
    theirs.receive_command(b"\x05READYmine")
    assert (ours.peer_metadata, theirs.peer_metadata) == (b"theirs", b"mine")
    assert (ours.traffic, theirs.traffic) == (None, None)


def test_without_plaintext_everything_is_wrapped() -> None:
    ours, theirs = met()
    ready = said(theirs)
    assert b"READY" not in ready
    assert b"theirs" not in ready
    ours.receive_command(ready)
    answer = said(ours)
    assert b"mine" not in answer
    theirs.receive_command(answer)
    assert ours.traffic is not None
    assert theirs.traffic is not None
    body = ours.traffic.encode(COMMAND, b"\4PING")
    assert b"PING" not in body
    assert theirs.traffic.decode(body) == (COMMAND, b"\4PING")
    assert ours.traffic.decode(theirs.traffic.encode(1, b"first")) == (1, b"first")


def test_roles_are_announced() -> None:
    assert (client().name, server().name) == (b"GSSAPI", b"GSSAPI")
    assert (client().is_server, server().is_server) == (False, True)


def test_a_client_lets_nobody_in() -> None:
    with pytest.raises(LocalProtocolError):
        client().accept()


@pytest.mark.parametrize(
    ("table", "start"),
    [(gssapi.CLIENT, Client.STEP), (gssapi.SERVER, Server.TOKEN)],
    ids=["client", "server"],
)
def test_every_state_is_reached_and_leads_to_an_end(table: dict[Any, set[Any]], start: Any) -> None:
    assert {state.name for state, following in table.items() if not following} == {"DONE", "FAILED"}
    reached = {start}.union(*table.values())
    assert reached == set(table) == set(start.__class__)


# -- what is refused ---------------------------------------------------------------------------------


def waiting_for(state: Client | Server) -> Gssapi:
    """Return a side of ours that waits for a command."""
    ours, theirs = client(), server()
    if state is Server.TOKEN:
        return theirs
    work(ours)
    theirs.receive_command(said(ours))
    work(theirs)
    ours.receive_command(said(theirs))
    work(ours)
    cue = said(ours)
    if state is Client.READY_IN:
        return ours
    assert state is Server.CUE
    assert cue == b""
    return theirs


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\0\0\0\2a", b"\0\0\0\1ab", b"\xff\xff\xff\xff", b"\0"])
def test_a_malformed_initiate_is_refused(data: bytes) -> None:
    assert code_of(server(), b"\x08INITIATE" + data) == BAD_INITIATE
    ours = client()
    work(ours)
    said(ours)
    assert code_of(ours, b"\x08INITIATE" + data) == BAD_INITIATE


@pytest.mark.parametrize("state", [Server.TOKEN, Server.CUE, Client.READY_IN])
@pytest.mark.parametrize(
    "body", [b"\x09", b"\x05READY", b"\x05HELLO", b"\x05READYmine", b"\x08INITIATF\0\0\0\0", b"\x04PING\0\0"]
)
def test_another_command_is_refused(state: Client | Server, body: bytes) -> None:
    side = waiting_for(state)
    assert code_of(side, body) in (UNEXPECTED, MALFORMED)
    assert (side.peer_metadata, side.credentials, side.is_done) == (None, None, False)


def test_nothing_is_no_token() -> None:
    assert code_of(server(), b"") == MALFORMED


def test_tokens_end() -> None:
    assert code_of(waiting_for(Server.CUE), initiate(b"client's token 2")) == UNEXPECTED
    assert code_of(waiting_for(Client.READY_IN), initiate(b"server's token 2")) == UNEXPECTED


def test_nobody_is_ready_before_the_server() -> None:
    ours, theirs = met()
    hasty = ours._messages.encode(0, b"\x05READYmine")
    assert code_of(theirs, hasty) == UNEXPECTED


def test_a_command_comes_once() -> None:
    ours, theirs = met()
    ready = said(theirs)
    ours.receive_command(ready)
    assert code_of(ours, ready) == UNEXPECTED
    answer = said(ours)
    theirs.receive_command(answer)
    assert code_of(theirs, answer) == UNEXPECTED


@pytest.mark.parametrize("inner", [b"", b"\x05READZ", b"\x05READ", b"\x06READY!"])
def test_what_is_wrapped_in_place_of_ready_is_refused(inner: bytes) -> None:
    ours, theirs = met()
    assert code_of(ours, theirs._messages.encode(0, inner)) in (UNEXPECTED, MALFORMED)


def test_a_ready_that_was_changed_is_refused() -> None:
    ours, theirs = met()
    ready = bytearray(said(theirs))
    ready[-1] ^= 1
    assert code_of(ours, bytes(ready)) == CRYPTOGRAPHIC


@pytest.mark.parametrize("encrypts", [True, False])
def test_both_ends_encrypt_or_none(encrypts: bool) -> None:
    ours, _ = met(encrypts)
    _, theirs = met(not encrypts)
    with pytest.raises(RemoteProtocolError, match="GSSAPI_PLAINTEXT is set at one end") as info:
        ours.receive_command(said(theirs))
    assert info.value.code == UNEXPECTED


@pytest.mark.parametrize("encrypts", [True, False])
def test_the_client_heeds_an_error(encrypts: bool) -> None:
    """NULL-7."""
    before, after = client(encrypts), met(encrypts)[0]
    work(before)
    said(before)
    for ours in (before, after):
        with pytest.raises(RemoteProtocolError, match="400") as info:
            ours.receive_command(command.error(b"400"))
        assert info.value.status == 400


@pytest.mark.parametrize("encrypts", [True, False])
def test_the_server_expects_no_error(encrypts: bool) -> None:
    theirs = met(encrypts)[1]
    said(theirs)
    for side in (server(encrypts), theirs):
        with pytest.raises(RemoteProtocolError) as info:
            side.receive_command(command.error(b"400"))
        assert (info.value.status, info.value.code) == (None, UNEXPECTED)


# -- security contexts that fail ---------------------------------------------------------------------


def test_a_client_without_credentials_says_nothing() -> None:
    ours = client(failures={1: NO_TICKET})
    work(ours)
    for _ in range(2):
        with pytest.raises(ZMQError, match="GSSAPI: no ticket for the service") as info:
            ours.next_command()
        assert info.value.errno == errno.EACCES


def test_a_client_whose_server_is_another_leaves() -> None:
    ours = client()
    work(ours)
    said(ours)
    ours.receive_command(initiate(b"server's token 2"))
    work(ours)
    with pytest.raises(RemoteProtocolError, match='no use: a token that is b"server\'s token 2"') as info:
        ours.next_command()
    assert info.value.code == CRYPTOGRAPHIC


def test_a_server_that_cannot_read_a_token_says_so() -> None:
    theirs = server()
    theirs.receive_command(initiate(b"client's token 2"))
    work(theirs)
    assert theirs.next_command() == command.error(b"400")
    with pytest.raises(RemoteProtocolError, match="of no use") as info:
        theirs.next_command()
    assert info.value.code == CRYPTOGRAPHIC


def test_a_server_without_credentials_says_so_but_not_why() -> None:
    theirs = server(failures={1: NO_KEY})
    theirs.receive_command(initiate(b"client's token 1"))
    work(theirs)
    assert theirs.next_command() == command.error(b"500")
    with pytest.raises(ZMQError, match="no key for the service") as info:
        theirs.next_command()
    assert info.value.errno == errno.ENOENT


def test_a_client_wants_to_know_who_the_server_is() -> None:
    """Its security context is complete when the server has said something, and not before."""
    ours = client(rounds=0, last=b"a token")
    work(ours)
    with pytest.raises(RemoteProtocolError, match="do not agree"):
        ours.next_command()


def test_a_client_says_no_more_when_it_has_heard_enough() -> None:
    ours = client(last=b"too much")
    work(ours)
    said(ours)
    ours.receive_command(initiate(b"server's token 1"))
    work(ours)
    with pytest.raises(RemoteProtocolError, match="do not agree"):
        ours.next_command()


def test_a_client_that_says_nothing_is_no_client() -> None:
    class Silent(FakeContext):
        def step(self, token: bytes | None) -> bytes | None:
            return None

    ours = GssapiClient(b"", context=Silent(initiates=True))
    work(ours)
    with pytest.raises(RemoteProtocolError, match="do not agree"):
        ours.next_command()


def test_a_server_shows_who_it_is() -> None:
    theirs = server(last=None)
    theirs.receive_command(initiate(b"client's token 1"))
    work(theirs)
    assert theirs.next_command() == command.error(b"400")
    with pytest.raises(RemoteProtocolError, match="does not want to know"):
        theirs.next_command()


def test_a_mistake_in_a_security_context_ends_the_handshake() -> None:
    ours = client(failures={1: ZeroDivisionError()})
    assert ours.work is not None
    with pytest.raises(ZeroDivisionError):
        ours.work()
    with pytest.raises(RemoteProtocolError, match="broke down"):
        ours.next_command()


# -- in connections ----------------------------------------------------------------------------------

GREETING = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01GSSAPI" + bytes(14) + bytes(32)
SENT: list[Message] = [b"one", [b"two", b"three"], b"", b"4" * 300, b"five"]


def connection(make: type[Gssapi], context: FakeContext, *, encrypts: bool = True) -> Connection:
    kind = SocketType.PULL if make is GssapiServer else SocketType.PUSH
    mechanism: Callable[[bytes], Gssapi] = partial(make, context=context, encrypts=encrypts)
    return Connection(Config(kind, mechanism=mechanism), 0.0)


def serve(ours: Connection) -> None:
    """Do its work, and let in whoever asks for it."""
    while ours.is_asking:
        if ours.work is None:
            ours.zap_reply(200, b"ann", {}, 0.0)
        else:
            ours.work()
            ours.work_done(0.0)


def converse(one: Connection, other: Connection) -> list[tuple[bytes, bytes]]:
    """Let two connections talk until both are done; return what each has said in each turn."""
    turns: list[tuple[bytes, bytes]] = []
    while True:
        octets = one.data_to_send(), other.data_to_send()
        if octets == (b"", b""):
            return turns
        turns.append(octets)
        other.receive_data(octets[0], 0.0)
        serve(other)
        one.receive_data(octets[1], 0.0)
        serve(one)


def both(encrypts: bool = True) -> tuple[Connection, Connection]:
    return (
        connection(GssapiClient, FakeContext(initiates=True), encrypts=encrypts),
        connection(GssapiServer, FakeContext(initiates=False), encrypts=encrypts),
    )


def take(ours: Connection) -> list[Message]:
    into: Ring[Message] = Ring()
    ours.take_messages(into, -1)
    return list(into)


@pytest.mark.parametrize("encrypts", [True, False])
def test_two_connections_meet(encrypts: bool) -> None:
    ours, theirs = both(encrypts)
    converse(ours, theirs)
    assert (ours.state, theirs.state) == (Stage.TRAFFIC, Stage.TRAFFIC)
    assert theirs.peer.properties == {"User-Id": "ann", "Socket-Type": "PUSH"}
    octets = b"".join(bytes(each) for each in ours.encode(SENT, 1 << 20)[0])
    theirs.receive_data(octets, 0.0)
    assert take(theirs) == SENT
    assert (b"three" in octets) is not encrypts
    assert ours.has_plain_frames is not encrypts
    assert sum(ours.wire_size(message) for message in SENT) == len(octets)


def begun() -> Connection:
    """Return a client that has heard a greeting, and waits until its first step is done."""
    mechanism = partial(GssapiClient, context=FakeContext(initiates=True))
    ours = Connection(Config(SocketType.PUSH, mechanism=mechanism, handshake_timeout=1.0), 0.0)
    ours.receive_data(GREETING, 0.0)
    ours.data_to_send()
    assert (ours.state, ours.is_asking, ours.events()) == (Stage.HANDSHAKE, True, [])
    return ours


def test_what_comes_before_the_work_is_done_waits_for_it() -> None:
    ours = begun()
    answer = Encoder().command(initiate(b"server's token 1"))
    ours.receive_data(answer, 0.0)
    assert ours.data_to_send() == b""
    serve(ours)
    assert ours.data_to_send() == Encoder().command(initiate(b"client's token 1")) + b"\4\0"


def test_somebody_decides_when_the_tokens_are_enough() -> None:
    ours, theirs = both()
    converse(ours, theirs)
    assert theirs.events()[0] == AuthenticationWanted(b"GSSAPI", (NAME,))


def test_work_may_be_done_too_late() -> None:
    for end in (Connection.receive_eof, lambda ours: ours.handle_timeout(99.0)):
        ours = begun()
        todo = ours.work
        assert todo is not None
        with suppress(PeerTimeout):
            end(ours)
        todo()
        ours.work_done(99.0)
        assert ours.state in (Stage.CLOSED, Stage.FAILED)
        assert ours.data_to_send() == b""


@pytest.mark.parametrize(
    ("failure", "said_last", "kind", "code"),
    [
        (NO_KEY, b"\4\x0a\5ERROR\x03500", ZMQError, 0),
        (ContextError("wrong"), b"\4\x0a\5ERROR\x03400", RemoteProtocolError, CRYPTOGRAPHIC),
    ],
)
def test_a_connection_that_fails_tells_the_peer(
    failure: ContextError, said_last: bytes, kind: type[Exception], code: int
) -> None:
    ours = connection(GssapiClient, FakeContext(initiates=True))
    theirs = connection(GssapiServer, FakeContext(initiates=False, failures={1: failure}))
    with pytest.raises(kind):
        converse(ours, theirs)
    assert theirs.state is Stage.FAILED
    assert theirs.data_to_send() == said_last
    [failed] = theirs.events()
    assert isinstance(failed, HandshakeFailed)
    assert (str(failure) in failed.reason, failed.code) == (True, code)
    theirs.work_done(0.0)
    assert theirs.events() == []


def recorded(listener: str) -> tuple[list[bytes], bytes]:
    """Return what one side hears of a whole session: in each turn of the handshake, and then."""
    ours, theirs = both()
    turns = converse(ours, theirs)
    index = 0 if listener == "server" else 1
    speaker = (ours, theirs)[index]
    traffic = b"".join(bytes(each) for each in speaker.encode(SENT, 1 << 20)[0])
    return [turn[index] for turn in turns], traffic


def hear(listener: str, heard: list[bytes]) -> tuple[list[Message], Connection, bool]:
    """Return what one side takes from what it hears, and whether it has found a fault."""
    side = both()[1 if listener == "server" else 0]
    try:
        for octets in heard:
            side.receive_data(octets, 0.0)
            serve(side)
        return take(side), side, False
    except RemoteProtocolError:
        return [], side, True


@pytest.mark.parametrize("listener", ["server", "client"])
def test_a_recorded_session_is_understood(listener: str) -> None:
    turns, traffic = recorded(listener)
    assert hear(listener, [*turns, traffic])[0] == SENT
    octets = b"".join([*turns, traffic])
    assert hear(listener, [octets[place : place + 1] for place in range(len(octets))])[0] == SENT


@pytest.mark.parametrize("listener", ["server", "client"])
def test_no_change_of_an_octet_lets_in_what_was_not_sent(listener: str) -> None:
    """Every octet behind the greeting, in each of its bits: a RemoteProtocolError, or more is waited for."""
    turns, traffic = recorded(listener)
    octets = b"".join([*turns, traffic])
    flags = flags_of_frames(octets)
    for place in range(64, len(octets)):
        for bit in range(8):
            changed = bytearray(octets)
            changed[place] ^= 1 << bit
            taken, side, is_refused = hear(listener, [bytes(changed)])
            assert taken == SENT[: len(taken)]
            if place not in flags:
                assert is_refused or len(taken) < len(SENT), (place, bit)
            assert is_refused is (side.state is Stage.FAILED)


def flags_of_frames(octets: bytes) -> set[int]:
    """Return where the flags of frames are, which say nothing in a session that is encrypted (CURVE-3)."""
    places, start = set(), 64
    while start < len(octets):
        places.add(start)
        if octets[start] & 2:
            start += 9 + int.from_bytes(octets[start + 1 : start + 9], "big")
        else:
            start += 2 + octets[start + 1]
    return places
