"""What can be wrong with an endpoint, and what to do about each."""

from __future__ import annotations

from enum import Enum

from zerowire.error import ZMQBaseError


class Fault(Enum):
    """A fault, as `--json` names it, and what to do."""

    MALFORMED = "malformed endpoint", "write scheme://address, as in tcp://127.0.0.1:5555 or ipc:///tmp/feed"
    INPROC = "inproc", "inproc joins sockets of one context only; use ipc or tcp between processes"
    TRANSPORT = "transport", "use tcp or ipc: what is said there can be examined"
    NAME = "name", "check the spelling, /etc/hosts and the name server; an address needs none of them"
    REFUSED = (
        "refused",
        "start the program that binds here, or check port and address; what is bound to "
        "127.0.0.1 cannot be reached from other machines",
    )
    UNREACHABLE = "unreachable", "check the network, the address, and the route to it"
    SILENT_NETWORK = (
        "no answer",
        "a firewall may drop the packets, or the machine is off; open the port, or try from the "
        "machine itself",
    )
    NO_PATH = (
        "no such path",
        "start the program that binds it, and compare the paths: a relative one begins in the "
        "folder of each program",
    )
    NOT_A_SOCKET = "not a socket", "this file is something else; bind and connect to another path"
    PERMISSION = (
        "no permission",
        "run as the user who owns the socket, or let that one change the mode of the file or of its folder",
    )
    STALE = (
        "stale socket file",
        "the program that bound it is gone; start it again, and it takes the file over",
    )
    FOREIGN = (
        "not ZMTP",
        "the port belongs to another program; check host and port, and for a proxy in between",
    )
    NEVER_GREETS = (
        "no greeting",
        "the port belongs to another program, or the peer hangs: look at its process",
    )
    CLOSED_EARLY = (
        "closed before a greeting",
        "the peer turns our address away (TCP_ACCEPT_FILTER, IPC_FILTER_...), has no "
        "descriptors left, or a proxy in front of it has lost it",
    )
    MECHANISM = (
        "mechanism",
        "use the peer's mechanism: for CURVE pass --server-key, for PLAIN --user and "
        "--password, for NULL neither",
    )
    OLD = "old version", "update its library: from libzmq 4 on there are mechanisms and heartbeats"
    ROLES = (
        "two clients",
        "one of both must be the server: set CURVE_SERVER or PLAIN_SERVER on the side that binds",
    )
    SERVER_KEY = (
        "server key",
        "get the server's public key anew: --server-key does not belong to its secret key",
    )
    DENIED = "denied", "ask who runs the peer to let us in; its authenticator has refused us"
    DENIED_KEY = (
        "client key denied",
        "put our public key where the peer looks for those it allows, or pass another --key",
    )
    DENIED_USER = "user denied", "check user name and password with whoever runs the peer"
    NO_AUTHENTICATOR = (
        "no authenticator",
        "libzmq lets nobody in with PLAIN before a ZAP handler runs: start an authenticator there",
    )
    TYPES = "socket types", "use a socket type that fits"
    NO_HANDSHAKE = (
        "no handshake",
        "the peer has greeted and said no more: its authenticator may hang; look at its process",
    )
    CLOSED = "closed in the handshake", "the peer has given no reason; its monitor may (HANDSHAKE_FAILED_...)"
    BROKEN = "protocol broken", "the peer does not keep to ZMTP; check which library it has"
    NO_HEARTBEAT = (
        "no heartbeat",
        "the peer is stuck, or its library ignores PING; HEARTBEAT_IVL on our side would end "
        "the connection again and again",
    )

    @property
    def label(self) -> str:
        """A few words."""
        return self.value[0]

    @property
    def advice(self) -> str:
        """What to do."""
        return self.value[1]


class Found(ZMQBaseError):
    """A fault was found: what and where."""

    def __init__(self, fault: Fault, text: str, advice: str = "") -> None:
        super().__init__(text)
        self.fault = fault
        self.advice = advice or fault.advice
