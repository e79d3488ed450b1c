"""A socket of a verb that talks: it waits as long as it may, says what it waited for, and ends well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from types import TracebackType
from typing import Self

from zerowire.api.context import Context
from zerowire.api.events import EventStream
from zerowire.api.proxy import core_of
from zerowire.api.socket import Socket
from zerowire.cli.console import complain
from zerowire.cli.shared import Plug
from zerowire.cli.talk.addresses import addresses_of
from zerowire.cli.talk.letter import Letter
from zerowire.cli.talk.options import Traffic
from zerowire.constants import SocketType
from zerowire.error import Again

FREE_TO_LOSE = frozenset({SocketType.PUB, SocketType.XPUB, SocketType.RADIO})  # subscribers come and go


class Line:
    """A context with a socket in it.

    Args:
        socket_type: What the socket is.
        plug: Where it goes.
        traffic: How long to wait.
        prepare: What to do with the socket before it has endpoints.
        to: Where messages go that do not say it, as its socket type has addresses.
        addressed: Whether messages say where they go.
    """

    def __init__(
        self,
        socket_type: SocketType,
        plug: Plug,
        traffic: Traffic,
        prepare: Callable[[Socket], None] | None = None,
        to: str | None = None,
        addressed: bool = False,
    ) -> None:
        self.type = socket_type
        self.timeout = traffic.timeout
        self._milliseconds = traffic.milliseconds
        self._prepare = prepare
        self._connects = plug.connect or []
        self._is_verbose = traffic.verbose
        self._addresses = addresses_of(socket_type, to, addressed)
        self._context = Context()
        try:
            self.socket = plug.open(self._context, socket_type, self._set_up)
        except BaseException:
            self._context.destroy(0)
            raise
        self._addresses.begin(core_of(self.socket).pattern)

    def _set_up(self, socket: Socket) -> None:
        socket.rcvtimeo = socket.sndtimeo = self._milliseconds
        if self._prepare is not None:
            self._prepare(socket)
        if self._is_verbose:
            Thread(target=tell_events, args=(socket.events(),), daemon=True).start()

    # -- messages ------------------------------------------------------------------------------

    def send(self, frames: Sequence[bytes]) -> None:
        """Send a message.

        Raises:
            TimeoutError: There was no room for it, or nobody to send it to.
        """
        parts = self._addresses.outgoing(frames, self.timeout)
        try:
            self.socket.send_multipart(parts)
        except Again:
            raise TimeoutError(f"nobody took the message within {self.timeout:g} s: {self.who()}") from None

    def receive(self) -> Letter:
        """Return the next message.

        Raises:
            TimeoutError: None has come.
        """
        try:
            letter = Letter.of(self.type, self.socket.recv_multipart(copy=False))
        except Again:
            raise TimeoutError(f"no message within {self.timeout:g} s: {self.who()}") from None
        self._addresses.hear(letter)
        return letter

    def wait_for_subscribers(self, count: int) -> None:
        """Wait until so many have subscribed.

        Raises:
            TimeoutError: They have not.
        """
        wait = self._milliseconds if self.timeout is not None else None
        if not self.socket.wait_for_subscribers(count, timeout=wait):
            raise TimeoutError(f"fewer than {count} subscribers within {self.timeout:g} s: {self.who()}")

    def who(self) -> str:
        """Say which peers there are, for the text of an error."""
        peers = self.socket.peers()
        ready = sum(peer.state == "ready" for peer in peers)
        if ready:
            return f"{ready} peer{'s are' if ready > 1 else ' is'} there"
        absent = ", ".join(self._connects or (peer.endpoint for peer in peers))
        return f"nobody is at {absent} (zerowire doctor tells why)" if absent else "there is no peer"

    # -- the end -------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._drop()
        else:
            self._deliver()

    def _deliver(self) -> None:
        """End when all has gone out, or the time is over."""
        core = core_of(self.socket)
        self.socket.close()
        try:
            if not self._context.term(self.timeout):
                raise TimeoutError(f"not delivered within {self.timeout:g} s: messages, {self._drop()}")
        except KeyboardInterrupt:
            self._drop()
            raise
        if core.lost and self.type not in FREE_TO_LOSE:
            told = "the peer has refused us, or has left (zerowire doctor tells why)"
            raise ConnectionError(f"not delivered: messages, {core.lost}: {told}")

    def _drop(self) -> int:
        """End at once; return how many messages were left."""
        core = core_of(self.socket)
        self.socket.close(0)
        with core.lock:
            left = int(core.unsent)
            core.abandon()
        self._context.term()
        return left


def tell_events(events: EventStream) -> None:
    """Say what happens to the links of a socket, until it is closed."""
    with events:
        for event in events:
            complain(str(event))
