"""What a transport must provide.

    Transport.listen()    -> Listener.accept()                      -> Stream
    Transport.connecter() -> Connecter.lookup(), start(), finish()  -> Stream

Nothing here waits, lookup() excepted: the owner watches the descriptors and comes back.
Every failure is a ZMQError with the system's number. Endpoint texts have their scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from zerowire.error import ZMQError
from zerowire.options import Settings

Buffer: TypeAlias = bytes | bytearray | memoryview


class PeerRefused(ZMQError):
    """A peer came and was turned away, or left at once. The listener is well: accept again."""


class Stream(Protocol):
    """Octets in order, both ways.

    Once a call has raised, or receive() has returned b"", or receive_vector() 0, nothing but
    close() makes sense.
    """

    local: str  # endpoint texts of the two sides
    remote: str
    peer_address: str  # what the metadata calls Peer-Address
    is_bare: bool  # what is written to the descriptor itself reaches the peer as it is

    @property
    def in_flight(self) -> int:
        """Octets written that close() may still take back; more than 0 where nobody can tell.

        A stream that is closed while its peer still talks may be reset, and then loses what
        has not reached the peer's system yet.
        """

    def fileno(self) -> int:
        """Return the descriptor to watch; -1 once closed."""

    def receive(self, size: int) -> bytes | None:
        """Return at most `size` octets; None when there are none now, b"" at the end."""

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        """Write octets into views, one after the other, as many as there are and fit; return how many.

        None when there are none now, 0 at the end. Fewer than fit need not mean that there are no more.
        """

    def send(self, data: Buffer) -> int:
        """Write as much as fits, and return how much that was; 0 when nothing fits now."""

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        """Do as send() does, with several buffers in a row."""

    def end(self) -> None:
        """Write no more: the peer meets the end behind what was written. Reading goes on."""

    def close(self) -> None:
        """Release the descriptor. Idempotent."""


class Listener(Protocol):
    """Accepts peers at one endpoint."""

    endpoint: str  # with the address and the port that it really has (LAST_ENDPOINT)

    def fileno(self) -> int:
        """Return the descriptor to watch for READABLE; -1 once closed."""

    def accept(self) -> Stream | None:
        """Return the next peer, or None when nobody waits.

        Raises:
            PeerRefused: A peer was turned away; others may wait.
            ZMQError: EMFILE, ENFILE, ENOBUFS, ENOMEM: no peer can be accepted for now,
                and the descriptor stays readable.
        """

    def close(self) -> None:
        """Stop listening; accepted peers stay. Idempotent."""


class Connecter(Protocol):
    """One attempt to reach an endpoint."""

    @property
    def needs_lookup(self) -> bool:
        """Whether lookup() must be called before start()."""

    def lookup(self) -> None:
        """Find the addresses of a host name. May wait for a name server; any thread may call it."""

    def start(self) -> Stream | None:
        """Begin; return the stream if connected at once. None: watch fileno() for WRITABLE."""

    def fileno(self) -> int:
        """Return the descriptor to watch; -1 when there is none."""

    def finish(self) -> Stream | None:
        """Return the stream, once fileno() is writable.

        None means to go on waiting. When a host has several addresses and one has failed,
        fileno() is another one then: unregister the old number and watch the new.

        Raises:
            ZMQError: The attempt has failed, and everything is closed.
        """

    def close(self) -> None:
        """Give up. Idempotent."""


class Transport(Protocol):
    """One way to reach a peer. The addresses are what follows `scheme://`."""

    @property
    def scheme(self) -> str:
        """The word in front of `://`."""

    def listen(self, address: str, settings: Settings) -> Listener:
        """Listen at an address.

        Raises:
            ZMQError: EINVAL, EADDRINUSE, EADDRNOTAVAIL, EACCES, ENODEV and others.
        """

    def resolve(self, address: str, settings: Settings) -> list[str]:
        """Return the Listener.endpoint texts that an address stands for; none if unknown (EP-6).

        May wait for a name server.
        """

    def check_connect(self, address: str, settings: Settings) -> None:
        """Raise ZMQError(EINVAL) for an address that could never be connected to."""

    def connecter(self, address: str, settings: Settings) -> Connecter:
        """Prepare one attempt to reach an address."""
