"""All socket types, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from zerowire import patterns
from zerowire.constants import Errno, SocketType
from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.patterns.base import Pattern

LOADERS: dict[SocketType, Callable[[], type[Pattern]]] = {
    SocketType.PAIR: lambda: patterns.pair.Pair,
    SocketType.PUB: lambda: patterns.pub.Pub,
    SocketType.SUB: lambda: patterns.sub.Sub,
    SocketType.REQ: lambda: patterns.req.Req,
    SocketType.REP: lambda: patterns.rep.Rep,
    SocketType.DEALER: lambda: patterns.dealer.Dealer,
    SocketType.ROUTER: lambda: patterns.router.Router,
    SocketType.PULL: lambda: patterns.pull.Pull,
    SocketType.PUSH: lambda: patterns.push.Push,
    SocketType.XPUB: lambda: patterns.xpub.XPub,
    SocketType.XSUB: lambda: patterns.xsub.XSub,
    SocketType.STREAM: lambda: patterns.stream.Stream,
    SocketType.SERVER: lambda: patterns.draft.server.Server,
    SocketType.CLIENT: lambda: patterns.draft.client.Client,
    SocketType.RADIO: lambda: patterns.draft.radio.Radio,
    SocketType.DISH: lambda: patterns.draft.dish.Dish,
    SocketType.GATHER: lambda: patterns.draft.gather.Gather,
    SocketType.SCATTER: lambda: patterns.draft.scatter.Scatter,
    SocketType.DGRAM: lambda: patterns.draft.dgram.Dgram,
    SocketType.PEER: lambda: patterns.draft.peer.Peer,
    SocketType.CHANNEL: lambda: patterns.draft.channel.Channel,
}


class Patterns(Mapping[SocketType, type[Pattern]]):
    """The classes by number; each is loaded when it is first asked for."""

    def __getitem__(self, socket_type: SocketType) -> type[Pattern]:
        return LOADERS[socket_type]()

    def __iter__(self) -> Iterator[SocketType]:
        return iter(LOADERS)

    def __len__(self) -> int:
        return len(LOADERS)


PATTERNS = Patterns()


def make_pattern(socket_type: SocketType, settings: Settings, seed: int) -> Pattern:
    """Return a new pattern of this socket type.

    Raises:
        ZMQError: EINVAL if there is no such type.
    """
    pattern = PATTERNS.get(socket_type)
    if pattern is None:
        raise zmq_error(Errno.EINVAL, f"socket type {socket_type!r} is not available")
    return pattern(settings, seed)
