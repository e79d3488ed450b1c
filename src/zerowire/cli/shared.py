"""What verbs share, as types of parameters or groups of them: `--json`, endpoints, options, keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EINVAL
from typing import Annotated, TypeAlias

import typer

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.cli.console import complain
from zerowire.cli.security import Security
from zerowire.constants import Errno, SocketOption, SocketType, _OptType
from zerowire.error import ZMQError

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, an object a line.")]
"""The type of a parameter `json`, which every verb has."""

Bind: TypeAlias = Annotated[
    list[str] | None, typer.Option("--bind", "-b", metavar="ENDPOINT", help="Accept peers here; several.")
]
Connect: TypeAlias = Annotated[
    list[str] | None, typer.Option("--connect", "-c", metavar="ENDPOINT", help="Go there; several.")
]
Set: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set an option of the socket, SNDHWM=10 say; several."),
]

UNUSABLE = (EINVAL, Errno.EPROTONOSUPPORT, Errno.ENOCOMPATPROTO)  # no other try would have another end


@dataclass
class Plug:
    """A socket as a command line describes it: endpoints, options, keys."""

    bind: Bind = None
    connect: Connect = None
    set: Set = None
    security: Security = field(default_factory=Security)

    def open(
        self, context: Context, socket_type: SocketType, prepare: Callable[[Socket], None] | None = None
    ) -> Socket:
        """Return the socket, with its endpoints.

        Args:
            context: Where it belongs.
            socket_type: What it is.
            prepare: What else to do with it before it has endpoints.

        Raises:
            typer.BadParameter: There is no endpoint, or a value that cannot be.
            ZMQError: An endpoint is taken, say.
        """
        if not (self.bind or self.connect):
            raise typer.BadParameter("name an endpoint with --bind or --connect: tcp://127.0.0.1:5555, say")
        socket = context.socket(socket_type)
        try:
            self.prepare(socket)
            if prepare is not None:
                prepare(socket)
            self.attach(socket)
        except BaseException:
            socket.close(0)
            raise
        return socket

    def prepare(self, socket: Socket) -> None:
        """Set what has to be set before there are endpoints."""
        for text in self.set or ():
            set_option(socket, text)
        self.security.apply(socket)

    def attach(self, socket: Socket) -> None:
        """Bind and connect; tell where it is bound."""
        try:
            for endpoint in self.bind or ():
                socket.bind(endpoint)
                complain(f"bound to {socket.get_string(SocketOption.LAST_ENDPOINT)}")
            for endpoint in self.connect or ():
                socket.connect(endpoint)
        except ZMQError as error:
            if error.errno in UNUSABLE:
                raise typer.BadParameter(str(error)) from None
            raise


def set_option(socket: Socket, text: str) -> None:
    """Set an option of a socket from `NAME=VALUE`; a value of octets may be 0x and hexadecimal digits.

    Raises:
        typer.BadParameter: There is no such option, or it cannot be that.
    """
    name, equals, value = text.partition("=")
    try:
        option = SocketOption[name.upper()]
    except KeyError:
        raise typer.BadParameter(f"there is no option {name!r}: SNDHWM=10, say") from None
    if not equals:
        raise typer.BadParameter(f"{name} needs a value: {name}=10, say")
    try:
        socket.set(option, octets_of(value) if option._opt_type is _OptType.bytes else number_of(value))
    except (ValueError, TypeError, ZMQError) as error:
        raise typer.BadParameter(f"--set {name}: {error}") from None


def octets_of(value: str) -> bytes:
    """Return what a word of the command line says in octets."""
    return bytes.fromhex(value[2:]) if value.startswith("0x") else value.encode()


def number_of(value: str) -> int:
    """Return the number that a word of the command line says."""
    words = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}
    return words[value.lower()] if value.lower() in words else int(value, 0)
