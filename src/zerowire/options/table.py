"""The options that all socket types share, a row each, and the numbers that are refused."""

from __future__ import annotations

from zerowire.constants import NormMode, SocketOption
from zerowire.options.checks import (
    add_credential,
    add_filter,
    add_properties,
    address_filter,
    credential,
    opposite,
    property_pair,
)
from zerowire.options.option import (
    INT64_MAX,
    INT_MAX,
    UINT64_MAX,
    Accepts,
    Kind,
    Option,
    boolean,
    computed,
    integer,
    octets,
    switch,
    text,
)
from zerowire.options.security import SECURITY

MS = "milliseconds"
FOR_EVER = "for ever"
SYSTEM = "as the system has it"

IDENTITY = (
    octets(SocketOption.ROUTING_ID, b"", low=1, high=255, readable=True, doc="The id announced to peers."),
    octets(
        SocketOption.CONNECT_ROUTING_ID,
        b"",
        low=1,
        high=255,
        doc="The id of the peer that is connected next.",
    ),
    Option(
        SocketOption.METADATA,
        Kind.BYTES,
        {},
        check=property_pair,
        join=add_properties,
        readable=False,
        doc="A property to announce to peers; each set adds one.",
    ),
)

QUEUES = (
    integer(SocketOption.SNDHWM, 0, INT_MAX, 1000, live=True, unit="messages", special="no limit",
            doc="How many messages may wait for one peer."),
    integer(SocketOption.RCVHWM, 0, INT_MAX, 1000, live=True, unit="messages", special="no limit",
            doc="How many messages from one peer may wait for the application."),
    switch(SocketOption.CONFLATE, False, doc="Keep only the last message."),
    switch(SocketOption.IMMEDIATE, False, doc="Queue messages only for peers that are connected."),
    integer(SocketOption.MAXMSGSIZE, -1, INT64_MAX, -1, kind=Kind.INT64, unit="octets", special="no limit",
            doc="The largest frame that a peer may send before it is disconnected."),
)  # fmt: skip

TIMES = (
    integer(SocketOption.LINGER, -1, INT_MAX, -1, live=True, unit=MS, special=FOR_EVER,
            doc="How long messages may wait to be sent after close()."),
    integer(SocketOption.RCVTIMEO, -1, INT_MAX, -1, live=True, unit=MS, special=FOR_EVER,
            doc="How long recv() waits."),
    integer(SocketOption.SNDTIMEO, -1, INT_MAX, -1, live=True, unit=MS, special=FOR_EVER,
            doc="How long send() waits."),
    integer(SocketOption.RECONNECT_IVL, -1, INT_MAX, 100, unit=MS, special="never",
            doc="How long to wait before connecting again."),
    integer(SocketOption.RECONNECT_IVL_MAX, 0, INT_MAX, 0, unit=MS, special="the interval does not grow",
            doc="The limit for the interval that grows with each attempt to connect."),
    integer(SocketOption.RECONNECT_STOP, 0, 7, 0, doc="Which failures end reconnecting: ReconnectStop."),
    integer(SocketOption.HANDSHAKE_IVL, 0, INT_MAX, 30000, unit=MS, special="no limit",
            doc="How long a handshake may last."),
    integer(SocketOption.HEARTBEAT_IVL, 0, INT_MAX, 0, unit=MS, special="off",
            doc="How often to send a PING."),
    integer(SocketOption.HEARTBEAT_TTL, 0, 6553599, 0, unit=MS, rounded=100,
            doc="After how much silence the peer shall drop the connection; counted in tenths of a second."),
    integer(SocketOption.HEARTBEAT_TIMEOUT, 0, INT_MAX, -1, unit=MS,
            doc="How long to wait for an answer to a PING; HEARTBEAT_IVL until it is set."),
    integer(SocketOption.CONNECT_TIMEOUT, 0, INT_MAX, 0, unit=MS, special=SYSTEM,
            doc="How long connecting may last."),
)  # fmt: skip

