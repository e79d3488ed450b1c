"""Curve: CURVE for a socket in one line, without a ZAP handler."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from zerowire.api.library import curve_keypair
from zerowire.auth.base import KeyFolder, decide_by, keys_in, named
from zerowire.options import z85

if TYPE_CHECKING:
    from zerowire.api.socket import Socket
    from zerowire.zmtp.zap import Request

__all__ = ["Curve"]

ANY = "any"

KeyFile: TypeAlias = str | os.PathLike[str]
Check: TypeAlias = Callable[[bytes], bool | str | None]


@dataclass(frozen=True)
class Curve:
    """Who a socket is, and whom it trusts, in keys: all traffic is encrypted.

    On the server, which its clients know by its public key:

        Curve.server("server.key_secret", allow="clients").apply(socket)

    On each client:

        Curve.client(Path("server.key"), "me.key_secret").apply(socket)

    apply() comes before bind() and connect(). One Curve may serve many sockets.

    Attributes:
        public_key, secret_key: Whose the socket is, as Z85.
        server_key: Whom a client trusts, as Z85; None on a server.
        check: Whom a server trusts; None on a client.
    """

    public_key: bytes
    secret_key: bytes = field(repr=False)
    server_key: bytes | None = None
    check: Check | None = field(default=None, repr=False)

    @classmethod
    def server(cls, keyfile: KeyFile, allow: KeyFile | Check) -> Curve:
        """Return what makes a socket a server.

        Args:
            keyfile: The file of its secret key.
            allow: Whom to trust: a folder of public keys, which is looked at again when it has
                changed; or a callable that gets a key, 40 characters of Z85 as bytes, and returns
                whether to trust it, or what the peer's User-Id shall be instead of the key (a
                coroutine function lets nobody in; give that to Socket.authenticate); or
                "any": everybody who knows the server's key. A folder of that name is "./any".

        Raises:
            OSError: A file, or the folder, cannot be read.
            ValueError: There is no secret key in the file.
        """
        public_key, secret_key = _pair_in(keyfile)
        return cls(public_key, secret_key, check=_check_for(allow))

    @classmethod
    def client(cls, server_key: str | bytes | os.PathLike[str], keyfile: KeyFile | None = None) -> Curve:
        """Return what makes a socket a client.

        Args:
            server_key: The server's public key, 40 characters of Z85; or a Path of its file.
            keyfile: The file of the client's own secret key; None makes a new pair of keys, for
                servers that allow anybody.

        Raises:
            OSError: A file cannot be read.
            ValueError: There is no such key in it, or the key does not have 40 characters of Z85.
        """
        public_key, secret_key = curve_keypair() if keyfile is None else _pair_in(keyfile)
        return cls(public_key, secret_key, _public_key(server_key))

    def apply(self, socket: Socket) -> None:
        """Set a socket's options so. It counts for endpoints that are bound or connected from now on."""
        socket.curve_publickey = self.public_key
        socket.curve_secretkey = self.secret_key
        if self.server_key is None:
            socket.curve_server = True
            decide_by(socket, self.authenticate)
        else:
            socket.curve_serverkey = self.server_key

    def authenticate(self, request: Request) -> bool | str:
        """Say whether a peer may connect, and as whom. Called for each, in place of a ZAP handler."""
        key = z85.encode(request.credentials[0])
        return named(self.check is not None and self.check(key), key.decode())


def _pair_in(keyfile: KeyFile) -> tuple[bytes, bytes]:
    keys = keys_in(Path(keyfile))
    if b"secret" not in keys:
        raise ValueError(f"no secret key in {keyfile}: it is in the file that ends in .key_secret")
    return keys[b"public"], keys[b"secret"]


def _public_key(key: str | bytes | os.PathLike[str]) -> bytes:
    if isinstance(key, os.PathLike):
        return keys_in(Path(key))[b"public"]
    text = key.encode() if isinstance(key, str) else key
    if len(text) != 40:
        raise ValueError(f"a CURVE key has 40 characters of Z85, not {len(text)}: name its file with a Path")
    z85.decode(text)
    return text


def _check_for(allow: KeyFile | Check) -> Check:
    if callable(allow):
        return allow
    if allow == ANY:
        return lambda key: True
    return KeyFolder(allow).__contains__
