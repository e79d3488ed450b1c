"""tcp over the loopback interface (TCP-1 to TCP-12)."""

from __future__ import annotations

import os
import select
import socket
from errno import EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, ECONNABORTED, ECONNREFUSED, EINVAL, ENODEV
from typing import Any

import pytest

from zerowire import _native
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.transport import interfaces, sockets, tcp
from zerowire.transport.base import PeerRefused
from zerowire.transport.tcp import Tcp
from zerowire.transport.tcp_address import HostPort


@pytest.fixture
def vacant() -> str:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return str(sock.getsockname()[1])


# -- bind --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1:*", "127.0.0.1:0", "localhost:*", "lo:*"])
def test_endpoint_is_numeric(address: str, wiring: Any) -> None:
    """TCP-1, TCP-2: interface names, hosts' names and any port are resolved."""
    if address.startswith("lo:") and not os.path.exists("/sys/class/net/lo"):
        pytest.skip("no interface lo")
    listener = wiring.listen(Tcp(), address)
    scheme, host, port = listener.endpoint.split(":")
    assert (scheme, host) == ("tcp", "//127.0.0.1")
    assert 0 < int(port) < 65536
    near = wiring.dial(Tcp(), listener.endpoint.removeprefix("tcp://"))
    far = wiring.accept(listener)
    assert near.remote == far.local == listener.endpoint
    assert near.local == far.remote


def test_wildcard_listens_everywhere(wiring: Any, vacant: str) -> None:
    """TCP-1"""
    listener = wiring.listen(Tcp(), f"*:{vacant}")
    assert listener.endpoint == f"tcp://0.0.0.0:{vacant}"
    assert wiring.dial(Tcp(), f"127.0.0.1:{vacant}").remote == f"tcp://127.0.0.1:{vacant}"


def test_ipv6_wildcard_accepts_both_versions(wiring: Any, make_settings: Any, needs_ipv6: None) -> None:
    """TCP-1, TCP-7"""
    settings = make_settings(ipv6=True)
    listener = wiring.listen(Tcp(), "*:*", settings)
    port = listener.endpoint.removeprefix("tcp://[::]:")
    wiring.dial(Tcp(), f"127.0.0.1:{port}")
    assert wiring.accept(listener).peer_address == "::ffff:127.0.0.1"
    wiring.dial(Tcp(), f"[::1]:{port}", settings)
    assert wiring.accept(listener).peer_address == "::1"


