"""Endpoints as text: `scheme://address`."""

from __future__ import annotations

import sys
from errno import EINVAL

from zerowire.error import zmq_error

IPC_PATH_MAX = 107 if sys.platform == "linux" else 103  # octets of the path of an ipc endpoint


class Endpoint:
    """A parsed endpoint. What the address means is its transport's affair."""

    __slots__ = ("address", "scheme")

    def __init__(self, scheme: str, address: str) -> None:
        self.scheme = scheme
        self.address = address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Endpoint) and str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]  # the text is what a table wants

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


def parse(text: str) -> Endpoint:
    """Split an endpoint; what follows a NUL is ignored (EP-3).

    Raises:
        ZMQError: EINVAL for a text without `://`, scheme or address.
    """
    text = text.partition("\0")[0]
    scheme, separator, address = text.partition("://")
    if not separator:
        raise zmq_error(
            EINVAL, f"endpoint {text!r} has no '://'; write scheme://address, as in tcp://127.0.0.1:5555"
        )
    if not scheme:
        raise zmq_error(
            EINVAL, f"endpoint {text!r} has no scheme; write it before '://', as in tcp://127.0.0.1:5555"
        )
    if not address:
        raise zmq_error(
            EINVAL, f"endpoint {text!r} has no address; write it after '://', as in tcp://127.0.0.1:5555"
        )
    return Endpoint(scheme, address)


def encode(text: str) -> bytes:
    """Return an endpoint as octets; those of a path that is not UTF-8 are what they were."""
    return text.encode(errors="surrogateescape")
