"""All socket types, by number."""

from __future__ import annotations

from zerowire.constants import Errno, SocketType
from zerowire.error import zmq_error
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.dealer import Dealer
from zerowire.patterns.pair import Pair
from zerowire.patterns.pub import Pub
from zerowire.patterns.pull import Pull
from zerowire.patterns.push import Push
from zerowire.patterns.rep import Rep
from zerowire.patterns.req import Req
from zerowire.patterns.router import Router
from zerowire.patterns.stream import Stream
from zerowire.patterns.sub import Sub
from zerowire.patterns.xpub import XPub
from zerowire.patterns.xsub import XSub

PATTERNS: dict[SocketType, type[Pattern]] = {
    pattern.socket_type: pattern
    for pattern in (Pair, Pub, Sub, Req, Rep, Dealer, Router, Pull, Push, XPub, XSub, Stream)
}


def make_pattern(socket_type: SocketType, settings: Settings, seed: int) -> Pattern:
    """Return a new pattern of this socket type.

    Raises:
        ZMQError: EINVAL if there is no such type.
    """
    pattern = PATTERNS.get(socket_type)
    if pattern is None:
        raise zmq_error(Errno.EINVAL, f"socket type {socket_type!r} is not available")
    return pattern(settings, seed)
