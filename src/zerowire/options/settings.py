"""The values of one socket's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from zerowire.constants import Errno, SecurityMechanism, SocketOption
from zerowire.error import zmq_error
from zerowire.options.limits import Limits
from zerowire.options.option import Option, checked, refusal
from zerowire.options.security import Security
from zerowire.options.table import REFUSED, SOCKET_OPTIONS


class Settings:
    """The options that all socket types share, as users set them: times in milliseconds.

    What the class has are the defaults. Containers are replaced, never changed, so that a
    copy stays as it was taken.
    """

    affinity: int = 0
    authenticate: Callable[[Any], Any] | None = None  # no option: decides about peers in place of ZAP
    backlog: int = 100
    bindtodevice: str = ""
    busy_poll: int = 0
    conflate: bool = False
    connect_routing_id: bytes = b""
    connect_timeout: int = 0
    handshake_ivl: int = 30000
    curve_publickey: bytes = b""
    curve_secretkey: bytes = b""
    curve_serverkey: bytes = b""
    gssapi_plaintext: bool = False
    gssapi_principal: str = ""
    gssapi_principal_nametype: int = 0
    gssapi_service_principal: str = ""
    gssapi_service_principal_nametype: int = 0
    heartbeat_ivl: int = 0
    heartbeat_timeout: int = -1
    heartbeat_ttl: int = 0
    immediate: bool = False
    in_batch_size: int = 8192
    ipc_filter_gid: frozenset[int] = frozenset()
    ipc_filter_pid: frozenset[int] = frozenset()
    ipc_filter_uid: frozenset[int] = frozenset()
    ipv6: bool = False
    limits: Limits = Limits()  # no option: what strangers may cost
    linger: int = -1
    loopback_fastpath: bool = False
    maxmsgsize: int = -1
    metadata: Mapping[str, bytes] = {}
    multicast_hops: int = 1
    multicast_loop: bool = True
    multicast_maxtpdu: int = 1500
    out_batch_size: int = 8192
    plain_password: str = ""
    plain_username: str = ""
    priority: int = 0
    rate: int = 100
    rcvbuf: int = -1
    rcvhwm: int = 1000
    rcvtimeo: int = -1
    reconnect_ivl: int = 100
    reconnect_ivl_max: int = 0
    reconnect_stop: int = 0
    recovery_ivl: int = 10000
    routing_id: bytes = b""
    security: Security = Security()
    sndbuf: int = -1
    sndhwm: int = 1000
    sndtimeo: int = -1
    tcp_accept_filter: tuple[str, ...] = ()
    tcp_keepalive: int = -1
    tcp_keepalive_cnt: int = -1
    tcp_keepalive_idle: int = -1
    tcp_keepalive_intvl: int = -1
    tcp_maxrt: int = 0
    tos: int = 0
    use_fd: int = -1
    wss_cert_pem: str = ""
    wss_hostname: str = ""
    wss_key_pem: str = ""
    wss_trust_pem: str = ""
    wss_trust_system: bool = False
    zap_domain: str = ""
    zap_enforce_domain: bool = False

    @property
    def mechanism(self) -> SecurityMechanism:
        """How peers authenticate and encrypt."""
        return self.security.mechanism

    def copy(self) -> Self:
        """Return the same values, independent of later changes."""
        other = type(self)()
        other.__dict__ |= self.__dict__
        return other


def seconds(milliseconds: int) -> float | None:
    """Convert a time as options have it; -1 becomes None, which means for ever."""
    return None if milliseconds < 0 else milliseconds / 1000


def set_option(settings: Settings, number: int, value: Any) -> None:
    """Check a value and store it.

    Raises:
        TypeError: The value is not of the option's type.
        ZMQError: EINVAL for an unknown option, one that cannot be set, or a value out of range.
    """
    if isinstance(value, bytes) and number not in SocketOption._value2member_map_:
        raise TypeError(f"option {int(number)} is unknown, and would take an int, not {value!r}")
    row = find(number)
    new = checked(row, value)
    if not row.unavailable:
        store(settings, row, new)


def get_option(settings: Settings, number: int) -> Any:
    """Return an option as users see it: an int, or octets.

    Raises:
        ZMQError: EINVAL for an unknown option, or one that can only be set.
    """
    row = find(number)
    if not row.readable:
        raise zmq_error(Errno.EINVAL, f"{row.name} can be set only")
    if row.unavailable:
        return row.external(row.default)
    if row.is_computed:
        raise zmq_error(Errno.EINVAL, f"{row.name} is known to the socket alone")
    return row.external(getattr(settings, row.attribute))


def store(settings: object, row: Option, new: Any) -> None:
    """Store a checked value, joined with the present one if the option adds up."""
    if row.join is not None:
        try:
            new = row.join(getattr(settings, row.attribute), new)
        except ValueError as error:
            raise refusal(row, new, error) from None
    setattr(settings, row.attribute, new)
    if row.effect is not None:
        other, changed = row.effect
        setattr(settings, other, changed(getattr(settings, other)))


def find(number: int) -> Option:
    """Return the row of an option that all socket types share."""
    row = SOCKET_OPTIONS.get(number)
    if row is None:
        raise zmq_error(Errno.EINVAL, _why_not(number))
    return row


def _why_not(number: int) -> str:
    if number in REFUSED:
        return f"{SocketOption(number).name} is no option of a socket: {REFUSED[number]}"
    if number in SocketOption._value2member_map_:
        return f"{SocketOption(number).name} is an option of other socket types"
    return f"there is no option {int(number)}"