def test_wildcard_falls_back_where_ipv6_is_missing(
    wiring: Any, make_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TCP-7"""
    make = sockets.open_socket

    def refuse(family: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(EAFNOSUPPORT, "no IPv6")
        return make(family)

    monkeypatch.setattr(tcp, "open_socket", refuse)
    assert wiring.listen(Tcp(), "*:*", make_settings(ipv6=True)).endpoint.startswith("tcp://0.0.0.0:")


def test_ipv6_literals_have_brackets(wiring: Any, make_settings: Any, needs_ipv6: None) -> None:
    """TCP-5"""
    settings = make_settings(ipv6=True)
    for address in ("[::1]:*", "::1:*"):
        listener = wiring.listen(Tcp(), address, settings)
        assert listener.endpoint.startswith("tcp://[::1]:")
        near = wiring.dial(Tcp(), listener.endpoint.removeprefix("tcp://"), settings)
        assert near.remote == listener.endpoint
        assert near.peer_address == "::1"


def test_ipv6_literal_may_have_a_zone(wiring: Any, make_settings: Any, needs_ipv6: None) -> None:
    """TCP-5"""
    for number, name in socket.if_nameindex():
        for address in interfaces.interface_addresses(name, ipv6=True):
            if "%" in address:
                listener = wiring.listen(Tcp(), f"[{address}]:*", make_settings(ipv6=True))
                assert listener.endpoint.startswith(f"tcp://[{address}]:")
                near = wiring.dial(Tcp(), listener.endpoint.removeprefix("tcp://"), make_settings(ipv6=True))
                assert near.peer_address == address
                assert number
                return
    pytest.skip("no interface has a link-local address")


def test_port_in_use_is_an_error(wiring: Any) -> None:
    """TCP-8"""
    address = wiring.listen(Tcp(), "127.0.0.1:*").endpoint.removeprefix("tcp://")
    with pytest.raises(ZMQError, match=address) as caught:
        Tcp().listen(address, Settings())
    assert caught.value.errno == EADDRINUSE


def test_address_that_is_missing_here_leaves_the_other_ones_of_a_name(
    wiring: Any, make_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TCP-1: a name may stand for several addresses."""
    both = [(socket.AF_INET, ("192.0.2.99", 0)), (socket.AF_INET, ("127.0.0.1", 0))]
    monkeypatch.setattr(tcp, "local_targets", lambda place, ipv6, names: both)
    assert wiring.listen(Tcp(), "peer.example:*").endpoint.startswith("tcp://127.0.0.1:")


def test_port_is_free_again_after_close(wiring: Any) -> None:
    first = wiring.listen(Tcp(), "127.0.0.1:*")
    wiring.dial(Tcp(), first.endpoint.removeprefix("tcp://"))
    wiring.accept(first)
    first.close()
    assert first.fileno() == -1
    assert wiring.listen(Tcp(), first.endpoint.removeprefix("tcp://")).endpoint == first.endpoint


@pytest.mark.parametrize(
    ("address", "number"),
    [("192.0.2.99:*", EADDRNOTAVAIL), ("[::1]:*", ENODEV), ("*:x", EINVAL), (":*", ENODEV)],
)
def test_bind_failures_have_their_numbers(address: str, number: int) -> None:
    """TCP-2, TCP-8"""
    with pytest.raises(ZMQError) as caught:
        Tcp().listen(address, Settings())
    assert caught.value.errno == number


def test_resolve_names_the_endpoints_that_an_address_stands_for(make_settings: Any) -> None:
    """EP-6"""
    assert Tcp().resolve("localhost:5555", Settings()) == ["tcp://127.0.0.1:5555"]
    assert Tcp().resolve("localhost", Settings()) == []


# -- accept ------------------------------------------------------------------------------------


def test_peer_of_a_listener_at_every_address_says_which_it_came_to(wiring: Any, make_settings: Any) -> None:
    listener = wiring.listen(Tcp(), "*:*", make_settings())
    port = listener.endpoint.rpartition(":")[2]
    wiring.dial(Tcp(), f"127.0.0.1:{port}")
    assert wiring.accept(listener).local == f"tcp://127.0.0.1:{port}"


@pytest.mark.parametrize(
    "filters", [("127.0.0.1",), ("127.0.0.0/8",), ("10.0.0.1", "127.0.0.1/30"), ("::/0", "0.0.0.0/0")]
)
def test_filter_lets_matching_peers_in(filters: tuple[str, ...], wiring: Any, make_settings: Any) -> None:
    """TCP-9"""
    near, far = wiring.pair(Tcp(), "127.0.0.1:*", make_settings(tcp_accept_filter=filters))
    near.send(b"in")
    assert wiring.receive(far) == b"in"


def test_filter_turns_others_away_and_goes_on(wiring: Any, make_settings: Any) -> None:
    """TCP-9"""
    listener = wiring.listen(Tcp(), "127.0.0.1:*", make_settings(tcp_accept_filter=("10.0.0.0/8",)))
    near = wiring.dial(Tcp(), listener.endpoint.removeprefix("tcp://"))
    assert select.select([listener.fileno()], [], [], 10)[0]
    with pytest.raises(PeerRefused, match="passes no filter"):
        listener.accept()
    assert wiring.receive(near) == b""
    assert listener.accept() is None


def test_filter_knows_ipv4_peers_of_a_dual_listener(
    wiring: Any, make_settings: Any, needs_ipv6: None
) -> None:
    """TCP-9"""
    listener = wiring.listen(Tcp(), "*:*", make_settings(ipv6=True, tcp_accept_filter=("127.0.0.0/8",)))
    wiring.dial(Tcp(), "127.0.0.1:" + listener.endpoint.rpartition(":")[2])
    assert wiring.accept(listener).peer_address == "::ffff:127.0.0.1"


def test_malformed_filter_fails_the_bind(make_settings: Any) -> None:
    """TCP-9"""
    with pytest.raises(ZMQError, match="TCP_ACCEPT_FILTER") as caught:
        Tcp().listen("127.0.0.1:*", make_settings(tcp_accept_filter=("localhost",)))
    assert caught.value.errno == EINVAL


def test_peer_address_has_no_port(wiring: Any) -> None:
    near, far = wiring.pair(Tcp(), "127.0.0.1:*")
    assert near.peer_address == far.peer_address == "127.0.0.1"


# -- an existing descriptor --------------------------------------------------------------------


def test_use_fd_takes_over_a_listening_socket(wiring: Any, make_settings: Any) -> None:
    """TCP-12: the address is not used."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        fd = server.detach()
    os.set_inheritable(fd, True)
    listener = wiring.listen(Tcp(), "192.0.2.99:1", make_settings(use_fd=fd))
    assert listener.endpoint == f"tcp://127.0.0.1:{port}"
    assert listener.fileno() == fd
    assert not os.get_inheritable(fd)
    wiring.dial(Tcp(), f"127.0.0.1:{port}")
    assert wiring.accept(listener).local == listener.endpoint
    listener.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_bad_filter_leaves_the_users_descriptor_alone(wiring: Any, make_settings: Any) -> None:
    server = wiring.keep(socket.create_server(("127.0.0.1", 0)))
    with pytest.raises(ZMQError):
        Tcp().listen("*:*", make_settings(use_fd=server.fileno(), tcp_accept_filter=("x",)))
    assert server.getsockname()


# -- connect -----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "localhost", "localhost:*", "*:5555"])
def test_check_connect_raises_at_once(address: str) -> None:
    """TCP-3"""
    with pytest.raises(ZMQError) as caught:
        Tcp().check_connect(address, Settings())
    assert caught.value.errno == EINVAL


@pytest.mark.parametrize("address", ["nosuch.invalid:5555", "127.0.0.1:0", "[::1]:5555", "eth9:0;host:1"])
def test_check_connect_leaves_the_rest_to_the_attempt(address: str) -> None:
    """TCP-2, TCP-3"""
    Tcp().check_connect(address, Settings())
    assert Tcp().connecter(address, Settings()).fileno() == -1


def test_refused_connection_is_an_error(wiring: Any, vacant: str) -> None:
    """TCP-10"""
    with pytest.raises(ZMQError, match=f"127.0.0.1:{vacant}") as caught:
        wiring.dial(Tcp(), f"127.0.0.1:{vacant}")
    assert caught.value.errno == ECONNREFUSED


def test_port_zero_fails_in_the_attempt(wiring: Any) -> None:
    """TCP-2"""
    with pytest.raises(ZMQError):
        wiring.dial(Tcp(), "127.0.0.1:0")


def test_attempt_can_be_given_up(wiring: Any) -> None:
    listener = wiring.listen(Tcp(), "127.0.0.1:*")
    connecter = Tcp().connecter(listener.endpoint.removeprefix("tcp://"), Settings())
    stream = connecter.start()
    if stream is None:
        assert connecter.fileno() >= 0
        assert not os.get_inheritable(connecter.fileno())
    else:
        stream.close()
    connecter.close()
    connecter.close()
    assert connecter.fileno() == -1


def test_only_names_need_a_lookup() -> None:
    """TCP-4"""
    assert Tcp().connecter("localhost:1", Settings()).needs_lookup
    for address in ("127.0.0.1:1", "[::1]:1", "::1:1", "127.0.0.1:0;127.0.0.1:1"):
        assert not Tcp().connecter(address, Settings()).needs_lookup


def test_name_is_looked_up_for_each_attempt(wiring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP-4"""
    listener = wiring.listen(Tcp(), "127.0.0.1:*")
    port = int(listener.endpoint.rpartition(":")[2])
    asked = []

    def answer(peer: HostPort, *, ipv6: bool) -> list[Any]:
        asked.append((peer, ipv6))
        return [(socket.AF_INET, ("127.0.0.1", peer.port))]

    monkeypatch.setattr(tcp, "peer_targets", answer)
    for _ in range(2):
        connecter = wiring.keep(Tcp().connecter(f"peer.example:{port}", Settings()))
        assert connecter.needs_lookup
        connecter.lookup()
        assert not connecter.needs_lookup
        assert wiring.finish(connecter).remote == listener.endpoint
    assert asked == [(("peer.example", port), False)] * 2


def test_unknown_name_fails_the_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP-1: EINVAL, and not before the attempt."""

    def unknown(*_: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    connecter = Tcp().connecter("nosuch.invalid:5555", Settings())
    monkeypatch.setattr(_native.socket, "getaddrinfo", unknown)
    with pytest.raises(ZMQError, match=r"no host 'nosuch\.invalid'") as caught:
        connecter.lookup()
    assert caught.value.errno == EINVAL


def test_all_addresses_of_a_name_are_tried(
    wiring: Any, make_settings: Any, monkeypatch: pytest.MonkeyPatch, needs_ipv6: None
) -> None:
    """TCP-4: a host that answers only over IPv4 is reached although it has an IPv6 address."""
    listener = wiring.listen(Tcp(), "127.0.0.1:*")
    port = int(listener.endpoint.rpartition(":")[2])
    both = [(socket.AF_INET6, ("::1", port, 0, 0)), (socket.AF_INET, ("127.0.0.1", port))]
    monkeypatch.setattr(tcp, "peer_targets", lambda peer, ipv6: both)
    assert wiring.dial(Tcp(), f"peer.example:{port}", make_settings(ipv6=True)).remote == listener.endpoint


@pytest.mark.parametrize("source", ["127.0.0.1:*", "127.0.0.2:0", "lo:0", "*:0"])
def test_connection_comes_from_the_wanted_source(source: str, wiring: Any) -> None:
    """TCP-6"""
    if not os.path.exists("/sys/class/net/lo"):
        pytest.skip("needs Linux's loopback interface")
    listener = wiring.listen(Tcp(), "127.0.0.1:*")
    near = wiring.dial(Tcp(), f"{source};{listener.endpoint.removeprefix('tcp://')}")
    host = source.rpartition(":")[0].replace("lo", "127.0.0.1").replace("*", "127.0.0.1")
    assert near.local.startswith(f"tcp://{host}:")
    assert wiring.accept(listener).peer_address == host


def test_source_has_the_wanted_port_again_and_again(wiring: Any, vacant: str) -> None:
    """TCP-6: SO_REUSEADDR"""
    listener = wiring.listen(Tcp(), "127.0.0.1:*")
    for _ in range(2):
        near = wiring.dial(Tcp(), f"127.0.0.1:{vacant};{listener.endpoint.removeprefix('tcp://')}")
        far = wiring.accept(listener)
        assert far.remote == f"tcp://127.0.0.1:{vacant}"
        near.close()
        assert wiring.receive(far) == b""
        far.close()


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("nosuch0:0", ENODEV),
        ("localhost:0", ENODEV),
        ("192.0.2.99:0", EADDRNOTAVAIL),
        ("[::1]:0", EAFNOSUPPORT),
    ],
)
def test_unusable_source_fails_the_attempt(source: str, number: int, wiring: Any, make_settings: Any) -> None:
    """TCP-6"""
    with pytest.raises(ZMQError) as caught:
        wiring.dial(Tcp(), f"{source};127.0.0.1:9", make_settings(ipv6=True))
    assert caught.value.errno == number


def test_connection_to_itself_is_a_failure(wiring: Any, vacant: str) -> None:
    """TCP-11"""
    with pytest.raises(ZMQError, match="itself") as caught:
        wiring.dial(Tcp(), f"127.0.0.1:{vacant};127.0.0.1:{vacant}")
    assert caught.value.errno == ECONNABORTED
