"""Boxes: libsodium's encryption, in the words of CurveZMQ (RFC 26).

A box is made with a nonce and a key. The key is one that two key pairs have in common, so that
only the owners of the two can make such a box, and open it; or it is a secret of one owner.

Secrets are bytearrays that are wiped when nothing refers to them any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]  # has no stubs

KEY_SIZE = 32
BOX_SIZE = 16  # what a box has more than its content

Octets: TypeAlias = bytes | bytearray | memoryview
Fill: TypeAlias = Callable[[bytearray], object]  # fills it with octets that nobody can foretell

if lib.sodium_init() < 0:
    raise ImportError("libsodium does not start")


class Secret(bytearray):
    """Octets that are overwritten at their end."""

    def __del__(self) -> None:
        lib.sodium_memzero(ffi.from_buffer(self), len(self))


def new_key(fill: Fill) -> Secret:
    """Return a new secret key."""
    key = Secret(KEY_SIZE)
    fill(key)
    return key


def public_key(secret: Octets) -> bytes:
    """Return the public key that belongs to a secret one."""
    public = ffi.new("unsigned char[]", KEY_SIZE)
    lib.crypto_scalarmult_base(public, ffi.from_buffer(secret))
    octets: bytes = ffi.buffer(public)[:]
    return octets


def shared_key(public: Octets, secret: Octets) -> Secret | None:
    """Return what the owners of two key pairs have in common; None if that is no secret."""
    shared = Secret(KEY_SIZE)
    failed = lib.crypto_box_beforenm(
        ffi.from_buffer(shared), ffi.from_buffer(public), ffi.from_buffer(secret)
    )
    return None if failed else shared  # a public key of small order makes keys that all can tell


def close(content: Octets, nonce: bytes, key: Octets) -> bytes:
    """Return a box."""
    box = bytearray(len(content) + BOX_SIZE)
    lib.crypto_box_easy_afternm(
        ffi.from_buffer(box), ffi.from_buffer(content), len(content), nonce, ffi.from_buffer(key)
    )
    return bytes(box)


def opened(box: Octets, nonce: bytes, key: Octets) -> Secret | None:
    """Return what is in a box; None if it was not made with this nonce and key."""
    if len(box) < BOX_SIZE:
        return None
    content = Secret(len(box) - BOX_SIZE)
    failed = lib.crypto_box_open_easy_afternm(
        ffi.from_buffer(content), ffi.from_buffer(box), len(box), nonce, ffi.from_buffer(key)
    )
    return None if failed else content


def same(a: Octets, b: Octets) -> bool:
    """Compare octets in a time that does not depend on where they differ."""
    return len(a) == len(b) and not lib.sodium_memcmp(ffi.from_buffer(a), ffi.from_buffer(b), len(a))
