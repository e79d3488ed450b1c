"""What a socket says to each new peer before anything else, and what it hears when one has gone.

PROBE_ROUTER makes the peer, a ROUTER, learn of this socket by an empty message;
HELLO_MSG is a message of the application's choice. Both are sent on every new
connection, and so again after a reconnect. HICCUP_MSG and DISCONNECT_MSG are messages
that the application receives itself.
"""

from __future__ import annotations

from itertools import islice

from zerowire.constants import SocketOption
from zerowire.options import boolean, octets
from zerowire.routing.pipe import Pipe

PROBE_ROUTER = boolean(SocketOption.PROBE_ROUTER, False, doc="Send an empty message to each new peer.")
HELLO_MSG = octets(SocketOption.HELLO_MSG, b"", doc="A message to send to each new peer; empty for none.")
HICCUP_MSG = octets(
    SocketOption.HICCUP_MSG,
    b"",
    doc="A message to receive when the connection to a peer is lost; empty for none.",
)
DISCONNECT_MSG = octets(
    SocketOption.DISCONNECT_MSG,
    b"",
    doc="A message to receive when an accepted peer has left; empty for none.",
)


def greet(pipe: Pipe, *, hello: bytes = b"", probe: bool = False) -> None:
    """Queue the greetings before all that waits for the peer, unless they still wait themselves."""
    if not (hello or probe):
        return
    waiting = pipe.outbound.items
    if waiting and waiting.maxlen is not None:  # CONFLATE: what waits is newer, and the only one to stay
        return
    greetings = ([hello] if hello else []) + ([b""] if probe else [])
    if list(islice(waiting, len(greetings))) != greetings:
        for greeting in reversed(greetings):
            pipe.push_command(greeting, first=True)
