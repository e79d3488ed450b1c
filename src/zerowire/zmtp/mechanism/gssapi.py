"""GSSAPI: each side shows who it is with what a third party, such as Kerberos, says of it (RFC 38).

client: INITIATE token    server: INITIATE token    as often as their security contexts want it
client: (no octets)       server: READY metadata, once somebody has let the client in
client: READY metadata

Each READY, and all that follows, is a MESSAGE: encrypted by the security contexts. Or nothing is, if
both sides want it so. RFC 38 leaves all of this open; it is what libzmq does since version 4.1.

A security context may have to ask a key server, so its steps are work for somebody else.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import Protocol

from zerowire.error import ZMQBaseError, zmq_error
from zerowire.zmtp import command
from zerowire.zmtp.mechanism import turns
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.gssapi_messages import ContextError, GssapiMessages, counted, token_of
from zerowire.zmtp.violation import Violation

NOTHING = b""  # as a token: none; as a command: the client needs no more of them
REFUSED, UNABLE = b"400", b"500"  # what the client is told, as by ZAP (RFC 27)


class SecurityContext(Protocol):
    """One side's idea of who both are, and the keys that they have in common."""

    @property
    def complete(self) -> bool:
        """Whether no more tokens are needed."""

    @property
    def initiator_name(self) -> bytes:
        """Who the client is; known to the server once the context is complete."""

    def step(self, token: bytes | None) -> bytes | None:
        """Return the next token for the other side, None if it needs no more. May take long.

        Args:
            token: The last one of the other side; None to begin.

        Raises:
            ContextError: There will be no keys.
        """

    def wrap(self, content: bytes) -> bytes:
        """Encrypt; raises ContextError."""

    def unwrap(self, token: bytes) -> bytes:
        """Decrypt what the other side has encrypted as the next; raises ContextError."""

    def wrapped_size(self, size: int) -> int:
        """Return how many octets wrap() makes of so many."""


class Client(Enum):
    """Where the client stands."""

    STEP = auto()  # its security context is at work
    TOKEN = auto()  # waits for INITIATE
    READY_IN = auto()  # waits for READY
    READY_OUT = auto()  # has to say READY
    DONE = auto()  # messages may flow
    FAILED = auto()  # there will be no keys


class Server(Enum):
    """Where the server stands."""

    TOKEN = auto()  # waits for INITIATE
    STEP = auto()  # its security context is at work
    CUE = auto()  # waits to hear that the client needs no more tokens
    AUTHENTICATION = auto()  # somebody decides about the client
    READY_OUT = auto()  # has to say READY
    READY_IN = auto()  # waits for READY
    DONE = auto()  # messages may flow
    FAILED = auto()  # there will be no keys


CLIENT: dict[Client, set[Client]] = {
    Client.STEP: {Client.TOKEN, Client.READY_IN, Client.FAILED},
    Client.TOKEN: {Client.STEP},
    Client.READY_IN: {Client.READY_OUT},
    Client.READY_OUT: {Client.DONE},
    Client.DONE: set(),
    Client.FAILED: set(),
}

SERVER: dict[Server, set[Server]] = {
    Server.TOKEN: {Server.STEP},
    Server.STEP: {Server.TOKEN, Server.CUE, Server.FAILED},
    Server.CUE: {Server.AUTHENTICATION},
    Server.AUTHENTICATION: {Server.READY_OUT},
    Server.READY_OUT: {Server.READY_IN},
    Server.READY_IN: {Server.DONE},
    Server.DONE: set(),
    Server.FAILED: set(),
}


class Gssapi(Mechanism):
    """What both sides do.

    Args:
        metadata: The property list to announce.
        context: A new security context.
        encrypts: Whether READY and all that follows is encrypted; the other side must want the same.
    """

    __slots__ = ("_context", "_encrypts", "_messages", "_outcome")

    name = b"GSSAPI"

    def __init__(self, metadata: bytes, *, context: SecurityContext, encrypts: bool = True) -> None:
        super().__init__(metadata)
        self._context = context
        self._encrypts = encrypts
        self._messages = GssapiMessages(context)
        self._outcome: bytes | ContextError | None = None  # of a step; None while it lasts

    def _begin_step(self, token: bytes | None) -> None:
        self._outcome = None
        self.work = partial(self._step, token)

    def _step(self, token: bytes | None) -> None:
        """Take a step; whoever does the work of this connection calls it, in another thread."""
        outcome: bytes | ContextError = ContextError("the security context broke down")
        try:
            outcome = self._context.step(token) or NOTHING
        except ContextError as error:
            outcome = error
        finally:
            self._outcome = outcome

    def _token_of(self, body: bytes) -> bytes:
        data = turns.data_of(body, command.INITIATE, heeds_error=not self.is_server)
        return token_of(data, Violation.MALFORMED_INITIATE)

    def _failure(self) -> ZMQBaseError:
        error = self._outcome
        assert isinstance(error, ContextError)
        if error.errno:
            return zmq_error(error.errno, f"GSSAPI: {error}")
        return Violation.CRYPTOGRAPHIC.found(f"token that is of no use: {error}")

    def _ready(self) -> bytes:
        body = command.encode(command.READY, self.metadata)
        return self._messages.encode(0, body) if self._encrypts else body

    def _receive_ready(self, body: bytes) -> None:
        if body.startswith(b"\5READY" if self._encrypts else b"\7MESSAGE"):
            raise Violation.UNEXPECTED_COMMAND.found(
                "GSSAPI_PLAINTEXT is set at one end of the connection, and not at the other"
            )
        if self._encrypts and not body.startswith(b"\5ERROR"):  # which nobody encrypts
            _, body = self._messages.decode(body)
        self.peer_metadata = turns.data_of(body, command.READY, heeds_error=not self.is_server)

    def _finish(self) -> None:
        self.traffic = self._messages if self._encrypts else None
        self.is_done = True


