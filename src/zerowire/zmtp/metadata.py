"""Property lists: what peers tell of themselves in a handshake (NULL-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from zerowire.zmtp.violation import Violation

USUAL_SIZE = 256  # octets; peers of one kind mostly say the same, and what they say is short
KNOWN = {name.lower(): name for name in ("Socket-Type", "Identity", "Resource")}  # in any case (RFC 23)


def encode(properties: Iterable[tuple[str, bytes]]) -> bytes:
    """Return properties as octets."""
    return b"".join(_property(name.encode("utf-8"), value) for name, value in properties)


def _property(name: bytes, value: bytes) -> bytes:
    return b"".join((bytes((len(name),)), name, len(value).to_bytes(4, "big"), value))


def decode(data: bytes) -> Mapping[str, bytes]:
    """Return the properties in `data`; of two with one name the first counts (META-2).

    Raises:
        RemoteProtocolError: The list ends within a property.
    """
    return _decode_again(data) if len(data) <= USUAL_SIZE else _decode(data)


def _decode(data: bytes) -> Mapping[str, bytes]:
    properties: dict[str, bytes] = {}
    position = 0
    while position < len(data):
        value_at = position + 1 + data[position] + 4
        name = data[position + 1 : value_at - 4]
        end = value_at + int.from_bytes(data[value_at - 4 : value_at], "big")
        if value_at > len(data) or end > len(data):
            raise Violation.INVALID_METADATA.found(f"metadata ends within the property {name!r}")
        if not name:
            raise Violation.INVALID_METADATA.found("metadata has a property without a name")
        text = name.decode("latin-1")
        properties.setdefault(KNOWN.get(text.lower(), text), data[value_at:end])
        position = end
    return MappingProxyType(properties)


_decode_again = lru_cache(maxsize=64)(_decode)


def as_text(value: bytes) -> str:
    """Return a property's value as messages show it; octets that are not UTF-8 can be had back."""
    return value.decode("utf-8", "surrogateescape")
