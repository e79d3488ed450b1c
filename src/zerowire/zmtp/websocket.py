"""ZMTP in WebSockets (RFC 45), behind the interface of a Connection.

The upgrade of HTTP takes the place of the greeting: both sides agree on a protocol there, which names
the mechanism. After it, each frame of ZMTP is one binary frame of a WebSocket, whose first octet has
the flags. PING, PONG and CLOSE are frames of the WebSocket itself, outside the mechanism.

wsproto knows HTTP and WebSockets. (It asks the system for random octets: the masks of a client, and its
key.) What is left is to translate frames, so that a Connection needs not know where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from errno import ECONNREFUSED, ECONNRESET
from struct import Struct
from typing import NamedTuple

from wsproto import ConnectionType, WSConnection
from wsproto import events as websocket
from wsproto.connection import ConnectionState
from wsproto.frame_protocol import CloseReason, FrameProtocol
from wsproto.utilities import ProtocolError
from wsproto.utilities import RemoteProtocolError as Malformed

from zerowire.error import RemoteProtocolError, ZMQError, zmq_error
from zerowire.leaf.octets import LONG, MORE
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets, frames_of
from zerowire.zmtp import command, greeting
from zerowire.zmtp.config import Config
from zerowire.zmtp.connection import (
    CLOSED,
    FAILED,
    MAX_HANDSHAKE_FRAME,
    MAX_WAITING_COMMANDS,
    TRAFFIC,
    Connection,
)
from zerowire.zmtp.events import PeerTimeout
from zerowire.zmtp.framing import COMMAND, NO_LIMIT, Encoder
from zerowire.zmtp.violation import Violation

PROTOCOL = "ZWS2.0"  # without a mechanism; with one, its name follows behind a slash
NULL = f"{PROTOCOL}/NULL"
BOXED_COMMAND = 2  # what COMMAND is in the flags of RFC 45
# In the words of a greeting: a peer of ZMTP 2.0, or one of 3.0 with some mechanism. Both subscribe with
# messages (WS-3).
WITHOUT_MECHANISM = greeting.signature(b"") + b"\1\0"
WITH_MECHANISM = greeting.signature(b"") + greeting.MAJOR + b"\0"
SIGNATURE = 0xFF  # the first octet of a greeting
MOST_SHOWN = 80  # characters of what a stranger says
_LENGTH = Struct("!Q")
_header = Encoder().header


class Target(NamedTuple):
    """What a client asks for."""

    host: str  # with the port
    path: str


class WebSocketConnection(Connection):
    """The ZMTP state of one stream that begins with HTTP.

    Args:
        config: What the socket brings.
        now: The time.
        target: What to ask the server for; None if this side is the server.
    """

    __slots__ = (
        "_control",
        "_frame",
        "_framer",
        "_is_client",
        "_is_http",
        "_is_undecided",
        "_trouble",
        "_websocket",
    )

    def __init__(self, config: Config, now: float, target: Target | None = None) -> None:
        super().__init__(config, now)
        super().data_to_send()  # the greeting, which nobody wants
        self._mechanism = config.mechanism(config.announcement())
        self._is_client = target is not None
        self._is_http = False  # until there is a first octet
        self._is_undecided = False  # whether the server speaks without a mechanism its first frame will show
        self._trouble: RemoteProtocolError | ZMQError | None = None  # ends traffic, behind the last message
        self._frame = bytearray()  # what has come of one that is not whole
        self._control: list[bytes] = []  # HTTP, PING, PONG and CLOSE that wait to be sent
        kind = ConnectionType.CLIENT if self._is_client else ConnectionType.SERVER
        self._websocket = WSConnection(kind)
        self._framer = FrameProtocol(self._is_client, [])  # of what is sent
        if target is not None:
            request = websocket.Request(target.host, target.path, subprotocols=self._protocols())
            self._control.append(self._websocket.send(request))

    def _protocols(self) -> list[str]:
        """Return what this side speaks (ZWS-1); without a mechanism nobody can be authenticated (V-6)."""
        assert self._mechanism is not None
        protocol = f"{PROTOCOL}/{self._mechanism.name.decode()}"
        return [protocol, PROTOCOL] if protocol == NULL and self._config.allow_legacy else [protocol]

    # -- octets --------------------------------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Accept octets from the peer. See Connection.

        Raises:
            RemoteProtocolError: The peer broke a protocol before there were messages. Afterwards it is
                take_messages() that says so, behind the messages that came before.
            ZMQError: ECONNRESET, ECONNREFUSED: the server has no use for us now; it may have later.
        """
        if not data or self._trouble is not None or self.state in (CLOSED, FAILED):
            return
        self._now = now
        if self.state is TRAFFIC:
            self._heartbeat.heard()
        frames: list[bytes] = []
        try:
            self._read(data, frames)
        except (RemoteProtocolError, ZMQError) as error:
            self._pass_on(frames)
            self._end(error)
        else:
            self._pass_on(frames)

    def _read(self, data: bytes, frames: list[bytes]) -> None:
        """Obey what has come; append to `frames` what the ZMTP connection has not been told yet."""
        try:
            if not self._is_http:
                self._look_at(data[0])
            self._websocket.receive_data(data)
            for event in self._websocket.events():
                frame = self._on_event(event)
                if frame is not None:
                    frames.append(frame)
                if self.state is not TRAFFIC:  # each frame may change it
                    self._pass_on(frames)
        except Malformed as error:
            if error.event_hint is not None and not self._is_client:
                self._answer(error.event_hint)
            raise Violation.WEBSOCKET.found(f"the peer speaks no WebSocket: {error}") from None
        except (ProtocolError, ValueError) as error:  # ValueError: a header that is not text
            raise Violation.WEBSOCKET.found(f"the peer speaks no WebSocket: {error}") from None

    def _look_at(self, first: int) -> None:
        """Tell a peer that will never speak HTTP from one that is slow."""
        if first == SIGNATURE:
            raise Violation.WEBSOCKET.found("the peer speaks ZeroMQ over tcp://, not over ws://")
        self._is_http = True

    def _pass_on(self, frames: list[bytes]) -> None:
        if frames:
            data = b"".join(frames)
            frames.clear()
            super().receive_data(data, self._now)

    def _answer(self, event: websocket.Event) -> None:
        try:
            self._control.append(self._websocket.send(event))
        except ProtocolError:
            pass  # it is too late to answer

    def _end(self, error: RemoteProtocolError | ZMQError) -> None:
        """Have no more to do with the peer, as soon as its messages are taken."""
        if isinstance(error, RemoteProtocolError) and self._websocket.state is ConnectionState.OPEN:
            self._close(CloseReason.PROTOCOL_ERROR)
        if self.state is TRAFFIC:
            self._trouble = error
            return
        if self.state is not FAILED:
            self._fail(error)
        raise error

    def get_buffer(self) -> memoryview | None:
        """Return None: frames must be unmasked."""
        return None

    @property
    def has_plain_frames(self) -> bool:
        """Return False: frames are in others."""
        return False

    @property
    def has_data_to_send(self) -> bool:
        """Whether data_to_send() would return anything."""
        return bool(self._control) or super().has_data_to_send

    def data_to_send(self) -> bytes:
        """Return what the connection itself has to say."""
        frames = self._wrapped(super().data_to_send())
        control, self._control = self._control, []
        return b"".join((*control, frames))

    # -- what the peer says --------------------------------------------------------------------

    def _on_event(self, event: websocket.Event) -> bytes | None:
        """Obey an event; return a frame for the ZMTP connection if it makes one whole."""
        if isinstance(event, websocket.BytesMessage):
            return self._on_octets(event)
        if isinstance(event, websocket.Ping):
            self._say(self._framer.pong(event.payload))
        elif isinstance(event, websocket.CloseConnection):
            self._on_close(event)
        elif isinstance(event, websocket.Request):
            self._on_request(event)
        elif isinstance(event, websocket.AcceptConnection):
            self._on_accepted(event.subprotocol)
        elif isinstance(event, websocket.RejectConnection):
            raise self._refusal(event.status_code)
        elif not isinstance(event, websocket.Pong):
            raise Violation.WEBSOCKET.found("text where octets should be")
        return None

    def _on_request(self, request: websocket.Request) -> None:
        known = self._protocols()
        for protocol in request.subprotocols:
            if protocol in known:
                self._answer(websocket.AcceptConnection(subprotocol=protocol))
                self._agree(protocol)
                return
        self._answer(websocket.RejectConnection(status_code=400))
        wanted = ", ".join(request.subprotocols)[:MOST_SHOWN] or "nothing that is ZeroMQ"
        raise Violation.MECHANISM_MISMATCH.found(f"the peer speaks {wanted}, not {' or '.join(known)}")

    def _on_accepted(self, protocol: str | None) -> None:
        if protocol is None:
            raise Violation.WEBSOCKET.found("the server speaks WebSocket, but not ZeroMQ")
        if protocol == NULL and PROTOCOL in self._protocols():
            self._is_undecided = True
        else:
            self._agree(protocol)

    def _refusal(self, status: int) -> RemoteProtocolError | ZMQError:
        text = f"the server refuses WebSockets, with HTTP status {status}"
        # 5xx comes from a server, or a proxy, that will have recovered some day.
        return zmq_error(ECONNREFUSED, text) if status >= 500 else Violation.WEBSOCKET.found(text)

    def _agree(self, protocol: str) -> None:
        """Tell the ZMTP connection what the upgrade has settled, in the words of a greeting."""
        if protocol == PROTOCOL:
            self._mechanism = None
            words = WITHOUT_MECHANISM
        else:
            assert self._mechanism is not None
            words = WITH_MECHANISM + greeting.tail(self._mechanism.name)[1:]
        super().receive_data(words[:-1], self._now)
        super().data_to_send()  # its own greeting
        super().receive_data(words[-1:], self._now)
        self.peer.version = 3, 0  # without a mechanism, too, there are commands and heartbeats

    def _on_octets(self, message: websocket.BytesMessage) -> bytes | None:
        frame = self._frame
        frame += message.data
        limit = self._config.max_message_size if self.state is TRAFFIC else MAX_HANDSHAKE_FRAME
        if limit != NO_LIMIT and len(frame) > 1 + limit:
            raise Violation.NONE.found(
                f"frame of at least {len(frame) - 1} octets exceeds the limit of {limit}"
            )
        if not message.frame_finished:
            return None
        if not message.message_finished:
            raise Violation.WEBSOCKET.found("a fragment: each frame of ZeroMQ is one of the WebSocket")
        if not frame:
            raise Violation.WEBSOCKET.found("a binary frame without flags")
        self._frame = bytearray()
        flags = frame[0]
        if self._is_undecided:
            # Some servers agree to whatever is offered first, and then speak what they know.
            self._is_undecided = False
            self._agree(NULL if flags & BOXED_COMMAND else PROTOCOL)
        zmtp_flags = flags & MORE | (COMMAND if flags & BOXED_COMMAND else 0)
        return _header(zmtp_flags, len(frame) - 1) + frame[1:]

    def _on_close(self, event: websocket.CloseConnection) -> None:
        """Answer a CLOSE; wsproto makes one, too, of what is malformed."""
        if self._websocket.state is ConnectionState.OPEN:
            raise Violation.WEBSOCKET.found(f"malformed WebSocket frame: {event.reason}")
        self._close(event.code)
        raise zmq_error(ECONNRESET, f"the peer closes the WebSocket, with code {int(event.code)}")

    def _close(self, code: int) -> None:
        """Say that this is the end, behind all else."""
        self._control.append(self._wrapped(super().data_to_send()))
        self._control.append(bytes(self._framer.close(code)))

    # -- messages ------------------------------------------------------------------------------

    def take_messages(self, into: Ring[Message], limit: int) -> int:
        """Append up to `limit` messages from the peer (-1: all) to `into`. See Connection.

        Raises:
            RemoteProtocolError: The peer broke the protocol, behind the messages that were taken before.
            ZMQError: ECONNRESET: it has closed the WebSocket there.
        """
        taken = super().take_messages(into, limit)
        if self._trouble is not None and not taken and not self._control:  # else it is told first
            self._give_up(self._trouble)
        return taken

    def _give_up(self, trouble: RemoteProtocolError | ZMQError) -> None:
        if self.state is TRAFFIC:
            self._fail(trouble)
            raise trouble

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Return (buffers, octets, messages) for the head of the queue. See Connection."""
        buffers, _, messages = super().encode(queue, budget)
        data = self._wrapped(b"".join(buffers))
        return [data], len(data), messages

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        size = super().wire_size
        return sum(wrapped_size(size(part), self._is_client) for part in frames_of(message))

    def _wrapped(self, data: bytes) -> bytes:
        """Return frames of ZMTP as frames of the WebSocket."""
        wrap = self._framer.send_data
        return b"".join(map(wrap, frames_in(data)))

    # -- time ----------------------------------------------------------------------------------

    def _queue_command(self, body: bytes) -> None:
        """Send what is a command elsewhere: PING, or PONG as the answer to one (ZWS-5)."""
        name, data = command.split(body) or (b"", b"")
        self._say(self._framer.ping() if name == command.PING else self._framer.pong(data))

    def _say(self, frame: bytearray) -> None:
        if len(self._control) < MAX_WAITING_COMMANDS:
            self._control.append(bytes(frame))

    def next_timeout(self) -> float | None:
        """Return when handle_timeout() must be called, or None if never."""
        return self._now if self._trouble is not None and self.state is TRAFFIC else super().next_timeout()

    def handle_timeout(self, now: float) -> None:
        """Do what is due. See Connection.

        Raises:
            PeerTimeout, RemoteProtocolError, ZMQError: As receive_data(), and when the peer is silent.
        """
        if self._trouble is None:
            super().handle_timeout(now)
        elif not self._decoder.has_frame:
            self._give_up(self._trouble)

    def _fail(self, error: RemoteProtocolError | PeerTimeout | ZMQError) -> None:
        super()._fail(error)
        self._frame = bytearray()


def frames_in(data: bytes) -> Iterator[bytes]:
    """Yield each frame of ZMTP 3 as the payload of one of a WebSocket: flags, body."""
    position = 0
    while position < len(data):
        flags = data[position]
        if flags & LONG:
            start = position + 9
            size = _LENGTH.unpack_from(data, position + 1)[0]
        else:
            start = position + 2
            size = data[position + 1]
        position = start + size
        boxed = flags & MORE | (BOXED_COMMAND if flags & COMMAND else 0)
        yield bytes((boxed,)) + data[start:position]


def wrapped_size(size: int, is_masked: bool) -> int:
    """Return how many octets of a WebSocket are a frame of ZMTP of `size` octets."""
    payload = size - 1 if size < 258 else size - 8
    header = 2 if payload < 126 else 4 if payload < 65536 else 10
    return header + (4 if is_masked else 0) + payload