class GssapiClient(Gssapi):
    """Shows who it is, and knows whom it wants to talk to."""

    __slots__ = ("state",)

    def __init__(self, metadata: bytes, *, context: SecurityContext, encrypts: bool = True) -> None:
        super().__init__(metadata, context=context, encrypts=encrypts)
        self.state = Client.STEP
        self._begin_step(None)

    def next_command(self) -> bytes | None:
        """Return INITIATE, nothing, or READY, when it is its turn.

        Raises:
            RemoteProtocolError: The server's token is none that the security context can take.
            ZMQError: The security context cannot do its part; `errno` and the text say why.
        """
        if self.state is Client.STEP and self._outcome is not None:
            return self._after_step(self._outcome)
        if self.state is Client.READY_OUT:
            self._move(Client.DONE)
            self._finish()
            return self._ready()
        if self.state is Client.FAILED:
            raise self._failure()
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept INITIATE, as often as it takes, then READY."""
        if self.state is Client.TOKEN:
            token = self._token_of(body)
            self._move(Client.STEP)
            self._begin_step(token)
        elif self.state is Client.READY_IN:
            self._receive_ready(body)
            self._move(Client.READY_OUT)
        else:
            raise out_of_turn(body, self.state)

    def _after_step(self, outcome: bytes | ContextError) -> bytes:
        if isinstance(outcome, bytes) and self._context.complete == bool(outcome):
            # With a last token of its own it would not know who the server is.
            outcome = self._outcome = ContextError("the security context and the server do not agree")
        if isinstance(outcome, ContextError):
            self._move(Client.FAILED)
            raise self._failure()
        if outcome:
            self._move(Client.TOKEN)
            return command.encode(command.INITIATE, counted(outcome))
        self._move(Client.READY_IN)
        return NOTHING

    def _move(self, state: Client) -> None:
        self.state = turns.moved(CLIENT, self.state, state)


class GssapiServer(Gssapi):
    """Learns who the client is, and has somebody decide about it."""

    __slots__ = ("state",)

    is_server = True

    def __init__(self, metadata: bytes, *, context: SecurityContext, encrypts: bool = True) -> None:
        super().__init__(metadata, context=context, encrypts=encrypts)
        self.state = Server.TOKEN

    def next_command(self) -> bytes | None:
        """Return INITIATE, READY or ERROR, when it is its turn.

        Raises:
            RemoteProtocolError: The client's token is none that the security context can take.
            ZMQError: The security context cannot do its part; `errno` and the text say why.
        """
        if self.state is Server.STEP and self._outcome is not None:
            return self._after_step(self._outcome)
        if self.state is Server.READY_OUT:
            self._move(Server.READY_IN)
            return self._ready()
        if self.state is Server.FAILED:
            raise self._failure()
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept INITIATE, as often as it takes, the word that it was enough, then READY."""
        if self.state is Server.TOKEN:
            token = self._token_of(body)
            self._move(Server.STEP)
            self._begin_step(token)
        elif self.state is Server.CUE and body == NOTHING:
            self._move(Server.AUTHENTICATION)
            self.credentials = (self._context.initiator_name,)
        elif self.state is Server.READY_IN:
            self._receive_ready(body)
            self._move(Server.DONE)
            self._finish()
        else:
            raise out_of_turn(body, self.state)

    def accept(self) -> None:
        """Go on: the principal may come in."""
        self._move(Server.READY_OUT)

    def _after_step(self, outcome: bytes | ContextError) -> bytes:
        if outcome == NOTHING:
            outcome = self._outcome = ContextError("the client does not want to know who the server is")
        if isinstance(outcome, ContextError):
            self._move(Server.FAILED)
            return command.error(UNABLE if outcome.errno else REFUSED)
        self._move(Server.CUE if self._context.complete else Server.TOKEN)
        return command.encode(command.INITIATE, counted(outcome))

    def _move(self, state: Server) -> None:
        self.state = turns.moved(SERVER, self.state, state)


def out_of_turn(body: bytes, state: Client | Server) -> ZMQBaseError:
    """Return the error for a command that must not come now."""
    return Violation.UNEXPECTED_COMMAND.found(f"a command of GSSAPI in state {state.name}: {body[:10]!r}")
