"""Plain: PLAIN for a socket in one line, without a ZAP handler."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from zerowire.api.exposure import is_near
from zerowire.auth.base import decide_by, knows, named
from zerowire.error import PlaintextWarning

if TYPE_CHECKING:
    from zerowire.api.socket import Socket
    from zerowire.zmtp.zap import Request

__all__ = ["Plain", "PlaintextWarning"]

EXPOSED = "a password has come from {} in the clear: whoever is on the way can use it. CURVE shows no secret"
Check: TypeAlias = Callable[[str, str], bool | str | None]


@dataclass(frozen=True)
class Plain:
    """Names and passwords. Nothing is encrypted: whoever sees the traffic sees them.

    On the server:

        Plain.server({"joe": "secret"}).apply(socket)

    On each client:

        Plain.client("joe", "secret").apply(socket)

    apply() comes before bind() and connect(). One Plain may serve many sockets.

    Attributes:
        user, password: Who a client is; empty on a server.
        check: Whom a server trusts; None on a client.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    check: Check | None = field(default=None, repr=False)

    @classmethod
    def server(cls, check: Mapping[str, str] | Check) -> Plain:
        """Return what makes a socket a server.

        Args:
            check: Passwords by user name, which may change at any time; or a callable that gets a
                user name and a password, and returns whether to trust the peer, or what its User-Id
                shall be instead of the name; a coroutine function lets nobody in.
        """
        return cls(check=check if callable(check) else partial(knows, check))

    @classmethod
    def client(cls, user: str, password: str) -> Plain:
        """Return what makes a socket a client.

        Raises:
            ValueError: One of them has more than 255 octets, or there is no name.
        """
        for text in (user, password):
            if len(text.encode()) > 255:
                raise ValueError(
                    f"a user name and a password have at most 255 octets, not {len(text.encode())}"
                )
        if not user:
            raise ValueError("a user name has at least one character")
        return cls(user, password)

    def apply(self, socket: Socket) -> None:
        """Set a socket's options so. It counts for endpoints that are bound or connected from now on."""
        if self.check is not None:
            socket.plain_server = True
            decide_by(socket, self.authenticate)
        else:
            socket.plain_username = self.user.encode()
            socket.plain_password = self.password.encode()

    def authenticate(self, request: Request) -> bool | str:
        """Say whether a peer may connect, and as whom. Called for each, in place of a ZAP handler."""
        address = request.address.decode(errors="replace")
        if not is_near(address):
            warnings.warn(PlaintextWarning(EXPOSED.format(address)), stacklevel=2)
        user, password = (text.decode(errors="replace") for text in request.credentials)
        return named(self.check is not None and self.check(user, password), user)
