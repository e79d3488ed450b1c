"""Who may use udp, and how: RADIO connects, DISH and DGRAM bind (features 2.6)."""

from __future__ import annotations

from errno import EINVAL
from typing import TYPE_CHECKING, cast

from zerowire.constants import Errno, SecurityMechanism, SocketType
from zerowire.engine.datagrams import Addressed, Form, Grouped
from zerowire.engine.udp_link import UdpLink
from zerowire.error import zmq_error
from zerowire.transport.endpoint import Endpoint
from zerowire.transport.udp import TRANSPORT

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore
    from zerowire.patterns.draft.radio import Radio

VERBS = {SocketType.RADIO: "connect", SocketType.DISH: "bind", SocketType.DGRAM: "bind"}


def bind(core: SocketCore, where: Endpoint) -> UdpLink:
    """Listen at an endpoint; start() must follow.

    Raises:
        ZMQError: ENOCOMPATPROTO for a socket type that does not listen for datagrams; EINVAL for an
            address or an option that does not fit, or a DGRAM that is bound already; ENODEV,
            EADDRINUSE, EADDRNOTAVAIL and others.
    """
    _check(core, where, "bind")
    settings = core.settings.copy()
    is_dgram = core.type == SocketType.DGRAM
    if is_dgram and core.pipes:
        bound = next(iter(core.pipes)).endpoint
        raise zmq_error(
            EINVAL, f"a DGRAM has one endpoint, and this one is bound to {bound}: unbind it first"
        )
    socket = TRANSPORT.bind(where.address, settings)
    limit = settings.maxmsgsize
    form: Form = Addressed(socket.family, limit) if is_dgram else Grouped(socket.target, limit)
    return UdpLink(core, str(where), socket, settings, form, sends=is_dgram, hears=True)


def connect(core: SocketCore, where: Endpoint) -> UdpLink:
    """Send to an endpoint; start() must follow.

    Raises:
        ZMQError: ENOCOMPATPROTO for a socket type other than RADIO; EINVAL for an address or an
            option that does not fit; ENODEV and others.
    """
    _check(core, where, "connect")
    settings = core.settings.copy()
    socket = TRANSPORT.connect(where.address, settings)
    form = Grouped(socket.target, settings.maxmsgsize)
    return UdpLink(core, str(where), socket, settings, form, sends=True, hears=False)


def _check(core: SocketCore, where: Endpoint, verb: str) -> None:
    """Raise ZMQError unless this socket may use udp in this way."""
    if VERBS.get(core.type) != verb:
        told = "udp is for RADIO, which connects, and DISH and DGRAM, which bind"
        raise zmq_error(Errno.ENOCOMPATPROTO, f"{told}: {core.type.name} cannot {verb} to {where}")
    if core.settings.mechanism != SecurityMechanism.NULL:
        told = f"{where} can be neither encrypted nor authenticated, and the socket shall use "
        raise zmq_error(EINVAL, f"{told}{core.settings.mechanism.name}; take another socket for it")


def begin(link: UdpLink) -> None:
    """Start a link, and have a RADIO send everything to it (RADIO-4)."""
    link.start()
    if link.core.type == SocketType.RADIO:
        cast("Radio", link.core.pattern).subscribe_to_all(link.pipe)
