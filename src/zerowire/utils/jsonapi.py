"""JSON as octets in UTF-8, as Socket.send_json() sends it."""

from __future__ import annotations

import json
from typing import Any

jsonmod = json


def dumps(o: object, **kwargs: Any) -> bytes:
    """Write an object as JSON; keyword arguments are those of json.dumps()."""
    return json.dumps(o, **kwargs).encode()


def loads(s: str | bytes, **kwargs: Any) -> Any:
    """Read an object from JSON; keyword arguments are those of json.loads().

    Raises:
        ValueError: It is no JSON, or no UTF-8.
    """
    return json.loads(s.decode() if isinstance(s, bytes) else s, **kwargs)


__all__ = ["dumps", "loads"]
