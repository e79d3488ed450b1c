"""Receiving objects in an event loop; to send them is as it is without one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from zerowire.asyncio.messaging import to_bytes, to_frames, to_list
from zerowire.engine.returned import Receipt

T = TypeVar("T")


class AsyncSerialized:
    """The methods of a socket that convert what it receives. Flags and errors are those of recv().

    What cannot be converted is gone, and awaiting it raises what the conversion has raised.
    """

    def _take_or_wait(self, whole: bool, convert: Callable[[Receipt], T], flags: int) -> Awaitable[T]:
        raise NotImplementedError

    def recv_serialized(
        self, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> Awaitable[T]:
        """Receive a message and return what a function makes of it.

        Args:
            deserialize: Takes the list of frames: bytes, or Frame with copy=False.
            flags: As for recv_multipart().
            copy: As for recv_multipart().
        """

        def convert(receipt: Receipt) -> T:
            return deserialize(to_list(receipt) if copy else to_frames(receipt, False))

        return self._take_or_wait(True, convert, flags)

    def recv_string(self, flags: int = 0, encoding: str = "utf-8") -> Awaitable[str]:
        """Receive one frame as text.

        Raises:
            UnicodeDecodeError: It is not text in this encoding. The frame is gone.
        """
        return self._take_or_wait(False, lambda receipt: to_bytes(receipt).decode(encoding), flags)

    recv_unicode = recv_string

    def recv_json(self, flags: int = 0, **kwargs: Any) -> Awaitable[Any]:
        """Receive one frame of JSON.

        Args:
            flags: As for recv().
            **kwargs: For json.loads().

        Raises:
            ValueError: It is not JSON. The frame is gone.
        """
        import json

        return self._take_or_wait(False, lambda receipt: json.loads(to_bytes(receipt), **kwargs), flags)

    def recv_pyobj(self, flags: int = 0) -> Awaitable[Any]:
        """Receive one frame and unpickle it.

        Warning: a pickle can run any code when it is read. Call this only where nobody but
        peers that you trust can reach the socket: authenticated, or on the same machine.
        """
        import pickle

        return self._take_or_wait(False, lambda receipt: pickle.loads(to_bytes(receipt)), flags)
