"""Send and receive objects instead of octets: text, JSON, arrays, pickles, or what a function makes of them.

json, pickle and the like are imported where they are used: to load them takes longer than to
open a socket, and many programs send octets alone.

A pickle with a key is a frame of 32 octets, HMAC-SHA256 with that key of what follows them
behind PURPOSE, and the pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from zerowire import api

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zerowire.api.messages import Messages, T
    from zerowire.api.tracker import MessageTracker

SHORTEST_KEY = 16  # octets
SIGNATURE_SIZE = 32
PURPOSE = b"zerowire pickle 1:"  # so that what is signed with the same key for another purpose is no pickle


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

    def send_array(
        self: Messages, a: Any, flags: int = 0, copy: bool = True, track: bool = False
    ) -> MessageTracker | None:
        """Send a numpy array, in two frames: what it is, and its elements.

        The format is made for other languages too; zerowire.api.arrays describes it.

        Args:
            a: The array, or what numpy makes one of. If it is not contiguous it is copied.
            flags: As for send_multipart().
            copy: False sends the elements from where they lie, if they are many: do not
                change them before the tracker is done.
            track: Return a tracker; only with copy=False.

        Raises:
            TypeError: Its elements are Python objects, or of a kind that only numpy knows.
            ImportError: numpy is not installed.
        """
        return self.send_multipart(api.arrays.frames_of_array(a), flags, copy, track)

    def recv_array(self: Messages, flags: int = 0, copy: bool = True) -> NDArray[Any]:
        """Receive what send_array() sends: two frames, or the last two of a message.

        Args:
            flags: As for recv_multipart().
            copy: False returns a view of what was received, which cannot be changed.

        Raises:
            ValueError: The message is no array. It is gone.
            ImportError: numpy is not installed.
        """
        array = api.arrays.array_of_frames(self.recv_multipart(flags, copy=False))
        return array.copy(order="K") if copy else array

    def send_pyobj(
        self: Messages,
        obj: Any,
        flags: int = 0,
        protocol: int | None = None,
        *,
        key: bytes | None = None,
        **kwargs: Any,
    ) -> MessageTracker | None:
        """Send any Python object, pickled, in one frame. See the warning of recv_pyobj().

        Warning: a key does not hide the object from whoever can read the wire.

        Args:
            obj: The object.
            flags: As for send().
            protocol: Of pickle; None for its default.
            key: A secret of at least 16 octets, secrets.token_bytes(32) say, that the receiver
                has too: the pickle is signed with it. None sends it unsigned.
            **kwargs: For send().

        Raises:
            ValueError: The key is too short.
            TypeError: The key is not bytes.
        """
        import pickle

        if key is None:
            return self.send(pickle.dumps(obj, protocol), flags, **kwargs)
        check_key(key)
        return self.send(sign(pickle.dumps(obj, protocol), key), flags, **kwargs)

    def recv_pyobj(self: Messages, flags: int = 0, *, key: bytes | None = None) -> Any:
        """Receive one frame and unpickle it.

        Warning: a pickle can run any code when it is read. Without a key, call this only where
        nobody but peers that you trust can reach the socket: authenticated, or on the same
        machine. With a key, only who knows the key can make such a pickle; whoever reads the
        wire can still send one again, to you or to another who has the key, so number the
        objects where that would do harm.

        Args:
            flags: As for recv().
            key: The secret that the sender has signed with. The signature is checked before
                anything is unpickled. None unpickles whatever comes.

        Raises:
            ValueError: The frame is not signed with this key; it is gone, and was not
                unpickled. Or the key is too short.
            TypeError: The key is not bytes.
        """
        import pickle

        if key is None:
            return pickle.loads(self.recv(flags))
        check_key(key)
        return pickle.loads(verify(self.recv(flags), key))


def check_key(key: bytes) -> None:
    """Refuse what is no key.

    Raises:
        TypeError: It is not bytes.
        ValueError: It is too short.
    """
    if not isinstance(key, bytes):
        raise TypeError(f"a key is bytes, not {type(key).__name__}")
    if len(key) < SHORTEST_KEY:
        least = f"must have {SHORTEST_KEY} or more: secrets.token_bytes(32) makes one"
        raise ValueError(f"the key has {len(key)} octets, {least}")


def sign(pickled: bytes, key: bytes) -> bytes:
    """Return a pickle behind its signature."""
    return signature_of(pickled, key) + pickled


def verify(signed: bytes, key: bytes) -> memoryview:
    """Return a pickle whose signature is right.

    Raises:
        ValueError: It is wrong, or there is none.
    """
    import hmac

    view = memoryview(signed)
    signature, pickled = view[:SIGNATURE_SIZE], view[SIGNATURE_SIZE:]
    if not hmac.compare_digest(signature_of(pickled, key), signature):
        told = f"a frame of {len(signed)} octets is not signed with this key, and was not unpickled"
        raise ValueError(f"{told}: do both sides have the same key?")
    return pickled


def signature_of(pickled: bytes | memoryview, key: bytes) -> bytes:
    """Return what only someone with the key can compute."""
    import hmac

    code = hmac.new(key, PURPOSE, "sha256")
    code.update(pickled)
    return code.digest()
