"""How an ssh server is written: user@host:port."""

from __future__ import annotations

from getpass import getpass
from typing import NamedTuple, Self


class Server(NamedTuple):
    """An ssh server.

    Attributes:
        user: Who logs in; "" for what the client chooses.
        host: Its name or address.
        port: Its port; None for what the client chooses.
    """

    user: str
    host: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take user@host:port apart; an IPv6 address with a port stands in brackets.

        Raises:
            ValueError: The port is no number.
        """
        user, _, place = text.rpartition("@")
        host, colon, port = place.rpartition(":")
        if not colon or "]" in port or (":" in host and not host.endswith("]")):
            return cls(user, place.strip("[]"), None)
        if not port.isdecimal():
            raise ValueError(f"the ssh server is user@host:port, not {text!r}: the port is a number")
        return cls(user, host.strip("[]"), int(port))


def ask_password(server: str) -> str:
    """Ask who sits at the terminal for the password."""
    return getpass(f"{server}'s password: ")
