"""What two peers say to each other, from octets that a third one reads.

Neither side is us: nothing is answered, and what one side's octets mean may depend on what the
other has said. So a speaker waits with its greeting until it knows which version both speak.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.leaf.octets import MORE
from zerowire.sniffing.foreign import SIGNATURE, guess, is_zmtp
from zerowire.sniffing.seen import Seen
from zerowire.zmtp import command, greeting, metadata
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.framing import COMMAND, Decoder
from zerowire.zmtp.legacy import LegacyDecoder

SEALING = {"CURVE", "GSSAPI"}
SEALED = b"\x07MESSAGE"
OLD_NAMES = {kind.value: kind.name for kind in SocketType}
MAX_HEAD = 16  # octets by which a stream that is no ZMTP is told

Report = Callable[[str, dict[str, Any]], None]


class Phase(Enum):
    """How far a speaker has come."""

    GREETING = auto()
    IDENTITY = auto()  # the frame that follows the greeting of ZMTP 2.0 and 1.0
    TRAFFIC = auto()  # handshake or messages: frames
    LOST = auto()  # nothing can be understood any more


class Speaker:
    """One side of a conversation, and what it has said that was not understood yet."""

    def __init__(self, report: Report) -> None:
        self.phase = Phase.GREETING
        self.mechanism = ""
        self.buffer = ReceiveBuffer()
        self.decoder = Decoder(self.buffer)
        self.frames: list[bytes] = []  # of a message that is not whole
        self.report = report

    @property
    def head(self) -> bytes:
        """The octets of a greeting that have come, while it is not understood."""
        return self.buffer.peek(greeting.SIZE)

    def lose(self, kind: str, **facts: Any) -> None:
        """Report why nothing can be understood any more."""
        self.phase = Phase.LOST
        self.buffer, self.frames = ReceiveBuffer(), []
        self.decoder = Decoder(self.buffer)
        self.report(kind, facts)


class Conversation:
    """Both sides of one connection.

    Feed it octets in the order in which they were sent, as far as that is known, and take what was
    seen with seen().

    Args:
        source: Who has opened the connection, for what is reported.
        target: Who has accepted it.
        is_late: Nobody saw it being opened: what comes first need not be a greeting.
    """

    def __init__(self, source: str, target: str, *, is_late: bool = False) -> None:
        self.names = source, target
        self._is_late = is_late
        self._time = 0.0
        self._seen: list[Seen] = []
        self._speakers = Speaker(self._reporter(0)), Speaker(self._reporter(1))
        self._revisions: list[int | None] = [None, None]  # octet 10 of each greeting; -1 for none

    def _reporter(self, side: int) -> Report:
        def report(kind: str, facts: dict[str, Any]) -> None:
            self._seen.append(Seen(self._time, self.names[side], self.names[1 - side], kind, facts))

        return report

    def seen(self) -> list[Seen]:
        """Return what has happened since the last call."""
        seen, self._seen = self._seen, []
        return seen

    def opened(self, time: float) -> None:
        """Note that the connection was opened."""
        self._time = time
        self._speakers[0].report("open", {})

    def feed(self, side: int, octets: bytes, time: float) -> None:
        """Accept octets: of who has opened the connection (side 0), or has accepted it (1)."""
        self._time = time
        speaker = self._speakers[side]
        if speaker.phase is Phase.LOST or not octets:
            return
        speaker.buffer.feed(octets)
        self._go_on(side)
        if self._speakers[1 - side].phase is Phase.GREETING:
            self._go_on(1 - side)

    def gap(self, side: int, size: int, time: float) -> None:
        """Note that octets are missing. Where a frame begins behind them, nobody can tell."""
        self._time = time
        if self._speakers[side].phase is not Phase.LOST:
            self._speakers[side].lose("gap", size=size)

    def closed(self, side: int, how: str, time: float) -> None:
        """Note that a side says no more."""
        self._time = time
        self._speakers[side].report("close", {"how": how})

    def _go_on(self, side: int) -> None:
        """Understand what can be understood of what this side has said."""
        speaker = self._speakers[side]
        try:
            if speaker.phase is Phase.GREETING:
                self._on_greeting(side, speaker)
            if speaker.phase is Phase.IDENTITY:
                self._on_identity(speaker)
            while speaker.phase is Phase.TRAFFIC and (frame := speaker.decoder.next_frame()) is not None:
                on_frame(speaker, *frame)
        except RemoteProtocolError as error:
            speaker.lose("broken", reason=str(error))

    # -- greeting --------------------------------------------------------------------------------

    def _on_greeting(self, side: int, speaker: Speaker) -> None:
        head = speaker.head
        if self._is_late and head and head[0] != SIGNATURE:
            speaker.lose("foreign", what="the capture begins in the middle of this connection")
            return
        if not is_zmtp(head):
            if len(head) >= MAX_HEAD or b"\n" in head:
                speaker.lose("foreign", what=guess(head))
            return
        self._note_revision(side, head)
        other = self._revisions[1 - side]
        mine = self._revisions[side]
        if mine is None or (other is None and len(head) < greeting.SIZE):
            return
        if other == -1 or mine == -1:
            self._begin_unversioned(speaker, has_signature=mine != -1)
        elif mine < 2 or (other is not None and other < 2):
            self._begin_old(speaker, head, 1 if other is None else min(mine, other))
        elif len(head) >= greeting.SIZE:
            begin(speaker, head)

    def _note_revision(self, side: int, head: bytes) -> None:
        style = greeting.style(head)
        if style is greeting.Style.UNVERSIONED and len(head) > 1:
            self._revisions[side] = -1
        elif style is greeting.Style.VERSIONED and len(head) > greeting.SIGNATURE_SIZE:
            self._revisions[side] = head[greeting.SIGNATURE_SIZE]
        elif style is greeting.Style.VERSIONED and self._revisions[1 - side] == -1:
            self._revisions[side] = 3  # it will say no more about it

    def _begin_unversioned(self, speaker: Speaker, *, has_signature: bool) -> None:
        """Expect an identity; a signature is the header of one (V-8)."""
        speaker.decoder = LegacyDecoder(speaker.buffer)
        if has_signature:
            size = int.from_bytes(speaker.buffer.take(greeting.SIGNATURE_SIZE)[1:9], "big")
            speaker.buffer.push_back(b"\xff" + size.to_bytes(8, "big") + b"\0")
        speaker.report("greeting", {"version": "1.0"})
        speaker.phase = Phase.IDENTITY

    def _begin_old(self, speaker: Speaker, head: bytes, revision: int) -> None:
        if len(head) < greeting.LEGACY_SIZE:
            return
        speaker.buffer.take(greeting.LEGACY_SIZE)
        if revision == 0:
            speaker.decoder = LegacyDecoder(speaker.buffer)
        kind = OLD_NAMES.get(head[greeting.LEGACY_SIZE - 1], "unknown")
        speaker.report("greeting", {"version": "2.0" if revision else "1.0", "socket_type": kind})
        speaker.phase = Phase.IDENTITY

    def _on_identity(self, speaker: Speaker) -> None:
        frame = speaker.decoder.next_frame()
        if frame is not None:
            speaker.report("identity", {"routing_id": frame[1]})
            speaker.phase = Phase.TRAFFIC


def begin(speaker: Speaker, head: bytes) -> None:
    """Understand a whole greeting of ZMTP 3."""
    speaker.buffer.take(greeting.SIZE)
    speaker.mechanism = greeting.mechanism(head).rstrip(b"\0").decode("ascii", "backslashreplace")
    facts = {
        "version": "{}.{}".format(*greeting.version(head)),
        "mechanism": speaker.mechanism,
        "as_server": greeting.is_server(head),
    }
    speaker.phase = Phase.TRAFFIC
    speaker.report("greeting", facts)


def on_frame(speaker: Speaker, flags: int, body: bytes) -> None:
    """Report a command, or a message with its last frame."""
    if speaker.mechanism in SEALING and body.startswith(SEALED):
        speaker.report("sealed", {"size": len(body)})
    elif flags & COMMAND and speaker.mechanism:
        speaker.report("command", meaning(body, speaker.mechanism))
    else:
        speaker.frames.append(body)
        if not flags & MORE:
            speaker.report("message", {"frames": speaker.frames})
            speaker.frames = []


def meaning(body: bytes, mechanism: str) -> dict[str, Any]:
    """Return what a command says, without secrets.

    Raises:
        RemoteProtocolError: It is not made as it must be.
    """
    parts = command.split(body)
    if parts is None:
        return {"name": "", "size": len(body)}
    name, data = parts
    return {"name": name.decode("ascii", "backslashreplace"), **facts_of(name, data, mechanism)}


def facts_of(name: bytes, data: bytes, mechanism: str) -> dict[str, Any]:
    """Return what the data of a command says."""
    if name in (command.SUBSCRIBE, command.CANCEL):
        return {"topic": data}
    if name == command.PING and len(data) >= 2:
        return {"ttl": int.from_bytes(data[:2], "big") / 10, "context": data[2:]}
    if name == command.PONG:
        return {"context": data}
    if name == command.ERROR and data:
        return {"reason": data[1 : 1 + data[0]].decode("utf-8", "backslashreplace")}
    if name in (command.READY, command.INITIATE) and mechanism not in SEALING:
        return {"properties": {key: metadata.as_text(value) for key, value in metadata.decode(data).items()}}
    if name == command.HELLO and mechanism == "PLAIN" and data:
        return {"username": data[1 : 1 + data[0]].decode("utf-8", "backslashreplace")}
    return {"size": len(data)}
