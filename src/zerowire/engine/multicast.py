"""Publishing to a group, and listening to one: what bind() and connect() do for epgm and pgm.

Nobody accepts and nobody connects: a publisher sends to whoever listens, and hears from
them only what they miss. So bind() is equal to connect(), and only PUB, XPUB, SUB and XSUB
can do it (features 2.7).
"""

from __future__ import annotations

from errno import EINVAL
from typing import TYPE_CHECKING, TypeAlias

from zerowire.constants import Errno, SecurityMechanism, SocketType
from zerowire.engine.multicast_publisher import GroupPublisher
from zerowire.engine.multicast_subscriber import GroupSubscriber
from zerowire.error import zmq_error
from zerowire.transport import schemes
from zerowire.transport.endpoint import Endpoint

if TYPE_CHECKING:
    from zerowire.engine.socket import SocketCore

Member: TypeAlias = GroupPublisher | GroupSubscriber

PUBLISHERS = frozenset({SocketType.PUB, SocketType.XPUB})
SUBSCRIBERS = frozenset({SocketType.SUB, SocketType.XSUB})


def join(core: SocketCore, where: Endpoint) -> Member:
    """Make a socket a member of a group; start() must follow.

    Raises:
        ZMQError: ENOCOMPATPROTO for a socket type that neither publishes nor subscribes; EINVAL
            for an address or an option that does not fit; ENODEV, EPERM, EADDRINUSE and others.
    """
    if core.type not in PUBLISHERS | SUBSCRIBERS:
        told = f"{where.scheme} is for PUB, SUB, XPUB and XSUB, not for {core.type.name}"
        raise zmq_error(Errno.ENOCOMPATPROTO, told)
    if core.settings.mechanism != SecurityMechanism.NULL:
        told = f"{where} can be neither encrypted nor authenticated, and the socket shall use "
        raise zmq_error(EINVAL, f"{told}{core.settings.mechanism.name}; take another socket for it")
    publishes = core.type in PUBLISHERS
    settings = core.settings.copy()
    channel = schemes.find_medium(where.scheme).open(where.address, settings, publishes=publishes)
    try:
        return (GroupPublisher if publishes else GroupSubscriber)(core, str(where), channel, settings)
    except BaseException:
        channel.close()
        raise
