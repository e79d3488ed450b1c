"""Endpoints that are refused, and what LAST_ENDPOINT says of the others (sections 2.1 to 2.4)."""

from __future__ import annotations

import errno
import os
import re
import socket as system
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.library import Open, bind, errno_of, ours, theirs, zmq

NO_SUCH_PATH = "ipc:///no/such/directory/socket"


@pytest.mark.parametrize(
    ("endpoint", "number"),
    [
        ("", "EINVAL"),
        ("tcp", "EINVAL"),
        ("tcp:/127.0.0.1:5555", "EINVAL"),
        ("://127.0.0.1:5555", "EINVAL"),
        ("tcp://", "EINVAL"),
        ("inproc://", "EINVAL"),
        ("ipc://", "EINVAL"),
        ("ftl://a", "EPROTONOSUPPORT"),
        ("TCP://127.0.0.1:5555", "EPROTONOSUPPORT"),
        ("ipc://@", "EINVAL"),
        ("tcp://127.0.0.1", "EINVAL"),
    ],
)
@pytest.mark.parametrize("call", ["bind", "connect"])
def test_endpoint_without_sense_is_refused(sock: Open, call: str, endpoint: str, number: str) -> None:
    """EP-1, IPC-2."""
    assert errno_of(getattr(sock("DEALER"), call), endpoint) == getattr(errno, number)


@pytest.mark.parametrize(
    ("endpoint", "number"),
    [
        ("tcp://localhost:*", errno.EINVAL),
        ("tcp://*:5555", errno.EINVAL),
        ("tcp://foo bar:1", errno.EINVAL),
        ("tcp://127.0.0.1:abc", errno.EINVAL),
        ("tcp://127.0.0.1:", errno.EINVAL),
        ("tcp://-a:1", errno.EINVAL),
        ("tcp://127.0.0.1:0", None),
        ("tcp://[::1]:5555", None),
        ("tcp://no-such-host.invalid:5555", None),
        ("tcp://127.0.0.1:0;127.0.0.1:5555", None),
        (NO_SUCH_PATH, None),
        ("ipc://@nobody", None),
        ("inproc://nobody", None),
    ],
)
def test_syntax_is_checked_by_connect(sock: Open, endpoint: str, number: int | None) -> None:
    """TCP-3, IPC-5, INP-2: everything else shows later."""
    dealer = sock("DEALER")
    assert errno_of(dealer.connect, endpoint) == number
    if number is None:
        assert dealer.getsockopt(zmq.LAST_ENDPOINT).decode() == endpoint


@pytest.mark.parametrize(
    ("endpoint", "number"),
    [
        ("tcp://nosuchif0:*", "ENODEV"),
        ("tcp://127.0.0.1:abc", "EINVAL"),
        ("tcp://127.0.0.1:65536", "EINVAL"),
        ("tcp://192.0.2.1:*", "EADDRNOTAVAIL"),
        (NO_SUCH_PATH, "ENOENT"),
        ("ipc://" + "a" * 108, "ENAMETOOLONG"),
    ],
)
def test_bind_is_refused(sock: Open, endpoint: str, number: str) -> None:
    """TCP-1, TCP-2, TCP-8, IPC-1, IPC-5."""
    assert errno_of(sock("DEALER").bind, endpoint) == getattr(errno, number)


@ours
@pytest.mark.parametrize("port", ["65537", "80x", "0x50", "-1", "+80", " 80", "99999999999", "8 0"])
def test_port_is_a_number_in_range(sock: Open, port: str) -> None:
    """TCP-2: libzmq cuts the number to 16 bits and ignores what follows it."""
    assert errno_of(sock("DEALER").bind, f"tcp://127.0.0.1:{port}") == errno.EINVAL


@theirs
def test_port_wraps(sock: Open) -> None:
    """TCP-2: 65537 + a port is that port."""
    with system.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert errno_of(sock("DEALER").bind, f"tcp://127.0.0.1:{65536 + port}") == errno.EADDRINUSE


@pytest.mark.parametrize("endpoint", ["tipc://{1,2,3}", "vmci://1:2", "norm://127.0.0.1:5555"])
@pytest.mark.parametrize("call", ["bind", "connect"])
@ours
def test_transport_of_a_later_version_is_refused(sock: Open, call: str, endpoint: str) -> None:
    """EP-1."""
    assert errno_of(getattr(sock("DEALER"), call), endpoint) == errno.EPROTONOSUPPORT


@pytest.mark.parametrize(
    ("endpoint", "pattern"),
    [
        ("tcp://127.0.0.1:*", r"tcp://127\.0\.0\.1:\d+"),
        ("tcp://127.0.0.1:0", r"tcp://127\.0\.0\.1:\d+"),
        ("tcp://*:*", r"tcp://0\.0\.0\.0:\d+"),
        ("tcp://localhost:*", r"tcp://127\.0\.0\.1:\d+"),
        ("tcp://lo:*", r"tcp://127\.0\.0\.1:\d+"),
        ("inproc://any name: even this", r"inproc://any name: even this"),
    ],
)
def test_last_endpoint_says_where_the_socket_is_bound(sock: Open, endpoint: str, pattern: str) -> None:
    """Section 2.2, TCP-1."""
    if endpoint == "tcp://lo:*" and not Path("/sys/class/net/lo").exists():
        pytest.skip("the loopback interface is not called lo")
    assert re.fullmatch(pattern, bind(sock("DEALER"), endpoint))


def test_last_endpoint_is_empty_at_first(sock: Open) -> None:
    """EP-9."""
    assert sock("DEALER").getsockopt(zmq.LAST_ENDPOINT) == b""


