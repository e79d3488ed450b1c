"""Context and Socket for greenlets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from gevent import get_hub

from zerowire.api import context, socket
from zerowire.api.blocking import deadline_of
from zerowire.api.bound import SocketContext, endpoint_text
from zerowire.api.connecting import wait_for_peer
from zerowire.api.messaging import DONTWAIT, SNDMORE
from zerowire.api.parts import address, check_parts, make_part, tracker_of
from zerowire.api.poller import milliseconds
from zerowire.constants import Errno, PollEvent
from zerowire.engine.socket import RECEIVE, SEND
from zerowire.error import Again, zmq_error
from zerowire.green import waiting
from zerowire.green.asking import ask
from zerowire.green.events import Readiness
from zerowire.green.poll import poll_one
from zerowire.message import Frame, Part

if TYPE_CHECKING:
    from zerowire.api.tracker import MessageTracker

T = TypeVar("T")


class Socket(socket.Socket):
    """A ZeroMQ socket whose calls let other greenlets run while they wait.

    Greenlets may share it: each message is sent and received whole, by one of them, if it is sent
    with send_multipart(). So may threads. RCVTIMEO and SNDTIMEO hold, and gevent.Timeout and
    kill() end a wait; no message is lost then.
    """

    def send(
        self,
        data: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
    ) -> MessageTracker | None:
        """Send one frame. Arguments, result and errors are those of zerowire.Socket.send()."""
        if flags & DONTWAIT:
            return super().send(data, flags, copy, track, routing_id, group)
        part = make_part(data, copy, track, self.copy_threshold)
        if routing_id is not None or group is not None:
            part = address(part, routing_id, group)
        attempt = super().send
        return self._send_by(lambda: attempt(part, flags | DONTWAIT, copy, track), part)

    def send_multipart(
        self,
        msg_parts: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send a message, whole or not at all. Arguments, result and errors are zerowire.Socket's."""
        if flags & DONTWAIT:
            return super().send_multipart(msg_parts, flags, copy, track, **kwargs)
        parts = check_parts(msg_parts, copy, track, self.copy_threshold)
        if kwargs:
            parts = [address(part, **kwargs) for part in parts]
        if self._core.sends_parts or flags & SNDMORE:
            for part in parts[:-1]:
                self.send(part, flags | SNDMORE, copy, track)
            self.send(parts[-1], flags, copy, track)
            return None if copy else tracker_of(parts, track)
        attempt = super().send_multipart
        return self._send_by(lambda: attempt(parts, flags | DONTWAIT, copy, track), parts[0])

    if not TYPE_CHECKING:  # zerowire.Socket has overloads for these

        def recv(self, flags: int = 0, copy: bool = True, track: bool = False) -> bytes | Frame:
            """Receive one frame. Arguments and errors are those of zerowire.Socket.recv()."""
            if flags & DONTWAIT:
                return super().recv(flags, copy, track)
            attempt = super().recv
            return self._receive_by(lambda: attempt(flags | DONTWAIT, copy, track))

        def recv_multipart(
            self, flags: int = 0, copy: bool = True, track: bool = False
        ) -> list[bytes] | list[Frame]:
            """Receive a whole message. Arguments and errors are those of zerowire.Socket's."""
            if flags & DONTWAIT:
                return super().recv_multipart(flags, copy, track)
            attempt = super().recv_multipart
            return self._receive_by(lambda: attempt(flags | DONTWAIT, copy, track))

        def request(self, msg: Any, timeout: float | None = None, retries: int = 0) -> bytes | list[bytes]:
            """Send a request and return the reply to it. Arguments and errors are zerowire.Socket's."""
            return ask(self._core, msg, timeout, retries)

    def connect(self, addr: str | bytes, *, wait: float | None = None) -> SocketContext:
        """Connect to an endpoint. Arguments, result and errors are those of zerowire.Socket.connect()."""
        connected = super().connect(addr)
        if wait is not None:
            with self._core.lock:
                wait_for_peer(self._core, endpoint_text(addr), milliseconds(wait), waiting.until)
        return connected

    def _send_by(self, attempt: Callable[[], T], first: Part) -> T:
        """Try to send a message until there is room, or the time is over."""
        core = self._core
        deadline = deadline_of(core.settings.sndtimeo)
        while True:
            with suppress(Again):
                return attempt()
            with core.lock:
                core.enter()
                waiting.wait(core, SEND, deadline, core.outgoing.complete(first))

    def _receive_by(self, attempt: Callable[[], T]) -> T:
        """Try to receive until a message has come, or the time is over."""
        core = self._core
        deadline = deadline_of(core.settings.rcvtimeo)
        while True:
            with suppress(Again):
                return attempt()
            with core.lock:
                core.enter()
                waiting.wait(core, RECEIVE, deadline)

    def _wait_until(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        core = self._core
        with core.lock:
            core.enter()
            return waiting.until(core, condition, milliseconds(timeout))

    def poll(self, timeout: float | None = None, flags: int = PollEvent.POLLIN) -> int:
        """Wait until the socket is ready. Arguments, result and errors are zerowire.Socket's."""
        if self.closed:
            raise zmq_error(Errno.ENOTSUP, "the socket is closed")
        return poll_one(self._core, flags, milliseconds(timeout))

    @property
    def events(self) -> Readiness:
        """What the socket is ready for, and, called, what happens to its links: see zerowire.Socket."""
        return cast(Readiness, Readiness.of(self))

    def __repr__(self) -> str:
        return super().__repr__().replace(f"{__name__}.Socket", "zmq.green.Socket", 1)


class Context(context.Context):
    """Where sockets for greenlets live. term() and destroy() let other greenlets run, too."""

    _instance = None  # Context.instance() is not that of zerowire.Context
    _socket_class = Socket

    if TYPE_CHECKING:

        def socket(
            self, socket_type: int, socket_class: type[socket.Socket] | None = None, **kwargs: Any
        ) -> Socket: ...

    def term(self, timeout: float | None = None) -> bool:
        """End the context. Arguments and result are those of zerowire.Context.term()."""
        if not self.closed:
            core = self._core
            core.shutdown()
            if not get_hub().threadpool.apply(core.await_sockets, (timeout,)):
                return False
        return super().term(timeout)

    def __repr__(self) -> str:
        return super().__repr__().replace(f"{__name__}.Context", "zmq.green.Context", 1)
