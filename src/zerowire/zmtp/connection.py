"""One ZMTP connection, without I/O.

A Connection turns octets from a peer into messages, and messages for the peer into
octets. It opens no socket, starts no thread and reads no clock: whoever owns it moves
the octets and says what time it is.

    octets -> receive_data() -> take_messages(), events()
    encode(), data_to_send() -> octets

What data_to_send() and encode() return must reach the peer in the order of the calls.
TRANSITIONS, below, is the whole life of a connection. Specification: RFC 37 (ZMTP 3.1);
peers that speak ZMTP 3.0, 2.0 and 1.0 are understood as well (V-1 to V-9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto

from zerowire import zmtp
from zerowire.constants import SocketType
from zerowire.error import LocalProtocolError, RemoteProtocolError, ZMQError
from zerowire.leaf.ring import Ring
from zerowire.message import Message, Octets
from zerowire.zmtp import command, greeting, metadata, socket_type
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.config import Config
from zerowire.zmtp.events import AuthenticationWanted, Event, HandshakeDone, HandshakeFailed, PeerTimeout
from zerowire.zmtp.framing import Decoder, Encoder, FrameSink, FrameSource
from zerowire.zmtp.heartbeat import Heartbeat
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.peer import Peer
from zerowire.zmtp.violation import Violation

__all__ = ["TRANSITIONS", "Config", "Connection", "Peer", "PeerTimeout", "State"]

MAX_HANDSHAKE_FRAME = 65536
ACCEPTED, SILENTLY = 200, 300  # statuses of ZAP (RFC 27)
NOT_THEIRS = frozenset({"User-Id", "Peer-Address"})  # properties that a peer cannot give itself
MAX_WAITING_COMMANDS = 16  # a peer that only asks and never reads gets no more answers than this


class State(Enum):
    """Where a connection stands in its life."""

    __hash__ = object.__hash__  # each change of state looks two of them up

    GREETING = auto()  # waiting for the peer's greeting
    HANDSHAKE = auto()  # the mechanism is talking, or an old peer has yet to say who it is
    TRAFFIC = auto()  # messages and commands flow
    CLOSED = auto()  # no more octets in or out; whole messages may still wait to be taken
    FAILED = auto()  # the peer broke the protocol, or was silent for too long


TRANSITIONS = {
    State.GREETING: {State.HANDSHAKE, State.FAILED, State.CLOSED},
    State.HANDSHAKE: {State.TRAFFIC, State.FAILED, State.CLOSED},
    State.TRAFFIC: {State.FAILED, State.CLOSED},
    State.CLOSED: set(),
    State.FAILED: {State.CLOSED},
}

# A look into the class of an enum takes as long as many a step of a handshake.
GREETING, HANDSHAKE, TRAFFIC, CLOSED, FAILED = State
REQ, DISH = SocketType.REQ, SocketType.DISH


class Connection:
    """The ZMTP state of one stream."""

    __slots__ = (
        "_buffer",
        "_commands",
        "_config",
        "_decoder",
        "_encoder",
        "_events",
        "_greeted",
        "_handshake_due",
        "_heartbeat",
        "_mechanism",
        "_now",
        "_outbox",
        "_sink",
        "_source",
        "is_asking",
        "peer",
        "state",
        "work",
    )

    def __init__(self, config: Config, now: float) -> None:
        self.state = GREETING
        self.peer = Peer()
        self._config = config
        self._now = now
        timeout = config.handshake_timeout
        self._handshake_due = None if timeout is None else now + timeout
        self._heartbeat = Heartbeat(config.heartbeat_interval, config.heartbeat_timeout)
        self._buffer = ReceiveBuffer()
        self._decoder = Decoder(self._buffer)
        self._encoder = Encoder()
        self._mechanism: Mechanism | None = None
        self.is_asking = False  # somebody must decide about the peer: AuthenticationWanted, or do `work`
        self.work: Callable[[], None] | None = None  # may take long; work_done() when it has returned
        self._source: FrameSource | None = None  # in traffic
        self._sink: FrameSink | None = None  # in traffic
        self._greeted = greeting.SIGNATURE_SIZE  # octets of our greeting that were sent
        self._outbox = [greeting.signature(config.routing_id)]
        self._commands: list[bytes] = []  # bodies; a mechanism seals them only when they are sent
        self._events: list[Event] = []

    def _move(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], (self.state, state)
        self.state = state

    # -- octets and events ---------------------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Accept octets from the peer.

        Until the handshake is done, read events() and write what data_to_send()
        returns afterwards. In traffic octets are only kept: call take_messages().

        Raises:
            RemoteProtocolError: The peer broke the protocol. The connection is FAILED;
                write what is left to send, then close the stream.
        """
        if type(data) is not bytes:
            data = bytes(data)
        self._now = now
        if self.state is TRAFFIC:
            self._buffer.feed(data)
            if self._heartbeat.is_waiting:
                self._heartbeat.heard()
            return
        if self.state is CLOSED or self.state is FAILED or not data:
            return
        self._buffer.feed(data)
        try:
            self._shake_hands()
        except RemoteProtocolError as error:
            self._fail(error)
            raise

    def get_buffer(self) -> memoryview | None:
        """Return where the next octets belong, if a large frame is under way; None to use receive_data().

        Read into the view, release it, and call buffer_updated() if that has brought anything.
        """
        return None if self._source is None else self._decoder.room()

    def buffer_updated(self, count: int, now: float) -> None:
        """Accept so many octets from the peer that were written into get_buffer()."""
        self._now = now
        self._decoder.landed(count)
        if self._heartbeat.is_waiting:
            self._heartbeat.heard()

    def receive_eof(self) -> None:
        """Accept the end of the stream. Whole messages that came before it can still be taken."""
        if self.state is CLOSED:
            return
        self._move(CLOSED)
        self._handshake_due = None
        self._heartbeat.stop()

    def events(self) -> list[Event]:
        """Return what has happened since the last call."""
        events = self._events
        self._events = []
        return events

    @property
    def has_data_to_send(self) -> bool:
        """Whether data_to_send() would return anything."""
        return bool(self._outbox) or bool(self._commands)

    def data_to_send(self) -> bytes:
        """Return what the connection itself has to say: greeting, handshake, PING and PONG."""
        if self._commands and self._sink is not None:
            self._outbox += map(self._sink.command, self._commands)
            self._commands = []
        if not self._outbox:
            return b""
        data = b"".join(self._outbox)
        self._outbox = []
        return data

    @property
    def has_plain_frames(self) -> bool:
        """Whether encode() makes nothing but ordinary frames of the messages, as leaf.octets does."""
        return type(self._sink) is Encoder

    # -- messages ------------------------------------------------------------------------------

    def take_messages(self, into: Ring[Message], limit: int) -> int:
        """Append up to `limit` messages from the peer (-1: all) to `into`; return how many.

        Fewer than `limit` means that no whole message is left. Commands on the way are
        obeyed, so data_to_send() may have something afterwards.

        Raises:
            RemoteProtocolError: The peer broke the protocol. Messages before that point
                have been appended, and there will be no more.
        """
        source = self._source
        if source is None:
            return 0
        try:
            if self._config.socket_type is REQ:
                return self._take_replies(source, into, limit)
            return self._take(source, into, limit)
        except RemoteProtocolError as error:
            self._fail(error)
            raise

    def _take(self, source: FrameSource, into: Ring[Message], limit: int) -> int:
        taken = source.decode(into, limit)
        while source.command is not None:
            body = source.command
            source.command = None
            taken += self._on_command(body, into)
            taken += source.decode(into, limit - taken)
        return taken

    def _take_replies(self, source: FrameSource, into: Ring[Message], limit: int) -> int:
        """Take messages that begin as a reply must: [request id] and an empty frame (REQ-5)."""
        replies: Ring[Message] = Ring()
        try:
            return self._take(source, replies, limit)
        finally:
            for reply in replies:
                if not is_reply(reply):
                    raise Violation.NONE.found("reply that does not start with an empty frame")
                into.append(reply)

    def encode(self, queue: Iterable[Message], budget: int) -> tuple[list[Octets], int, int]:
        """Encode messages from the head of a queue until they make `budget` octets, at least one.

        Returns:
            Buffers to be joined or written together, how many octets they hold, and how many
            messages. Payloads are in the list as they are. The queue is not changed.
        """
        if self._sink is None:
            raise LocalProtocolError(f"no messages can be sent in state {self.state.name}")
        return self._sink.encode(queue, budget)

    def wire_size(self, message: Message) -> int:
        """Return how many octets encode() makes of a message."""
        if self._sink is None:
            raise LocalProtocolError(f"no messages can be sent in state {self.state.name}")
        return self._sink.wire_size(message)

    def _on_command(self, body: bytes, into: Ring[Message]) -> int:
        """Obey a command, or ignore it (FR-3, FR-4); return how many messages it has put into `into`."""
        parts = command.split(body)
        if parts is None or self.peer.version < (3, 0):
            return 0
        name, data = parts
        if name == command.PING and len(data) >= 2:
            self._heartbeat.on_ping(int.from_bytes(data[:2], "big") / 10, self._now)
            self._queue_command(command.pong(data[2:]))
        elif self._config.socket_type in socket_type.PUBLISHERS:
            message = zmtp.subscription.as_message(self._config.socket_type, name, data)
            if message is not None:
                into.append(message)
                return 1
        return 0

    def _queue_command(self, body: bytes) -> None:
        if len(self._commands) < MAX_WAITING_COMMANDS:
            self._commands.append(body)

    # -- time ----------------------------------------------------------------------------------

    def next_timeout(self) -> float | None:
        """Return when handle_timeout() must be called, or None if never.

        The moment is on the caller's own clock: the one whose readings were passed to
        receive_data() and handle_timeout().
        """
        if self.state is TRAFFIC:
            return self._heartbeat.next_timeout()
        return self._handshake_due

    def handle_timeout(self, now: float) -> None:
        """Do what is due: send a PING, or give up on the peer.

        Read what the stream holds before this call: a peer whose octets wait there is
        not silent.

        Raises:
            PeerTimeout: The peer was silent for too long. The connection is FAILED.
        """
        self._now = now
        if self.state is TRAFFIC:
            self._handle_heartbeat(now)
        elif self._handshake_due is not None and self._handshake_due <= now:
            timeout = PeerTimeout(
                f"no handshake within {self._config.handshake_timeout} s", in_handshake=True
            )
            self._fail(timeout)
            raise timeout

    def _handle_heartbeat(self, now: float) -> None:
        if self._decoder.has_frame:
            self._heartbeat.heard()  # what the peer sent waits for us, not the other way round
        try:
            ping_due = self._heartbeat.handle_timeout(now)
        except PeerTimeout as timeout:
            self._fail(timeout)
            raise
        if ping_due:
            self._queue_command(command.ping(self._config.heartbeat_ttl))

    # -- greeting ------------------------------------------------------------------------------

    def _shake_hands(self) -> None:
        while True:
            if self.state is GREETING:
                progress = self._on_greeting()
            elif self.state is HANDSHAKE:
                progress = self._on_handshake()
            else:
                return
            if not progress:
                return

    def _on_greeting(self) -> bool:
        head = self._buffer.peek(greeting.SIZE)
        style = greeting.style(head)
        if style is greeting.Style.UNKNOWN:
            return False
        if style is greeting.Style.UNVERSIONED:
            return self._begin_unversioned()
        self._greet(greeting.SIGNATURE_SIZE, greeting.MAJOR)
        if len(head) <= greeting.SIGNATURE_SIZE:
            return False
        if head[greeting.SIGNATURE_SIZE] < 2:
            return self._begin_legacy(head)
        mechanism = self._own_mechanism()
        self._greet(greeting.SIGNATURE_SIZE + 1, greeting.tail(mechanism.name, mechanism.is_server))
        if len(head) < greeting.SIZE:
            return False
        return self._begin_handshake(head)

    def _greet(self, offset: int, piece: bytes) -> None:
        """Send a piece of our greeting, unless it was sent before."""
        if self._greeted == offset:
            self._outbox.append(piece)
            self._greeted += len(piece)

    def _own_mechanism(self) -> Mechanism:
        if self._mechanism is None:
            self._mechanism = self._config.mechanism(self._config.announcement())
        return self._mechanism

    def _begin_handshake(self, head: bytes) -> bool:
        """Leave the greeting towards a ZMTP 3 peer."""
        mechanism = self._own_mechanism()
        theirs = greeting.mechanism(head)
        if theirs != mechanism.name.ljust(20, b"\0"):
            ours = mechanism.name.decode()
            raise Violation.MECHANISM_MISMATCH.found(f"the peer wants mechanism {theirs!r}, not {ours}")
        if mechanism.is_server and greeting.is_server(head):
            raise Violation.MECHANISM_MISMATCH.found(
                f"the peer, too, is a server of {mechanism.name.decode()}"
            )
        self.peer.version = greeting.version(head)
        self._buffer.take(greeting.SIZE)
        self._limit_handshake()
        self._move(HANDSHAKE)
        self._continue_handshake(mechanism)
        return True

    def _begin_legacy(self, head: bytes) -> bool:
        """Leave the greeting towards a peer of ZMTP 2.0, or 1.0 with a version."""
        self._refuse_legacy()
        self._greet(greeting.SIGNATURE_SIZE + 1, bytes((self._config.socket_type,)))
        if len(head) < greeting.LEGACY_SIZE:
            return False
        self._buffer.take(greeting.LEGACY_SIZE)
        self.peer.version = greeting.version(head)
        if self.peer.version == (1, 0):
            self._begin_old_framing()
        self._limit_handshake()
        self._outbox.append(self._encoder.frame(0, self._config.routing_id))
        self._move(HANDSHAKE)
        return True

    def _begin_unversioned(self) -> bool:
        """Leave the greeting towards a peer whose first frame it was all along."""
        self._refuse_legacy()
        self.peer.version = 1, 0
        self._begin_old_framing()
        self._limit_handshake()
        # V-8: the peer has read our signature as the header of this frame.
        self._outbox.append(self._config.routing_id)
        self._move(HANDSHAKE)
        return True

    def _begin_old_framing(self) -> None:
        self._decoder = zmtp.legacy.LegacyDecoder(self._buffer)
        self._encoder = zmtp.legacy.LegacyEncoder()

    def _refuse_legacy(self) -> None:
        if not self._config.allow_legacy:
            raise Violation.NONE.found("the peer speaks a version before ZMTP 3.0, which cannot authenticate")

    def _limit_handshake(self) -> None:
        # MAXMSGSIZE is about messages: a small one must not make every handshake fail.
        self._decoder.set_limit(MAX_HANDSHAKE_FRAME)

    # -- handshake -----------------------------------------------------------------------------

    def _on_handshake(self) -> bool:
        if self.is_asking:
            return False
        frame = self._decoder.next_frame()
        if frame is None:
            return False
        if self._mechanism is None:
            self.peer.routing_id = frame[1]
            self._begin_traffic()
            return True
        self._mechanism.receive_command(frame[1])
        self._continue_handshake(self._mechanism)
        return True

    def _continue_handshake(self, mechanism: Mechanism) -> None:
        """Take what the mechanism has learnt, and send what it says next."""
        if mechanism.peer_metadata is not None:
            self._on_metadata(metadata.decode(mechanism.peer_metadata))
            mechanism.peer_metadata = None
        if mechanism.credentials is not None:
            self._events.append(AuthenticationWanted(mechanism.name, mechanism.credentials))
            mechanism.credentials = None
            self.is_asking = True
            return
        if mechanism.work is not None:
            self.work = mechanism.work
            mechanism.work = None
            self.is_asking = True
            return
        while (body := mechanism.next_command()) is not None:
            self._outbox.append(self._encoder.command(body))
        if mechanism.is_done:
            self._begin_traffic()

    def _on_metadata(self, properties: Mapping[str, bytes]) -> None:
        peer = self.peer
        # SOCK-2: a peer that does not say what it is, is not checked.
        if "Socket-Type" in properties:
            peer.socket_type = metadata.as_text(properties["Socket-Type"])
            socket_type.check(self._config.socket_type, peer.socket_type)
        peer.routing_id = properties.get("Identity", b"")
        for name, value in properties.items():
            if name not in NOT_THEIRS:
                peer.properties.setdefault(name, metadata.as_text(value))

    def zap_reply(
        self, status: int, user_id: bytes | None, properties: Mapping[str, str], now: float
    ) -> None:
        """Answer AuthenticationWanted. Afterwards write what data_to_send() returns, as receive_data() says.

        Args:
            status: 200 to let the peer in; 400 or 500 to tell it why not, 300 to tell it nothing.
            user_id: What its messages show as User-Id; None for nothing.
            properties: What else they show; it outranks what the peer says of itself (META-2).
            now: The time.

        Raises:
            RemoteProtocolError: The peer was not let in, or the handshake could not go on with
                what has come meanwhile.
        """
        if self._mechanism is None or not self.is_asking or self.state is not HANDSHAKE:
            return
        self._now = now
        self.is_asking = False
        try:
            if status != ACCEPTED:
                self._refuse(status)
            if user_id is not None:
                self.peer.properties["User-Id"] = metadata.as_text(user_id)
            self.peer.properties.update(properties)
            self._mechanism.accept()
            self._continue_handshake(self._mechanism)
            self._shake_hands()
        except RemoteProtocolError as error:
            self._fail(error)
            raise

    def work_done(self, now: float) -> None:
        """Go on after `work`. Afterwards write what data_to_send() returns, as receive_data() says.

        Raises:
            RemoteProtocolError: The handshake cannot go on with what the peer has sent.
            ZMQError: This side cannot do its part.
        """
        if self._mechanism is None or self.work is None or self.state is not HANDSHAKE:
            return
        self._now = now
        self.work = None
        self.is_asking = False
        try:
            self._continue_handshake(self._mechanism)
            self._shake_hands()
        except (RemoteProtocolError, ZMQError) as error:
            self._fail(error)
            raise

    def _refuse(self, status: int) -> None:
        if status != SILENTLY:
            self._outbox.append(self._encoder.command(command.error(b"%d" % status)))
        raise RemoteProtocolError(f"the peer was not let in: {status}", status=status)

    def _begin_traffic(self) -> None:
        config, mechanism = self._config, self._mechanism
        kind, version = config.socket_type, self.peer.version
        decoder, encoder = self._decoder, self._encoder
        decoder.set_limit(config.max_message_size)
        self._source, self._sink = decoder, encoder
        if mechanism is not None and mechanism.traffic is not None:
            self._source = zmtp.sealed.SealedDecoder(decoder, mechanism.traffic)
            self._sink = zmtp.sealed.SealedEncoder(encoder, mechanism.traffic)
        self._mechanism = None
        if kind is DISH or (version == (3, 1) and kind in socket_type.SUBSCRIBERS):
            self._sink = zmtp.subscription.SubscriptionEncoder(self._sink, kind)
        if kind is DISH:
            self._source = zmtp.subscription.GroupDecoder(self._source)
        if version == (1, 0) and self._is_unversioned and kind in socket_type.PUBLISHERS:
            self._buffer.push_back(zmtp.legacy.EVERYTHING)  # V-7: such a peer filters for itself
        if version >= (3, 0):
            self._heartbeat.start(self._now)
        self._handshake_due = None
        self._move(TRAFFIC)
        self._events.append(HandshakeDone(self.peer))

    @property
    def _is_unversioned(self) -> bool:
        return self._greeted == greeting.SIGNATURE_SIZE

    def _fail(self, error: RemoteProtocolError | PeerTimeout | ZMQError) -> None:
        if self._source is None:
            if isinstance(error, RemoteProtocolError):
                self._events.append(HandshakeFailed(str(error), error.code, error.status))
            else:
                self._events.append(HandshakeFailed(str(error)))
        self._source = self._sink = self._mechanism = self.work = None  # and with them all keys
        self.is_asking = False
        self._commands = []
        self._handshake_due = None
        self._heartbeat.stop()
        if self.state is not CLOSED:
            self._move(FAILED)


def is_reply(message: Message) -> bool:
    """Whether a message starts with an empty frame, or a request id of four octets and one."""
    if not isinstance(message, list):
        return False
    first = len(message[0])
    return first == 0 or (first == 4 and len(message) > 2 and len(message[1]) == 0)
