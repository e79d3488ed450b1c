"""NULL: no authentication, no encryption (RFC 37, "The NULL Security Mechanism")."""

from __future__ import annotations

from zerowire.zmtp import command
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.violation import Violation


class Null(Mechanism):
    """Each side sends READY at once, and is done when both have.

    Args:
        metadata: The property list to announce.
        asks: Say nothing before somebody has decided about the peer, by its address alone (NULL-6).
    """

    __slots__ = ("_is_waiting", "_ready_received", "_ready_sent")

    name = b"NULL"

    def __init__(self, metadata: bytes, asks: bool = False) -> None:
        super().__init__(metadata)
        self._is_waiting = asks
        if asks:
            self.credentials = ()
        self._ready_sent = False
        self._ready_received = False

    def next_command(self) -> bytes | None:
        """Return READY, once."""
        if self._ready_sent or self._is_waiting:
            return None
        self._ready_sent = True
        self.is_done = self._ready_received
        return command.encode(command.READY, self.metadata)

    def receive_command(self, body: bytes) -> None:
        """Accept READY or ERROR."""
        parts = command.split(body)
        if parts is None:
            raise Violation.MALFORMED_COMMAND.found("handshake command without a whole name")
        name, data = parts
        if name == command.ERROR:
            raise command.refusal(data)
        if name != command.READY or self._ready_received:
            raise Violation.UNEXPECTED_COMMAND.found(f"expected one READY, not {name!r}")
        self.peer_metadata = data
        self._ready_received = True
        self.is_done = self._ready_sent

    def accept(self) -> None:
        """Go on: the peer may come in."""
        self._is_waiting = False
