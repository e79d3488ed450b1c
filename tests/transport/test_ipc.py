"""ipc with real sockets (IPC-1 to IPC-8)."""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.transport import ipc
from zerowire.transport.base import PeerRefused
from zerowire.transport.endpoint import IPC_PATH_MAX
from zerowire.transport.ipc import Ipc

ME = f"localhost:{os.getuid()}:{os.getgid()}:{os.getpid()}"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "s")


def test_octets_travel_over_a_path(path: str, wiring: Any) -> None:
    near, far = wiring.pair(Ipc(), path)
    assert near.remote == far.local == f"ipc://{path}"
    near.send(b"hello")
    assert wiring.receive(far) == b"hello"


def test_path_may_have_characters_beyond_ascii(tmp_path: Path, wiring: Any) -> None:
    near, _ = wiring.pair(Ipc(), str(tmp_path / "é"))
    assert near.remote == f"ipc://{tmp_path}/é"


@pytest.mark.skipif(sys.platform != "linux", reason="names without a file exist on Linux only")
def test_octets_travel_over_a_name_without_a_file(wiring: Any) -> None:
    """IPC-2"""
    name = f"@zerowire-test-{os.getpid()}"
    near, far = wiring.pair(Ipc(), name)
    assert near.remote == far.local == f"ipc://{name}"
    assert not os.path.exists(name)
    with pytest.raises(ZMQError) as caught:
        Ipc().listen(name, Settings())
    assert caught.value.errno == errno.EADDRINUSE


