"""What bind() and connect() return, and how their errors read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire.error import ZMQError, zmq_error

if TYPE_CHECKING:
    from types import TracebackType

    from zerowire.api.socket import Socket


class SocketContext:
    """Takes a bind() or connect() back at the end of a with statement."""

    def __init__(self, socket: Socket, kind: str, endpoint: str) -> None:
        self._socket = socket
        self._kind = kind
        self._endpoint = endpoint

    def __enter__(self) -> Socket:
        return self._socket

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket.closed:
            return
        if self._kind == "bind":
            self._socket.unbind(self._endpoint)
        else:
            self._socket.disconnect(self._endpoint)

    def __repr__(self) -> str:
        return f"<SocketContext({self._kind}={self._endpoint!r})>"


def endpoint_text(addr: str | bytes) -> str:
    """Return an endpoint as text.

    Raises:
        TypeError: It is neither str nor bytes.
    """
    if isinstance(addr, bytes):
        return addr.decode()
    if isinstance(addr, str):
        return addr
    raise TypeError(f"an endpoint is str, not {type(addr).__name__}: {addr!r}")


def at_endpoint(error: ZMQError, text: str) -> ZMQError:
    """Return the same error with a text that names the endpoint."""
    message = str(error)
    if text not in message:
        message += f" (addr={text!r})"
    return zmq_error(error.errno or 0, message)
