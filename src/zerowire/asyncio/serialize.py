"""Sending and receiving objects in an event loop: the conversions of the blocking methods."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from zerowire.api.serialize import Serialized, check_key
from zerowire.asyncio.conversions import Convert, to_bytes, to_frames, to_list
from zerowire.engine.returned import Receipt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zerowire.api.tracker import MessageTracker

T = TypeVar("T")


class Received:
    """Stands for a socket that has just what was received; the blocking methods convert it."""

    def __init__(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def recv(self, flags: int = 0) -> bytes:
        """Return the frame."""
        return to_bytes(self._receipt)

    def recv_multipart(self, flags: int = 0, copy: bool = True) -> list[Any]:
        """Return the frames."""
        return to_list(self._receipt) if copy else to_frames(self._receipt, track=False)


class AsyncSerialized:
    """The methods of a socket that convert. Flags and errors are those of send() and recv().

    What cannot be converted is gone, and awaiting it raises what the conversion has raised.
    Arguments are those of the blocking methods.
    """

    if TYPE_CHECKING:  # these return what send() does

        def send_serialized(
            self, msg: T, serialize: Callable[[T], Any], *args: Any, **kwargs: Any
        ) -> Sent: ...
        def send_string(self, u: str, *args: Any, **kwargs: Any) -> Sent: ...
        def send_unicode(self, u: str, *args: Any, **kwargs: Any) -> Sent: ...
        def send_json(self, obj: Any, flags: int = 0, **kwargs: Any) -> Sent: ...
        def send_array(self, a: Any, flags: int = 0, copy: bool = True, track: bool = False) -> Sent: ...
        def send_pyobj(self, obj: Any, *args: Any, **kwargs: Any) -> Sent: ...

    def _take_or_wait(self, whole: bool, how: Convert | None, flags: int) -> Future[Any]:
        raise NotImplementedError

    def _convert(
        self, whole: bool, method: Callable[..., T], flags: int, *args: Any, **kwargs: Any
    ) -> Future[T]:
        def convert(receipt: Receipt) -> T:
            return method(Received(receipt), *args, **kwargs)

        return self._take_or_wait(whole, convert, flags)

    def recv_serialized(
        self, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> Future[T]:
        """Receive a message and return what a function makes of it."""
        return self._convert(True, Serialized.recv_serialized, flags, deserialize, copy=copy)

    def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> Future[str]:
        """Receive one frame as text."""
        return self._convert(False, Serialized.recv_string, flags, encoding=encoding)

    recv_unicode = recv_string

    def recv_json(self, flags: int = 0, **kwargs: Any) -> Future[Any]:
        """Receive one frame of JSON."""
        return self._convert(False, Serialized.recv_json, flags, **kwargs)

    def recv_array(self, flags: int = 0, copy: bool = True) -> Future[NDArray[Any]]:
        """Receive what send_array() sends."""
        return self._convert(True, Serialized.recv_array, flags, copy=copy)

    def recv_pyobj(self, flags: int = 0, *, key: bytes | None = None) -> Future[Any]:
        """Receive one frame and unpickle it. See the warning of the blocking method.

        Raises:
            ValueError: The key is too short. At once.
            TypeError: The key is not bytes. At once.
        """
        if key is not None:
            check_key(key)
        return self._convert(False, Serialized.recv_pyobj, flags, key=key)


if TYPE_CHECKING:
    Sent = Future[MessageTracker | None]
