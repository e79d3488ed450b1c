"""What strangers may cost a bound socket."""

from __future__ import annotations

from collections.abc import Iterator


class Limits:
    """How many peers an endpoint that is bound takes; 0 is no limit.

    Attributes:
        connections: Peers at a time, those included that have not shaken hands. One more is
            disconnected at once.
        handshakes: Peers at a time that have not shaken hands yet. When one more comes, the
            oldest of them has to leave, so that a crowd that says nothing keeps nobody out.
        failures: After so many handshakes in a row that have failed, an address is not let in
            for a second, after the next for two, and so on, up to a minute. All peers of ipc
            have one address.
    """

    __slots__ = ("connections", "failures", "handshakes")

    def __init__(self, connections: int = 0, handshakes: int = 0, failures: int = 0) -> None:
        self.connections = connections
        self.handshakes = handshakes
        self.failures = failures

    def __iter__(self) -> Iterator[int]:
        return iter((self.connections, self.handshakes, self.failures))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and (*self,) == (*other,)

    def __hash__(self) -> int:
        return hash((*self,))

    def __repr__(self) -> str:
        connections, handshakes, failures = self
        return f"Limits({connections=}, {handshakes=}, {failures=})"
