"""Setting and getting a socket's options: its own, its type's, and those that are facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zerowire import options
from zerowire.constants import Errno, SocketOption
from zerowire.error import zmq_error
from zerowire.options import Option, octets
from zerowire.transport.endpoint import encode

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore


def set_option(core: SocketCore, number: int, value: Any) -> None:
    """Set an option. Called with the lock held.

    Raises:
        TypeError: The value is not of the option's type.
        ZMQError: EINVAL when there is no such option, or the value is out of range.
    """
    row = TOPICS.get(number) or own_row(core, number)
    if row is not None:
        if not core.pattern.set_option(number, options.checked(row, value)):
            told = f"{row.name} cannot be set on a {core.type.name} socket: it is for SUB"
            raise zmq_error(Errno.EINVAL, told)
        return
    options.set_option(core.settings, number, value)
    if number in (SocketOption.SNDHWM, SocketOption.RCVHWM):
        core.update_hwm()


def get_option(core: SocketCore, number: int) -> Any:
    """Return an option: an int, or octets. Called with the lock held.

    Raises:
        ZMQError: EINVAL when there is no such option, or it can only be set.
    """
    fact = FACTS.get(number)
    if fact is not None:
        return fact(core)
    row = TOPICS.get(number) or own_row(core, number)
    if row is not None and not row.readable:
        raise zmq_error(Errno.EINVAL, f"{row.name} can be set only")
    value = core.pattern.get_option(number)
    if value is not None:
        return value if row is None else row.external(value)
    return options.get_option(core.settings, number)


def own_row(core: SocketCore, number: int) -> Option | None:
    """Return the row of an option that only this socket type knows."""
    for row in core.pattern.options:
        if row.number == number:
            return row
    return None


TOPICS: dict[int, Option] = {
    row.number: row
    for row in (
        octets(SocketOption.SUBSCRIBE, b"", doc="Receive messages that begin with this."),
        octets(SocketOption.UNSUBSCRIBE, b"", doc="Take one SUBSCRIBE back."),
    )
}

FACTS: dict[int, Any] = {
    SocketOption.TYPE: lambda core: int(core.type),
    SocketOption.EVENTS: lambda core: int(core.events()) | int(core.incoming.has_next),
    SocketOption.FD: lambda core: core.fileno(),
    SocketOption.LAST_ENDPOINT: lambda core: encode(core.last_endpoint),
    SocketOption.MECHANISM: lambda core: int(core.settings.mechanism),
    SocketOption.THREAD_SAFE: lambda core: int(core.pattern.lone_frames),
}
