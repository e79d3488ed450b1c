"""Send and receive objects instead of octets: text, JSON, pickles, or what a function makes of them.

json and pickle are imported where they are used: to load them takes longer than to open a
socket, and many programs send octets alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from zerowire.api.tracker import MessageTracker

T = TypeVar("T")


class Messages(Protocol):
    """What Serialized stands on."""

    def send(
        self,
        data: Any,
        flags: int = ...,
        copy: bool = ...,
        track: bool = ...,
        routing_id: int | None = ...,
        group: str | None = ...,
    ) -> MessageTracker | None:
        """Send a frame."""

    def recv(self, flags: int = ...) -> bytes:
        """Receive a frame."""

    def send_multipart(
        self, msg_parts: Sequence[Any], flags: int = ..., copy: bool = ..., track: bool = ..., **kwargs: Any
    ) -> MessageTracker | None:
        """Send a message."""

    def recv_multipart(self, flags: int = ..., copy: bool = ...) -> list[Any]:
        """Receive a message."""


class Serialized:
    """The methods of a socket that convert. Flags and errors are those of send() and recv()."""

    def send_serialized(
        self: Messages,
        msg: T,
        serialize: Callable[[T], Sequence[Any]],
        flags: int = 0,
        copy: bool = True,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send what a function makes of an object.

        Args:
            msg: The object.
            serialize: Returns the frames of the message.
            flags: As for send_multipart().
            copy: As for send_multipart().
            **kwargs: For send_multipart().
        """
        return self.send_multipart(serialize(msg), flags, copy, **kwargs)

    def recv_serialized(
        self: Messages, deserialize: Callable[[list[Any]], T], flags: int = 0, copy: bool = True
    ) -> T:
        """Receive a message and return what a function makes of it.

        Args:
            deserialize: Takes the list of frames: bytes, or Frame with copy=False.
            flags: As for recv_multipart().
            copy: As for recv_multipart().
        """
        return deserialize(self.recv_multipart(flags, copy))

    def send_string(
        self: Messages, u: str, flags: int = 0, copy: bool = True, encoding: str = "utf-8", **kwargs: Any
    ) -> MessageTracker | None:
        """Send text as one frame.

        Raises:
            TypeError: It is not str.
        """
        if not isinstance(u, str):
            raise TypeError(f"send_string() takes str, not {type(u).__name__}")
        return self.send(u.encode(encoding), flags, copy, **kwargs)

    send_unicode = send_string

    def recv_string(self: Messages, flags: int = 0, encoding: str = "utf-8") -> str:
        """Receive one frame as text.

        Raises:
            UnicodeDecodeError: It is not text in this encoding. The frame is gone.
        """
        return self.recv(flags).decode(encoding)

    recv_unicode = recv_string

    def send_json(self: Messages, obj: Any, flags: int = 0, **kwargs: Any) -> MessageTracker | None:
        """Send an object as JSON in UTF-8, in one frame.

        Args:
            obj: What json.dumps() can write.
            flags: As for send().
            **kwargs: For json.dumps(), except `routing_id` and `group`, which go to send().
        """
        import json

        addressing = {key: kwargs.pop(key) for key in ("routing_id", "group") if key in kwargs}
        return self.send(json.dumps(obj, **kwargs).encode(), flags, **addressing)

    def recv_json(self: Messages, flags: int = 0, **kwargs: Any) -> Any:
        """Receive one frame of JSON.

        Args:
            flags: As for recv().
            **kwargs: For json.loads().

        Raises:
            ValueError: It is not JSON. The frame is gone.
        """
        import json

        return json.loads(self.recv(flags), **kwargs)

    def send_pyobj(
        self: Messages, obj: Any, flags: int = 0, protocol: int | None = None, **kwargs: Any
    ) -> MessageTracker | None:
        """Send any Python object, pickled, in one frame. See the warning of recv_pyobj().

        Args:
            obj: The object.
            flags: As for send().
            protocol: Of pickle; None for its default.
            **kwargs: For send().
        """
        import pickle

        return self.send(pickle.dumps(obj, protocol), flags, **kwargs)

    def recv_pyobj(self: Messages, flags: int = 0) -> Any:
        """Receive one frame and unpickle it.

        Warning: a pickle can run any code when it is read. Call this only where nobody but
        peers that you trust can reach the socket: authenticated, or on the same machine.
        """
        import pickle

        return pickle.loads(self.recv(flags))