NETWORK = (
    switch(SocketOption.IPV6, False, doc="Use IPv6 as well as IPv4."),
    switch(SocketOption.IPV4ONLY, True, attribute="ipv6", join=opposite, show=lambda ipv6: not ipv6,
           doc="The opposite of IPV6; deprecated."),
    integer(SocketOption.BACKLOG, 0, INT_MAX, 100, doc="How many peers may wait to be accepted."),
    integer(SocketOption.SNDBUF, -1, INT_MAX, -1, unit="octets", special=SYSTEM,
            doc="The system's send buffer."),
    integer(SocketOption.RCVBUF, -1, INT_MAX, -1, unit="octets", special=SYSTEM,
            doc="The system's receive buffer."),
    integer(SocketOption.TOS, 0, INT_MAX, 0, doc="The type of service of IP packets."),
    integer(SocketOption.PRIORITY, 0, INT_MAX, 0, doc="The priority of packets within the system."),
    integer(SocketOption.BUSY_POLL, 0, INT_MAX, 0, unit="microseconds", special="off",
            doc="How long the system polls the device for packets."),
    integer(SocketOption.TCP_KEEPALIVE, -1, 1, -1, special=SYSTEM,
            doc="Whether the system probes idle links."),
    integer(SocketOption.TCP_KEEPALIVE_CNT, -1, INT_MAX, -1, special=SYSTEM,
            doc="How many unanswered probes end a link."),
    integer(SocketOption.TCP_KEEPALIVE_IDLE, -1, INT_MAX, -1, unit="seconds", special=SYSTEM,
            doc="How long a link is idle before it is probed."),
    integer(SocketOption.TCP_KEEPALIVE_INTVL, -1, INT_MAX, -1, unit="seconds", special=SYSTEM,
            doc="How long to wait between probes."),
    integer(SocketOption.TCP_MAXRT, 0, INT_MAX, 0, unit=MS, special=SYSTEM,
            doc="How long octets may stay unacknowledged before the link is given up."),
    Option(SocketOption.TCP_ACCEPT_FILTER, Kind.STRING, (), check=address_filter, join=add_filter,
           nullable=True, readable=False, doc="Addresses to accept; each set adds one, empty clears."),
    *(
        Option(number, Kind.INT, frozenset(), check=credential, join=add_credential, nullable=True,
               readable=False, doc=f"{whose} to accept on ipc; each set adds one, None clears.")
        for number, whose in (
            (SocketOption.IPC_FILTER_UID, "Users"),
            (SocketOption.IPC_FILTER_GID, "Groups"),
            (SocketOption.IPC_FILTER_PID, "Processes"),
        )
    ),
    text(SocketOption.BINDTODEVICE, high=16, nullable=True, doc="The network device to use."),
    integer(SocketOption.USE_FD, -1, INT_MAX, -1, special="none", doc="A listening descriptor for bind()."),
    integer(SocketOption.IN_BATCH_SIZE, 1, INT_MAX, 8192, unit="octets", doc="How much to read at once."),
    integer(SocketOption.OUT_BATCH_SIZE, 1, INT_MAX, 8192, unit="octets", doc="How much to write at once."),
    boolean(SocketOption.LOOPBACK_FASTPATH, False, accepts=Accepts.ANY, readable=True,
            doc="Accepted for compatibility; a shortcut of Windows."),
    integer(SocketOption.AFFINITY, 0, UINT64_MAX, 0, kind=Kind.UINT64,
            doc="Accepted for compatibility; a set of I/O threads."),
)  # fmt: skip

MULTICAST = (
    integer(SocketOption.RATE, 1, INT_MAX, 100, unit="kbit/s", doc="How fast a publisher sends to a group."),
    integer(SocketOption.RECOVERY_IVL, 0, INT_MAX, 10000, unit=MS,
            doc="For how long, at RATE, packets are kept to be sent again, or to wait for those missing."),
    integer(SocketOption.MULTICAST_HOPS, 1, 255, 1, doc="How many networks packets to a group may cross."),
    integer(SocketOption.MULTICAST_MAXTPDU, 1, 65535, 1500, unit="octets",
            doc="The largest packet to a group, headers included."),
    boolean(SocketOption.MULTICAST_LOOP, True, accepts=Accepts.ANY, readable=True,
            doc="Whether listeners on this machine hear what is sent to a group."),
)  # fmt: skip

