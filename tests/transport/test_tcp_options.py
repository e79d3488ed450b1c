"""Options that reach tcp sockets (TCP-7)."""

from __future__ import annotations

import socket
import sys
from errno import ENODEV, EPERM
from typing import Any

import pytest

from zerowire.error import ZMQError
from zerowire.transport import tcp_options
from zerowire.transport.schemes import find

TCP = socket.IPPROTO_TCP
ROWS = {
    "keepalive": ({"tcp_keepalive": 1}, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    "no_keepalive": ({"tcp_keepalive": 0, "tcp_keepalive_cnt": 3}, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0),
    "keepalive_cnt": ({"tcp_keepalive": 1, "tcp_keepalive_cnt": 3}, TCP, tcp_options.TCP_KEEPCNT, 3),
    "keepalive_idle": ({"tcp_keepalive": 1, "tcp_keepalive_idle": 77}, TCP, tcp_options.TCP_KEEPIDLE, 77),
    "keepalive_intvl": ({"tcp_keepalive": 1, "tcp_keepalive_intvl": 9}, TCP, tcp_options.TCP_KEEPINTVL, 9),
    "maxrt": ({"tcp_maxrt": 4000}, TCP, tcp_options.TCP_USER_TIMEOUT, 4000),
    "tos": ({"tos": 0x28}, socket.IPPROTO_IP, socket.IP_TOS, 0x28),
    "priority": ({"priority": 4}, socket.SOL_SOCKET, tcp_options.SO_PRIORITY, 4),
    "tos_and_priority": ({"tos": 0x28, "priority": 5}, socket.SOL_SOCKET, tcp_options.SO_PRIORITY, 5),
    "always_nodelay": ({}, TCP, socket.TCP_NODELAY, 1),
}


@pytest.mark.parametrize("row", ROWS)
def test_option_reaches_both_sides_of_a_connection(row: str, wiring: Any, make_settings: Any) -> None:
    """TCP-7"""
    values, level, option, expected = ROWS[row]
    if option is None:
        pytest.skip("this system has no such option")
    for stream in wiring.pair(find("tcp"), "127.0.0.1:*", make_settings(**values)):
        value = stream._socket.getsockopt(level, option)
        assert (bool(value) if level == TCP and option == socket.TCP_NODELAY else value) == expected


@pytest.mark.parametrize(("name", "option"), [("sndbuf", socket.SO_SNDBUF), ("rcvbuf", socket.SO_RCVBUF)])
def test_buffers_have_the_wanted_size(name: str, option: int, wiring: Any, make_settings: Any) -> None:
    """TCP-7: the system may round up, and Linux doubles."""
    for stream in wiring.pair(find("tcp"), "127.0.0.1:*", make_settings(**{name: 20000})):
        assert 20000 <= stream._socket.getsockopt(socket.SOL_SOCKET, option) <= 40000


def test_traffic_class_is_set_for_ipv6(wiring: Any, make_settings: Any, needs_ipv6: None) -> None:
    """TCP-7"""
    for stream in wiring.pair(find("tcp"), "[::1]:*", make_settings(ipv6=True, tos=0x28)):
        assert stream._socket.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == 0x28


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not take it")
def test_type_of_service_is_set_for_ipv4_peers_of_an_ipv6_listener(
    wiring: Any, make_settings: Any, needs_ipv6: None
) -> None:
    """TCP-7"""
    tcp = find("tcp")
    listener = wiring.listen(tcp, "*:*", make_settings(ipv6=True, tos=0x28))
    wiring.dial(tcp, "127.0.0.1:" + listener.endpoint.rpartition(":")[2])
    stream = wiring.accept(listener)
    assert stream._socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 0x28


def permitted(wiring: Any, settings: Any) -> tuple[Any, Any]:
    """Return two connected streams, unless an option is for the superuser only."""
    try:
        streams: tuple[Any, Any] = wiring.pair(find("tcp"), "127.0.0.1:*", settings)
    except ZMQError as error:
        if error.errno != EPERM:
            raise
        pytest.skip("not permitted")
    return streams


def test_socket_is_bound_to_a_device(wiring: Any, make_settings: Any) -> None:
    """TCP-7"""
    if tcp_options.SO_BINDTODEVICE is None:
        pytest.skip("this system has no SO_BINDTODEVICE")
    streams = permitted(wiring, make_settings(bindtodevice="lo"))
    name = streams[0]._socket.getsockopt(socket.SOL_SOCKET, tcp_options.SO_BINDTODEVICE, 16)
    assert name.rstrip(b"\0") == b"lo"


def test_busy_poll_is_set(wiring: Any, make_settings: Any) -> None:
    """TCP-7"""
    if tcp_options.SO_BUSY_POLL is None:
        pytest.skip("this system has no SO_BUSY_POLL")
    near, _ = permitted(wiring, make_settings(busy_poll=50))
    assert near._socket.getsockopt(socket.SOL_SOCKET, tcp_options.SO_BUSY_POLL) == 50


def test_refused_option_is_named_and_leaks_nothing(wiring: Any, make_settings: Any) -> None:
    if tcp_options.SO_BINDTODEVICE is None:
        pytest.skip("this system has no SO_BINDTODEVICE")
    settings = make_settings(bindtodevice="nosuch0")
    for attempt in (
        lambda: find("tcp").listen("127.0.0.1:*", settings),
        lambda: find("tcp").connecter("127.0.0.1:9", settings).start(),
    ):
        with pytest.raises(ZMQError, match="BINDTODEVICE") as caught:
            attempt()
        assert caught.value.errno in (ENODEV, EPERM)


def test_option_that_the_system_lacks_is_left_out(
    wiring: Any, make_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_options, "TCP_USER_TIMEOUT", None)
    near, _ = wiring.pair(find("tcp"), "127.0.0.1:*", make_settings(tcp_maxrt=4000))
    assert near.send(b"x") == 1
