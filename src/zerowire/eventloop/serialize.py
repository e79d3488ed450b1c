"""Sending objects through a stream."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from json import dumps
from typing import Any

OnSend = Callable[[Sequence[Any], Any], Any]


class Serialized:
    """The methods of a stream that convert. Further arguments and errors are those of send()."""

    def send(
        self,
        msg: Any,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: OnSend | None = None,
        **kwargs: Any,
    ) -> None:
        """Send one frame."""
        raise NotImplementedError

    def send_string(
        self,
        u: str,
        flags: int = 0,
        encoding: str = "utf-8",
        callback: OnSend | None = None,
        **kwargs: Any,
    ) -> None:
        """Send text as one frame.

        Raises:
            TypeError: It is not str.
        """
        if not isinstance(u, str):
            raise TypeError(f"send_string() takes str, not {type(u).__name__}")
        self.send(u.encode(encoding), flags, callback=callback, **kwargs)

    send_unicode = send_string

    def send_json(self, obj: Any, flags: int = 0, callback: OnSend | None = None, **kwargs: Any) -> None:
        """Send an object as JSON in UTF-8, in one frame."""
        self.send(dumps(obj).encode(), flags, callback=callback, **kwargs)

    def send_pyobj(
        self,
        obj: Any,
        flags: int = 0,
        protocol: int = -1,
        callback: OnSend | None = None,
        **kwargs: Any,
    ) -> None:
        """Send any Python object, pickled, in one frame; the protocol is pickle's, -1 its newest."""
        self.send(pickle.dumps(obj, protocol), flags, callback=callback, **kwargs)
