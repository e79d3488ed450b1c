"""CURVE keys: made, and taken from options. Needs PyNaCl, so it is loaded when it is asked for."""

from __future__ import annotations

from typing import NamedTuple

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]  # has no stubs

from zerowire.constants import Errno
from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.zmtp.mechanism import boxes

if not hasattr(lib, "crypto_box_easy_afternm"):
    raise ImportError("this PyNaCl is older than 1.6")


class KeyPair(NamedTuple):
    """32 octets each."""

    public: bytes
    secret: bytes


def fill(octets: bytearray) -> None:
    """Fill with octets that nobody can foretell; without a copy of them anywhere else."""
    lib.randombytes(ffi.from_buffer(octets), len(octets))


def new_pair() -> KeyPair:
    """Return a new key pair."""
    secret = bytes(boxes.new_key(fill))
    return KeyPair(public_key(secret), secret)


def public_key(secret: bytes) -> bytes:
    """Return the public key that belongs to a secret one."""
    return boxes.public_key(secret)


def own_pair(settings: Settings) -> KeyPair:
    """Return the key pair that the options have; a public key may be left out.

    Raises:
        ZMQError: EINVAL: there is no secret key, or the public one belongs to another.
    """
    secret = settings.curve_secretkey
    if not secret:
        raise zmq_error(Errno.EINVAL, "CURVE_SECRETKEY is not set, and CURVE needs it")
    return KeyPair(public_key(secret), secret)


def client_pair(settings: Settings) -> KeyPair:
    """Return the key pair of a client, which says who it is by its public key.

    Raises:
        ZMQError: As own_pair(); also when the public key belongs to another secret one.
    """
    pair = own_pair(settings)
    if settings.curve_publickey not in (b"", pair.public):
        raise zmq_error(Errno.EINVAL, "CURVE_PUBLICKEY is not the one that belongs to CURVE_SECRETKEY")
    return pair


def server_key(settings: Settings) -> bytes:
    """Return the key by which a client knows its server.

    Raises:
        ZMQError: EINVAL: it is not set.
    """
    if not settings.curve_serverkey:
        raise zmq_error(
            Errno.EINVAL,
            "CURVE_SERVERKEY is not set, and a client of CURVE needs it; servers set CURVE_SERVER",
        )
    return settings.curve_serverkey
