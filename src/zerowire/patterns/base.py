"""What a socket type must provide.

A Pattern moves messages between the application and its pipes by the rules of one
socket type. It never waits, does no I/O and has no lock: its owner calls it under
the socket's lock and waits on its behalf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from zerowire.constants import Errno, SocketType
from zerowire.error import ZMQError, zmq_error
from zerowire.message import Message, Part
from zerowire.options import Option, Settings
from zerowire.routing.pipe import Pipe


class Pattern:
    """The behaviour of one socket type. As it stands it neither sends nor receives."""

    __slots__ = ("_last_pipe", "dropped", "seed", "settings")

    socket_type: ClassVar[SocketType] = SocketType.PAIR
    peers: ClassVar[frozenset[SocketType]] = frozenset()  # the socket types that it may talk to
    options: ClassVar[tuple[Option, ...]] = ()  # rows that only this socket type knows
    sends: ClassVar[bool] = True  # whether the application may send
    default_linger: ClassVar[int | None] = None  # where it is not the default of all
    lone_frames: ClassVar[bool] = False  # a message has one frame, so SNDMORE is refused (SOCK-3)
    frames_a_message: ClassVar[int] = 0  # complete after so many, whatever SNDMORE says; 0: SNDMORE decides

    def __init__(self, settings: Settings, seed: int) -> None:
        """Args:
        settings: The socket's options; live, so that a later set is seen.
        seed: A random 32-bit number, for generated routing ids and request ids.
        """
        self.settings = settings
        self.seed = seed
        self._last_pipe: Pipe | None = None
        self.dropped = 0  # messages that the socket type dropped by contract
        for row in self.options:
            if row.writable:
                setattr(self, row.attribute, row.default)

    @property
    def last_pipe(self) -> Pipe | None:
        """Whom the message last received came from."""
        return self.came_from()

    def came_from(self) -> Pipe | None:
        """Return last_pipe; compiled callers find a method sooner than a property."""
        return self._last_pipe

    @property
    def is_raw(self) -> bool:
        """Whether its connections carry plain octets instead of ZMTP."""
        return False

    # -- peers ----------------------------------------------------------------------------

    def attach(self, pipe: Pipe) -> None:
        """Begin to use a pipe.

        A pipe of an accepted or inproc peer comes with its routing id known. One that
        was made by connect(), marked as `connecting`, comes before there is a peer;
        on_identified() follows.

        Raises:
            ZMQError: EINVAL if the routing id that was assigned to the pipe is in use.
        """
        raise NotImplementedError

    def detach(self, pipe: Pipe) -> None:
        """Stop sending to a pipe; messages that wait in it can still be received.

        Idempotent, and harmless for a pipe that was never attached (one refused by
        attach(), say). The owner calls it when the peer is gone or disconnect() was called.
        """
        raise NotImplementedError

    def on_identified(self, pipe: Pipe) -> None:
        """The peer of a connected pipe has completed its handshake; pipe.routing_id is set.

        Called for the first connection and, as the pipe outlives it, after each reconnect.
        """

    def on_lost(self, pipe: Pipe) -> None:
        """The connection under a pipe is lost, after its handshake.

        The pipe of a connected peer stays and waits for the next connection; for any other
        one detach() follows. Not called when the connection is given up on purpose.
        """

    def on_reconnected(self, pipe: Pipe) -> None:
        """A connected pipe has a new connection after having lost one (a hiccup).

        Called before anything is taken from the pipe for the new connection.
        """

    # -- the pipe's observer ---------------------------------------------------------------

    def on_readable(self, pipe: Pipe) -> None:
        """Messages have come."""

    def on_writable(self, pipe: Pipe) -> None:
        """The pipe has room again."""

    def on_closed(self, pipe: Pipe) -> None:
        """The other end has left."""
        self.on_lost(pipe)
        self.detach(pipe)

    # -- messages --------------------------------------------------------------------------

    def check_send(self, first: Part) -> bool:
        """Return whether a message that begins with this frame could be sent now.

        Called for the first frame of a message that the application hands over frame by
        frame, so that it fails or waits there and not at the last frame.

        Raises:
            ZMQError: What send() would raise: ENOTSUP, EFSM, EHOSTUNREACH.
        """
        if not self.sends:
            raise self._unsupported("send")
        return self.can_send()

    def send(self, message: Message) -> bool:
        """Route a whole message; False in the mute state (the caller may wait and retry).

        Raises:
            ZMQError: ENOTSUP for a type that does not send, EFSM out of turn,
                EHOSTUNREACH or EINVAL for an address that cannot be reached.
        """
        raise self._unsupported("send")

    def receive(self) -> Message | None:
        """Take the next message for the application, or None when there is none.

        Sets last_pipe.

        Raises:
            ZMQError: ENOTSUP for a type that does not receive, EFSM out of turn.
        """
        raise self._unsupported("receive")

    def sender(self) -> Callable[[Message], bool]:
        """Return what to call to send: send(), or what it does without the step between."""
        return self.send

    def receiver(self) -> Callable[[], Message | None]:
        """Return what to call to receive: receive(), or what it does without the step between."""
        return self.receive

    def can_send(self) -> bool:
        """Whether send() would succeed now (POLLOUT). Raises nothing."""
        return False

    def can_receive(self) -> bool:
        """Whether receive() would return a message now (POLLIN). Raises nothing."""
        return False

    def count_subscribers(self, topic: bytes | None) -> int:
        """Return how many peers a message that begins with a topic would go to; None: to any topic.

        Raises:
            ZMQError: ENOTSUP unless the socket type publishes.
        """
        raise self._unsupported("publish")

    # -- options ---------------------------------------------------------------------------

    def set_option(self, number: int, value: Any) -> bool:
        """Take an option that this socket type treats itself; False if it does not know it.

        The value has passed the check of its row: one of `options`, or a shared row
        (SUBSCRIBE, say) that the owner offers here first.

        Raises:
            ZMQError: EINVAL when the option does not fit the present state.
        """
        for row in self.options:
            if row.number == number:
                setattr(self, row.attribute, value)
                return True
        return False

    def get_option(self, number: int) -> Any:
        """Return the value of one of `options`, or what is computed here; None if it is neither."""
        for row in self.options:
            if row.number == number:
                return getattr(self, row.attribute)
        return None

    def _unsupported(self, verb: str) -> ZMQError:
        told = f"a {self.socket_type.name} socket does not {verb}"
        if verb != "publish":
            told += f"; {verb} with {' or '.join(sorted(peer.name for peer in self.peers))}"
        return zmq_error(Errno.ENOTSUP, told)
