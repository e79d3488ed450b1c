"""Whose turn it is, where client and server take turns in a handshake: PLAIN and CURVE.

A state is named after the command that comes next, whoever says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import TypeVar

from zerowire.zmtp import command
from zerowire.zmtp.violation import Violation


class Client(Enum):
    """Where the client stands."""

    HELLO = auto()  # has to say HELLO
    WELCOME = auto()  # waits for WELCOME
    INITIATE = auto()  # has to say INITIATE
    READY = auto()  # waits for READY
    DONE = auto()  # messages may flow


class Server(Enum):
    """Where the server stands."""

    HELLO = auto()  # waits for HELLO
    WELCOME = auto()  # has to say WELCOME
    INITIATE = auto()  # waits for INITIATE
    READY = auto()  # has to say READY
    AUTHENTICATION = auto()  # somebody decides about the client
    DONE = auto()  # messages may flow


CLIENT: dict[Client, set[Client]] = {
    Client.HELLO: {Client.WELCOME},
    Client.WELCOME: {Client.INITIATE},
    Client.INITIATE: {Client.READY},
    Client.READY: {Client.DONE},
    Client.DONE: set(),
}

SERVER: dict[Server, set[Server]] = {
    Server.HELLO: {Server.WELCOME, Server.AUTHENTICATION},  # PLAIN knows the client now,
    Server.WELCOME: {Server.INITIATE},
    Server.INITIATE: {Server.READY, Server.AUTHENTICATION},  # CURVE only now
    Server.AUTHENTICATION: {Server.WELCOME, Server.READY},
    Server.READY: {Server.DONE},
    Server.DONE: set(),
}

State = TypeVar("State", bound=Enum)


def moved(table: Mapping[State, set[State]], before: State, after: State) -> State:
    """Return the state after a change, which the table must know."""
    assert after in table[before], (before, after)
    return after


def expect(body: bytes, state: Client | Server) -> bytes:
    """Return the data of a command, which must be the one that a state is named after.

    Raises:
        RemoteProtocolError: It is another command, or an ERROR from the server.
    """
    return data_of(body, state.name.encode(), heeds_error=isinstance(state, Client))


def data_of(body: bytes, name: bytes, *, heeds_error: bool) -> bytes:
    """Return the data of a command, which must have this name.

    Raises:
        RemoteProtocolError: It is another command, or an ERROR that is to be heeded.
    """
    parts = command.split(body)
    if parts is None:
        raise Violation.MALFORMED_COMMAND.found("handshake command without a whole name")
    found, data = parts
    if found == command.ERROR and heeds_error:
        raise command.refusal(data)
    if found != name:
        raise Violation.UNEXPECTED_COMMAND.found(f"expected {name.decode()}, not {found!r}")
    return data
