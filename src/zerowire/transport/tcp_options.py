"""The options of tcp sockets, as the system knows them (TCP-7)."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

from zerowire.options import Settings
from zerowire.transport.sockets import system_error

SO_BUSY_POLL: int | None = getattr(socket, "SO_BUSY_POLL", 46 if sys.platform == "linux" else None)
SO_BINDTODEVICE: int | None = getattr(socket, "SO_BINDTODEVICE", None)
SO_PRIORITY: int | None = getattr(socket, "SO_PRIORITY", None)
IPV6_TCLASS: int | None = getattr(socket, "IPV6_TCLASS", None)
TCP_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
TCP_KEEPIDLE: int | None = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
TCP_KEEPCNT: int | None = getattr(socket, "TCP_KEEPCNT", None)
TCP_KEEPINTVL: int | None = getattr(socket, "TCP_KEEPINTVL", None)


def prepare(sock: socket.socket, settings: Settings) -> None:
    """Set what must be set before a socket listens or connects."""
    level = socket.SOL_SOCKET
    if settings.sndbuf >= 0:
        _set(sock, level, socket.SO_SNDBUF, settings.sndbuf, "SNDBUF")
    if settings.rcvbuf >= 0:
        _set(sock, level, socket.SO_RCVBUF, settings.rcvbuf, "RCVBUF")
    if settings.bindtodevice:
        _set(sock, level, SO_BINDTODEVICE, os.fsencode(settings.bindtodevice), "BINDTODEVICE")
    if settings.busy_poll:
        _set(sock, level, SO_BUSY_POLL, settings.busy_poll, "BUSY_POLL")
    _set_class(sock, settings)


def tune(sock: socket.socket, settings: Settings) -> None:
    """Set what belongs to a connection."""
    level = socket.IPPROTO_TCP
    sock.setsockopt(level, socket.TCP_NODELAY, 1)
    if settings.tcp_maxrt > 0:
        _set(sock, level, TCP_USER_TIMEOUT, settings.tcp_maxrt, "TCP_MAXRT")
    if settings.tcp_keepalive < 0:
        return
    _set(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE, settings.tcp_keepalive, "TCP_KEEPALIVE")
    if settings.tcp_keepalive_cnt > 0:
        _set(sock, level, TCP_KEEPCNT, settings.tcp_keepalive_cnt, "TCP_KEEPALIVE_CNT")
    if settings.tcp_keepalive_idle > 0:
        _set(sock, level, TCP_KEEPIDLE, settings.tcp_keepalive_idle, "TCP_KEEPALIVE_IDLE")
    if settings.tcp_keepalive_intvl > 0:
        _set(sock, level, TCP_KEEPINTVL, settings.tcp_keepalive_intvl, "TCP_KEEPALIVE_INTVL")


def tune_accepted(sock: socket.socket, settings: Settings) -> None:
    """Set what an accepted socket does not take over from its listener everywhere."""
    tune(sock, settings)
    _set_class(sock, settings)


def _set_class(sock: socket.socket, settings: Settings) -> None:
    """Set the type of service, and then the priority, which the former changes too."""
    if settings.tos and sock.family == socket.AF_INET:
        _set(sock, socket.IPPROTO_IP, socket.IP_TOS, settings.tos, "TOS")
    elif settings.tos:
        _set(sock, socket.IPPROTO_IPV6, IPV6_TCLASS, settings.tos, "TOS")
        with suppress(OSError):  # for an IPv4 peer of a socket that serves both; not on every system
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, settings.tos)
    if settings.priority:
        _set(sock, socket.SOL_SOCKET, SO_PRIORITY, settings.priority, "PRIORITY")


def _set(sock: socket.socket, level: int, option: int | None, value: int | bytes, name: str) -> None:
    """Set an option, if the system has it."""
    if option is None:
        return
    try:
        sock.setsockopt(level, option, value)
    except OSError as error:
        raise system_error(error, f"option {name} with value {value!r}") from error
