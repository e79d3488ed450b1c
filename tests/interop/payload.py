"""Messages as JSON, for the talk between the tests and the peer's process."""

from __future__ import annotations

from typing import Any

LARGE = 65536


def pattern(size: int) -> bytes:
    """Return octets in which nothing can be lost or moved unnoticed, unless 251 of them at a time."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def to_json(value: Any) -> Any:
    """Return what json.dumps takes: octets as {"octets": text}, or {"pattern": size} for long ones."""
    if isinstance(value, bytes):
        if len(value) > LARGE and value == pattern(len(value)):
            return {"pattern": len(value)}
        return {"octets": value.decode("latin-1")}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {"options": {name: to_json(item) for name, item in value.items()}}
    return value


def from_json(value: Any) -> Any:
    """Undo to_json."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "octets" in value:
        return value["octets"].encode("latin-1")
    if "pattern" in value:
        return pattern(value["pattern"])
    return {name: from_json(item) for name, item in value["options"].items()}
