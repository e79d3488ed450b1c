"""The options of tcp sockets, as the system knows them (TCP-7)."""

from __future__ import annotations

import os
import socket
import sys

from zerowire.options import Settings

SO_BUSY_POLL: int | None = getattr(socket, "SO_BUSY_POLL", 46 if sys.platform == "linux" else None)
SO_BINDTODEVICE: int | None = getattr(socket, "SO_BINDTODEVICE", None)
SO_PRIORITY: int | None = getattr(socket, "SO_PRIORITY", None)
TCP_USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
TCP_KEEPIDLE: int | None = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
TCP_KEEPCNT: int | None = getattr(socket, "TCP_KEEPCNT", None)
TCP_KEEPINTVL: int | None = getattr(socket, "TCP_KEEPINTVL", None)


def prepare(sock: socket.socket, settings: Settings) -> None:
    """Set what must be set before a socket listens or connects."""
    level = socket.SOL_SOCKET
    if settings.sndbuf >= 0:
        sock.setsockopt(level, socket.SO_SNDBUF, settings.sndbuf)
    if settings.rcvbuf >= 0:
        sock.setsockopt(level, socket.SO_RCVBUF, settings.rcvbuf)
    if settings.bindtodevice and SO_BINDTODEVICE is not None:
        sock.setsockopt(level, SO_BINDTODEVICE, os.fsencode(settings.bindtodevice))
    if settings.busy_poll and SO_BUSY_POLL is not None:
        sock.setsockopt(level, SO_BUSY_POLL, settings.busy_poll)
    _set_class(sock, settings)


def tune(sock: socket.socket, settings: Settings) -> None:
    """Set what belongs to a connection."""
    level = socket.IPPROTO_TCP
    sock.setsockopt(level, socket.TCP_NODELAY, 1)
    if settings.tcp_maxrt > 0 and TCP_USER_TIMEOUT is not None:
        sock.setsockopt(level, TCP_USER_TIMEOUT, settings.tcp_maxrt)
    if settings.tcp_keepalive < 0:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, settings.tcp_keepalive)
    for option, value in (
        (TCP_KEEPCNT, settings.tcp_keepalive_cnt),
        (TCP_KEEPIDLE, settings.tcp_keepalive_idle),
        (TCP_KEEPINTVL, settings.tcp_keepalive_intvl),
    ):
        if option is not None and value > 0:
            sock.setsockopt(level, option, value)


def tune_accepted(sock: socket.socket, settings: Settings) -> None:
    """Set what an accepted socket does not take over from its listener everywhere."""
    tune(sock, settings)
    _set_class(sock, settings)


def _set_class(sock: socket.socket, settings: Settings) -> None:
    """Set the type of service and the priority; the order matters, as TOS changes the priority."""
    if settings.tos:
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, settings.tos)
        elif hasattr(socket, "IPV6_TCLASS"):
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, settings.tos)
    if settings.priority and SO_PRIORITY is not None:
        sock.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, settings.priority)
