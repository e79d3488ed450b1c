"""ZMTP, the protocol between two sockets, without any I/O.

Octets go in, messages and events come out, and the other way round. Nothing here
opens a socket, starts a thread, reads a clock or draws a random number.

    connection     one connection's whole life; start here
    raw            the same interface for a stream that speaks no ZMTP
    websocket      the same for one that begins with HTTP
    greeting       which version, which mechanism
    mechanism      the handshake that follows a ZMTP 3 greeting
    framing        messages as octets (ZMTP 2.0 and later); legacy: ZMTP 1.0
    command metadata socket_type heartbeat      what the handshake and traffic talk about

May import: message, error, constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.zmtp import connection as connection
    from zerowire.zmtp import legacy as legacy
    from zerowire.zmtp import raw as raw
    from zerowire.zmtp import sealed as sealed
    from zerowire.zmtp import subscription as subscription
    from zerowire.zmtp import websocket as websocket
else:
    __getattr__ = later(__name__, "connection", "legacy", "raw", "sealed", "subscription", "websocket")