def test_ipv6_needs_its_option(sock: Open) -> None:
    """TCP-5."""
    if not system.has_ipv6:
        pytest.skip("no IPv6")
    assert errno_of(sock("DEALER").bind, "tcp://[::1]:*") == errno.ENODEV
    dealer = sock("DEALER", ipv6=1)
    try:
        where = bind(dealer, "tcp://[::1]:*")
    except zmq.ZMQError:
        pytest.skip("no IPv6 on this machine")
    assert re.fullmatch(r"tcp://\[::1\]:\d+", where)


def test_wildcard_path_is_made_and_removed(
    sock: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-3."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    pull, push = sock("PULL"), sock("PUSH")
    where = bind(pull, "ipc://*")
    path = Path(where.removeprefix("ipc://"))
    assert path.is_socket()
    assert path.parent.parent == tmp_path
    push.connect(where)
    push.send(b"hello")
    assert pull.recv() == b"hello"


def test_abstract_name_leaves_no_file(sock: Open) -> None:
    """IPC-2."""
    if sys.platform != "linux":
        pytest.skip("Linux only")
    name = f"ipc://@zerowire-test-{os.getpid()}"
    pull, push = sock("PULL"), sock("PUSH")
    assert bind(pull, name) == name
    push.connect(name)
    push.send(b"hello")
    assert pull.recv() == b"hello"


def test_stale_socket_file_is_replaced(sock: Open, tmp_path: Path) -> None:
    """IPC-4: what a dead process left behind is in nobody's way."""
    path = tmp_path / "s"
    leave = f"import socket; socket.socket(socket.AF_UNIX).bind({str(path)!r})"
    subprocess.run([sys.executable, "-c", leave], check=True)
    assert path.is_socket()
    pull, push = sock("PULL"), sock("PUSH")
    pull.bind(f"ipc://{path}")
    push.connect(f"ipc://{path}")
    push.send(b"hello")
    assert pull.recv() == b"hello"


@ours
def test_name_of_a_living_socket_is_not_stolen(sock: Open, tmp_path: Path) -> None:
    """IPC-4: libzmq takes the path away from whoever listens there."""
    first, second, push = sock("PULL"), sock("PULL"), sock("PUSH")
    where = bind(first, f"ipc://{tmp_path}/s")
    assert errno_of(second.bind, where) == errno.EADDRINUSE
    push.connect(where)
    push.send(b"hello")
    assert first.recv() == b"hello"


@ours
def test_socket_file_goes_with_its_listener(sock: Open, tmp_path: Path) -> None:
    """IPC-4: libzmq leaves it."""
    pull = sock("PULL")
    where = bind(pull, f"ipc://{tmp_path}/s")
    pull.unbind(where)
    assert not (tmp_path / "s").exists()


@ours
def test_file_that_is_no_socket_is_left_alone(sock: Open, tmp_path: Path) -> None:
    """IPC-4: libzmq removes any file."""
    precious = tmp_path / "precious"
    precious.write_text("thoughts")
    assert errno_of(sock("PULL").bind, f"ipc://{precious}") == errno.EADDRINUSE
    assert precious.read_text() == "thoughts"


@pytest.mark.parametrize("transport", ["tcp", "ipc", "inproc"])
def test_endpoint_in_use_is_refused(sock: Open, transport: str, tmp_path: Path) -> None:
    """TCP-8, INP-1."""
    endpoint = {"tcp": "tcp://127.0.0.1:*", "ipc": f"ipc://{tmp_path}/s", "inproc": "inproc://s"}[transport]
    where = bind(sock("PULL"), endpoint)
    expected = errno.EADDRINUSE
    if transport == "ipc" and zmq.__name__ == "zmq":
        pytest.skip("libzmq steals the name")
    assert errno_of(sock("PULL").bind, where) == expected


def test_unbind_wants_the_resolved_endpoint(sock: Open) -> None:
    """EP-6: what was bound to *:* is known by LAST_ENDPOINT."""
    pull = sock("PULL")
    where = bind(pull, "tcp://*:*")
    assert errno_of(pull.unbind, "tcp://*:*") == errno.ENOENT
    assert errno_of(pull.unbind, where) is None
    assert errno_of(pull.unbind, where) == errno.ENOENT


def test_unbind_resolves_names(sock: Open) -> None:
    """EP-6."""
    pull = sock("PULL")
    where = bind(pull, "tcp://127.0.0.1:*")
    assert errno_of(pull.unbind, where.replace("127.0.0.1", "localhost")) is None


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:1", "ipc://@never", "inproc://never"])
def test_what_was_never_connected_cannot_be_disconnected(sock: Open, endpoint: str) -> None:
    """EP-6, INP-5."""
    assert errno_of(sock("PULL").disconnect, endpoint) == errno.ENOENT


def test_text_ends_at_a_nul(sock: Open) -> None:
    """EP-3."""
    dealer = sock("DEALER")
    dealer.connect("inproc://name\0and more")
    assert dealer.getsockopt(zmq.LAST_ENDPOINT).decode() == "inproc://name"


@ours
def test_unbind_keeps_the_peers(sock: Open) -> None:
    """EP-7: libzmq ends the accepted connections soon after, and answers are lost now and then."""
    rep, req = sock("REP"), sock("REQ")
    where = bind(rep)
    req.connect(where)
    req.send(b"question")
    assert rep.recv() == b"question"
    rep.unbind(where)
    rep.send(b"answer")
    assert req.recv() == b"answer"
