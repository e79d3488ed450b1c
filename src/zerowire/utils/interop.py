"""Addresses as other libraries hand them over."""

from __future__ import annotations

from typing import Any


def cast_int_addr(n: Any) -> int:
    """Return an address as an int.

    Args:
        n: An int, or a pointer of cffi.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(n, int):
        return n
    try:
        from cffi import FFI
    except ImportError:  # then it is no pointer of cffi
        pass
    else:
        if isinstance(n, FFI.CData):
            return int(FFI().cast("size_t", n))
    raise ValueError(f"an address is an int or a pointer of cffi, not {n!r}")


__all__ = ["cast_int_addr"]
