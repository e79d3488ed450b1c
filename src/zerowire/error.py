"""What can go wrong.

    ZMQBaseError
        ZMQError                    an errno; what programs catch
            Again                   EAGAIN: would have to wait
            ContextTerminated       ETERM
            ConnectFailed           connect(wait=...): why there is no peer
            InterruptedSystemCall   EINTR; an InterruptedError too
        ZMQBindError                no free port was found
        NotDone                     the time to wait for a tracker is over
        ProtocolError               ZMTP was violated; .code is the monitor's number
            LocalProtocolError      by the caller
            RemoteProtocolError     by the peer
    ZMQVersionError                 the feature needs another version
    DraftFDWarning

A ZMQError is not an OSError. Make one with zmq_error(), which knows the subclasses.
"""

from __future__ import annotations

from contextvars import ContextVar
from os import strerror as _system_text

from zerowire.constants import Errno

__all__ = [
    "Again",
    "ConnectFailed",
    "ContextTerminated",
    "DraftFDWarning",
    "InterruptedSystemCall",
    "LocalProtocolError",
    "NotDone",
    "ProtocolError",
    "RemoteProtocolError",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
    "strerror",
    "zmq_errno",
    "zmq_error",
]

EINTR = 4  # on every system; ZeroMQ has no name for it

TEXTS: dict[int, str] = {
    Errno.EFSM: "Operation cannot be accomplished in current state",
    Errno.ENOCOMPATPROTO: "The protocol is not compatible with the socket type",
    Errno.ETERM: "Context was terminated",
    Errno.EMTHREAD: "No thread available",
    Errno.EHOSTUNREACH: "Host unreachable",
}

_last_errno: ContextVar[int] = ContextVar("last_errno", default=0)  # every thread has its own


def strerror(errno: int) -> str:
    """Return the text for an error number."""
    return TEXTS.get(errno) or _system_text(errno)


def zmq_errno() -> int:
    """Return the number of the last ZMQError that was made in this thread; 0 if there was none."""
    return _last_errno.get()


class ZMQBaseError(Exception):
    """Base of all errors that are not of Python's own kinds."""


class ZMQError(ZMQBaseError):
    """A call failed; `errno` says why, `strerror` says it in words.

    Args:
        errno: One of Errno or of the system's numbers; None takes zmq_errno().
        msg: The words; None takes strerror(errno).
    """

    errno: int | None
    strerror: str

    def __init__(self, errno: int | None = None, msg: str | None = None) -> None:
        number = zmq_errno() if errno is None else int(errno)
        _last_errno.set(number)
        self.errno = number
        self.strerror = strerror(number) if msg is None else msg

    def __str__(self) -> str:
        return self.strerror

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strerror!r})"


class Again(ZMQError):
    """The call would have to wait, and was told not to.

    Raised for NOBLOCK, and when SNDTIMEO or RCVTIMEO runs out.
    """

    def __init__(self, errno: int | None = Errno.EAGAIN, msg: str | None = None) -> None:
        super().__init__(Errno.EAGAIN, msg)


class ContextTerminated(ZMQError):
    """The socket's context was terminated; close the socket, so that term() can return."""

    def __init__(self, errno: int | None = Errno.ETERM, msg: str | None = None) -> None:
        super().__init__(Errno.ETERM, msg)


class ConnectFailed(ZMQError):
    """A connect() that waited for its peer has none: the text says which end refused, and why.

    The errno is EACCES when the peer did not let us in, ETIMEDOUT when the time ran out,
    ECONNREFUSED when nobody listens there, ECONNRESET when the peer left without a word, and
    EPROTO for a mechanism, a key or a socket type that does not fit.
    """


class InterruptedSystemCall(ZMQError, InterruptedError):  # type: ignore[misc]  # strerror is never None here
    """A signal interrupted a call that is not repeated."""

    def __init__(self, errno: int | None = EINTR, msg: str | None = None) -> None:
        super().__init__(EINTR, msg)


class ZMQBindError(ZMQBaseError):
    """No port could be bound in as many tries as were allowed."""


class NotDone(ZMQBaseError):
    """A message was not sent completely within the time allowed."""


class ProtocolError(ZMQBaseError):
    """ZMTP was violated.

    Args:
        message: What was violated, and by what value.
        code: The number that a monitor reports, one of PROTOCOL_ERROR_...; 0 for none.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])


class LocalProtocolError(ProtocolError):
    """The caller asked for what the protocol does not allow."""


class RemoteProtocolError(ProtocolError):
    """The peer broke the protocol, or refused us.

    Args:
        message, code: As for ProtocolError.
        status: 300, 400 or 500 if the peer's ZAP handler refused, else None.
    """

    def __init__(self, message: str, code: int = 0, status: int | None = None) -> None:
        super().__init__(message, code)
        self.status = status


class ZMQVersionError(NotImplementedError):
    """A feature needs a later version of ZeroMQ."""

    def __init__(self, min_version: str, msg: str = "Feature") -> None:
        super().__init__(min_version, msg)
        self.min_version = min_version
        self.msg = msg

    def __str__(self) -> str:
        return f"{self.msg} needs ZeroMQ {self.min_version} or later"


class PlaintextWarning(UserWarning):
    """A password goes, or has come, over a network on which others can read it."""


class DraftFDWarning(RuntimeWarning):
    """The descriptor of a thread-safe socket is an imitation."""

    def __init__(self, msg: str = "") -> None:
        super().__init__(msg or "the FD of a thread-safe socket is an imitation, and costs more")


_KINDS: dict[int, type[ZMQError]] = {
    Errno.EAGAIN: Again,
    Errno.ETERM: ContextTerminated,
    EINTR: InterruptedSystemCall,
}


def zmq_error(errno: int, msg: str | None = None) -> ZMQError:
    """Return the exception for an error number, of the class that fits it."""
    return _KINDS.get(errno, ZMQError)(errno, msg)
