"""Stand-ins for what a test should not wait for: streams, clocks, peers.

    VirtualClock      a clock that jumps
    MemoryStream      a transport.Stream without a descriptor; stream_pair() makes two that have one
    ConnectionPair    two protocol machines, joined by a pretend link; Config says what each is
    check_transport   whether a transport keeps the promises of transport.base
    check_streams     the same of two streams that are connected

Nothing here needs a test framework: a check that fails raises AssertionError and says why.
May import transport, zmtp, routing, reactor and below.
"""

from __future__ import annotations

from zerowire.testing.checks import check_streams, check_transport
from zerowire.testing.clock import VirtualClock
from zerowire.testing.connection_pair import ConnectionPair, Side
from zerowire.testing.memory_stream import MemoryStream, stream_pair
from zerowire.zmtp.config import Config

__all__ = [
    "Config",
    "ConnectionPair",
    "MemoryStream",
    "Side",
    "VirtualClock",
    "check_streams",
    "check_transport",
    "stream_pair",
]