def test_wildcard_makes_a_directory_and_removes_it(
    tmp_path: Path, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-3"""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    listener = wiring.listen(Ipc(), "*")
    file = Path(listener.endpoint.removeprefix("ipc://"))
    assert file.name == "socket"
    assert file.parent.parent == tmp_path
    wiring.dial(Ipc(), str(file))
    listener.close()
    assert list(tmp_path.iterdir()) == []


def test_wildcard_in_too_deep_a_directory_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-1, IPC-3"""
    deep = tmp_path / ("d" * IPC_PATH_MAX)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    with pytest.raises(ZMQError) as caught:
        Ipc().listen("*", Settings())
    assert caught.value.errno == errno.ENAMETOOLONG
    assert list(deep.iterdir()) == []


def test_wildcard_without_a_place_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPC-3"""

    def refuse() -> str:
        raise OSError(errno.EACCES, "read-only")

    monkeypatch.setattr(ipc, "make_directory", refuse)
    with pytest.raises(ZMQError, match="a directory for ipc") as caught:
        Ipc().listen("*", Settings())
    assert caught.value.errno == errno.EACCES


@pytest.mark.parametrize(
    ("address", "number"), [("@", errno.EINVAL), ("/" + "a" * IPC_PATH_MAX, errno.ENAMETOOLONG)]
)
def test_impossible_address_fails_at_once(address: str, number: int) -> None:
    """IPC-1, IPC-2"""
    for attempt in (Ipc().listen, Ipc().check_connect, Ipc().connecter):
        with pytest.raises(ZMQError) as caught:
            attempt(address, Settings())
        assert caught.value.errno == number


def test_path_in_use_is_an_error(path: str, wiring: Any) -> None:
    """IPC-4"""
    wiring.listen(Ipc(), path)
    with pytest.raises(ZMQError, match="somebody listens there") as caught:
        Ipc().listen(path, Settings())
    assert caught.value.errno == errno.EADDRINUSE


def test_file_goes_with_its_listener(path: str, wiring: Any) -> None:
    """IPC-4: unlike libzmq, which leaves it."""
    listener = wiring.listen(Ipc(), path)
    assert os.path.exists(path)
    listener.close()
    listener.close()
    assert not os.path.exists(path)
    assert listener.fileno() == -1


def test_accepted_peer_stays_when_the_listener_closes(path: str, wiring: Any) -> None:
    """EP-7"""
    listener = wiring.listen(Ipc(), path)
    near = wiring.dial(Ipc(), path)
    far = wiring.accept(listener)
    listener.close()
    far.send(b"still here")
    assert wiring.receive(near) == b"still here"


def test_missing_directory_fails_the_bind(tmp_path: Path) -> None:
    """IPC-5"""
    with pytest.raises(ZMQError, match="no such file or directory") as caught:
        Ipc().listen(str(tmp_path / "nosuch" / "s"), Settings())
    assert caught.value.errno == errno.ENOENT


def test_missing_file_fails_the_attempt_and_not_the_check(path: str) -> None:
    """IPC-5"""
    Ipc().check_connect(path, Settings())
    with pytest.raises(ZMQError) as caught:
        Ipc().connecter(path, Settings()).start()
    assert caught.value.errno == errno.ENOENT


def test_full_queue_of_a_listener_is_a_refusal(path: str, wiring: Any, make_settings: Any) -> None:
    """IPC-8: to be tried again, as with tcp."""
    listener = wiring.listen(Ipc(), path, make_settings(backlog=0))
    assert listener.accept() is None
    wiring.dial(Ipc(), path)
    with pytest.raises(ZMQError, match="too many peers") as caught:
        wiring.dial(Ipc(), path)
    assert caught.value.errno == errno.ECONNREFUSED


@pytest.mark.parametrize(
    "filters",
    [
        {"ipc_filter_uid": frozenset({os.getuid()})},
        {"ipc_filter_gid": frozenset({os.getgid()})},
        {"ipc_filter_pid": frozenset({os.getpid()})},
        {"ipc_filter_uid": frozenset({424242}), "ipc_filter_pid": frozenset({os.getpid()})},
    ],
)
def test_any_filter_that_matches_lets_a_peer_in(
    filters: Any, path: str, wiring: Any, make_settings: Any
) -> None:
    """IPC-6"""
    near, far = wiring.pair(Ipc(), path, make_settings(**filters))
    near.send(b"in")
    assert wiring.receive(far) == b"in"


@pytest.mark.parametrize("name", ["ipc_filter_uid", "ipc_filter_gid", "ipc_filter_pid"])
def test_filter_turns_others_away(name: str, path: str, wiring: Any, make_settings: Any) -> None:
    """IPC-6"""
    listener = wiring.listen(Ipc(), path, make_settings(**{name: frozenset({424242})}))
    near = wiring.dial(Ipc(), path)
    assert select.select([listener.fileno()], [], [], 10)[0]
    with pytest.raises(PeerRefused, match="passes no filter"):
        listener.accept()
    assert wiring.receive(near) == b""


def test_filter_refuses_peers_that_nobody_vouches_for(
    path: str, wiring: Any, make_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-6"""
    monkeypatch.setattr(ipc, "peer_credentials", lambda sock: None)
    listener = wiring.listen(Ipc(), path, make_settings(ipc_filter_uid=frozenset({os.getuid()})))
    wiring.dial(Ipc(), path)
    with pytest.raises(PeerRefused):
        wiring.accept(listener)


def test_peer_address_names_user_group_and_process(path: str, wiring: Any) -> None:
    """IPC-7"""
    near, far = wiring.pair(Ipc(), path)
    assert near.peer_address == far.peer_address == ME


def test_peer_address_is_empty_where_the_system_does_not_tell(
    path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-7"""
    monkeypatch.setattr(ipc, "peer_credentials", lambda sock: None)
    assert wiring.pair(Ipc(), path)[1].peer_address == ""


def test_use_fd_takes_over_a_listening_socket_and_leaves_its_file(
    path: str, wiring: Any, make_settings: Any
) -> None:
    """TCP-12 for ipc: the file belongs to whoever made it."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    listener = wiring.listen(Ipc(), "*", make_settings(use_fd=server.detach()))
    assert listener.endpoint == f"ipc://{path}"
    wiring.dial(Ipc(), path)
    assert wiring.accept(listener).local == listener.endpoint
    listener.close()
    assert os.path.exists(path)


def test_resolve_gives_the_address_as_it_is() -> None:
    """EP-6"""
    assert Ipc().resolve("/a/b", Settings()) == ["ipc:///a/b"]


def test_only_directories_are_opened_for_the_lock(tmp_path: Path) -> None:
    """A FIFO in the place of the directory must not make the bind wait for a writer."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ZMQError) as caught:
        Ipc().listen(str(tmp_path / "fifo" / "s"), Settings())
    assert caught.value.errno == errno.ENOTDIR
