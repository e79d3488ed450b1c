"""Names for text and octets from the days of Python 2. Deprecated: use str and bytes."""

from __future__ import annotations

import warnings
from builtins import bytes  # noqa: UP029  # a name of this module, too

unicode = str
basestring = (str,)


def cast_bytes(s: str | bytes, encoding: str = "utf8", errors: str = "strict") -> bytes:
    """Return text as octets, and octets as they are. Deprecated.

    Raises:
        TypeError: It is neither.
    """
    _warn_deprecated("cast_bytes", "str.encode")
    if isinstance(s, bytes):
        return s
    if isinstance(s, str):
        return s.encode(encoding, errors)
    raise TypeError(f"must be str or bytes, not {s!r}")


def cast_unicode(s: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """Return octets as text, and text as it is. Deprecated.

    Raises:
        TypeError: It is neither.
    """
    _warn_deprecated("cast_unicode", "bytes.decode")
    if isinstance(s, bytes):
        return s.decode(encoding, errors)
    if isinstance(s, str):
        return s
    raise TypeError(f"must be str or bytes, not {s!r}")


def _warn_deprecated(name: str, instead: str) -> None:
    warnings.warn(
        f"zmq.utils.strtypes.{name}() is deprecated, use {instead}()", DeprecationWarning, stacklevel=3
    )


b = asbytes = cast_bytes
u = cast_unicode

__all__ = ["asbytes", "b", "basestring", "bytes", "cast_bytes", "cast_unicode", "u", "unicode"]