WSS = (
    Option(SocketOption.WSS_KEY_PEM, Kind.STRING, "", readable=False, is_secret=True,
           doc="The key of WSS_CERT_PEM, as text in PEM."),
    Option(SocketOption.WSS_CERT_PEM, Kind.STRING, "", readable=False,
           doc="The certificate that a server shows, and those that vouch for it, as text in PEM."),
    Option(SocketOption.WSS_TRUST_PEM, Kind.STRING, "", readable=False,
           doc="The certificates that a client trusts, as text in PEM."),
    Option(SocketOption.WSS_HOSTNAME, Kind.STRING, "", readable=False,
           doc="The name in the certificate of the server; empty for the host of the endpoint."),
    boolean(SocketOption.WSS_TRUST_SYSTEM, False, doc="Trust those whom the system trusts, as well."),
)  # fmt: skip

FACTS = (
    computed(SocketOption.TYPE, doc="The socket type."),
    computed(SocketOption.RCVMORE, doc="Whether more frames of the message follow."),
    computed(SocketOption.FD, Kind.FD, doc="A descriptor that is readable when there is something to do."),
    computed(SocketOption.EVENTS, doc="What is possible now: POLLIN, POLLOUT."),
    computed(SocketOption.LAST_ENDPOINT, Kind.STRING, doc="The endpoint last bound or connected."),
    computed(SocketOption.THREAD_SAFE, doc="Whether the socket type is one of those without frames."),
)


def _later(what: str, kind: Kind, *rows: tuple[SocketOption, object]) -> tuple[Option, ...]:
    """Make rows of options that have no effect yet: number, default."""
    return tuple(
        Option(number, kind, default, unavailable=f"{what} is not available yet", doc=f"Of {what}; later.")
        for number, default in rows
    )


SOCKS, NORM = "a SOCKS proxy", "the norm transport"
VMCI = "the vmci transport"

LATER = (
    *_later(SOCKS, Kind.STRING, (SocketOption.SOCKS_PROXY, ""), (SocketOption.SOCKS_USERNAME, ""),
            (SocketOption.SOCKS_PASSWORD, "")),
    *_later(NORM, Kind.INT, (SocketOption.NORM_MODE, NormMode.CC), (SocketOption.NORM_BUFFER_SIZE, 2048),
            (SocketOption.NORM_SEGMENT_SIZE, 1400), (SocketOption.NORM_BLOCK_SIZE, 16),
            (SocketOption.NORM_NUM_PARITY, 4), (SocketOption.NORM_NUM_AUTOPARITY, 0)),
    *_later(NORM, Kind.BOOL, (SocketOption.NORM_UNICAST_NACK, False), (SocketOption.NORM_PUSH, False)),
    *_later(VMCI, Kind.UINT64, (SocketOption.VMCI_BUFFER_SIZE, 0), (SocketOption.VMCI_BUFFER_MIN_SIZE, 0),
            (SocketOption.VMCI_BUFFER_MAX_SIZE, 0)),
    *_later(VMCI, Kind.INT, (SocketOption.VMCI_CONNECT_TIMEOUT, -1)),
)  # fmt: skip

SOCKET_OPTIONS: dict[int, Option] = {
    int(row.number): row
    for row in (*IDENTITY, *QUEUES, *TIMES, *NETWORK, *MULTICAST, *SECURITY, *WSS, *FACTS, *LATER)
}

REFUSED: dict[int, str] = {
    SocketOption.HWM: "set SNDHWM and RCVHWM instead",
    SocketOption.BLOCKY: "set it on the context",
}
