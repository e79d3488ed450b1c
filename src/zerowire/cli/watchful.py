"""A mechanism that a probe looks over the shoulder, and that says no more than it must.

Where the peer tells what it is before we have said what we are (NULL), nothing is said until then.
So a probe never declares a socket type that does not fit, and need not become a peer at all: a PUSH
would share its messages out to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zerowire.zmtp import command, metadata
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.null import Null
from zerowire.zmtp.mechanism.plain import MISSPELT

FITTING = {  # what a probe calls itself towards each socket type
    "PUB": "SUB", "XPUB": "SUB", "SUB": "XPUB", "XSUB": "XPUB", "PULL": "PUSH", "REP": "DEALER",
    "ROUTER": "DEALER", "SERVER": "CLIENT", "DISH": "RADIO", "RADIO": "DISH", "GATHER": "SCATTER",
}  # fmt: skip
"""Those that are not here hand their messages to whoever is there, a probe too."""


class Watchful(Mechanism):
    """Wraps a client's mechanism.

    Attributes:
        said, heard: Names of the commands of either side, in order.
        found: What the peer has told of itself; None until it has.
    """

    name = b""

    def __init__(self, inner: Mechanism) -> None:
        super().__init__(b"")
        self.inner = inner
        self.said: list[str] = []
        self.heard: list[str] = []
        self.found: Mapping[str, bytes] | None = None

    @property
    def peer_type(self) -> str | None:
        """What socket the peer says it is; None if it has not said anything."""
        return None if self.found is None else metadata.as_text(self.found.get("Socket-Type", b""))

    @property
    def is_fit(self) -> bool:
        """Whether a probe can be a peer and take nothing that is meant for others."""
        return self.peer_type in FITTING

    def next_command(self) -> bytes | None:
        """Return what is to be said, if it is time."""
        if type(self.inner) is Null and not self.is_fit:
            return None
        body = self.inner.next_command()
        if body is not None:
            self.said.append(name_of(body))
        self._follow()
        return body

    def receive_command(self, body: bytes) -> None:
        """Accept a command. Raises RemoteProtocolError as the inner mechanism does."""
        self.heard.append(name_of(body))
        self.inner.receive_command(body)
        if self.inner.peer_metadata is not None:
            self.found = metadata.decode(self.inner.peer_metadata)
            self.inner.peer_metadata = None
            fitting = FITTING.get(self.peer_type or "", "")
            self.inner.metadata = metadata.encode([("Socket-Type", fitting.encode())])
        self._follow()

    def _follow(self) -> None:
        self.is_done, self.traffic = self.inner.is_done, self.inner.traffic


def watch(make: Callable[[bytes], Mechanism]) -> Watchful:
    """Return what makes a mechanism, wrapped; PLAIN and CURVE do not say which socket type we are."""
    inner = make(b"")
    named: type[Watchful] = type("Watchful", (Watchful,), {"name": inner.name})
    return named(inner)


def name_of(body: bytes) -> str:
    """Return the name of a command."""
    if body.startswith(MISSPELT):
        return "ERROR"
    parts = command.split(body)
    return "" if parts is None else parts[0].decode("ascii", "backslashreplace")
