"""The files of ipc: whose they are, and when they go (IPC-1 to IPC-5)."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from zerowire.error import ZMQError
from zerowire.transport import ipc_path
from zerowire.transport.endpoint import IPC_PATH_MAX
from zerowire.transport.ipc_path import SocketFile, listen_at, make_directory, parse


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "s")


@pytest.mark.skipif(sys.platform != "linux", reason="names without a file exist on Linux only")
def test_name_without_a_file_begins_with_nul() -> None:
    """IPC-2"""
    assert parse("@name") == b"\0name"


def test_name_without_a_file_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPC-2"""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ZMQError, match="Linux only") as caught:
        parse("@name")
    assert caught.value.errno == errno.EINVAL


def test_empty_name_is_invalid() -> None:
    """IPC-2"""
    with pytest.raises(ZMQError, match="no name") as caught:
        parse("@")
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize("first", ["/", "@"])
def test_longest_path_fits_and_one_octet_more_does_not(first: str) -> None:
    """IPC-1"""
    assert len(parse(first + "a" * (IPC_PATH_MAX - 1))) == IPC_PATH_MAX
    with pytest.raises(ZMQError, match=f"longer than {IPC_PATH_MAX}") as caught:
        parse(first + "a" * IPC_PATH_MAX)
    assert caught.value.errno == errno.ENAMETOOLONG


def test_octets_are_counted_and_not_characters() -> None:
    """IPC-1"""
    with pytest.raises(ZMQError):
        parse("/" + "é" * (IPC_PATH_MAX // 2 + 1))


# -- whose file --------------------------------------------------------------------------------


def test_live_socket_is_not_taken_away(path: str, wiring: Any) -> None:
    """IPC-4: unlike libzmq, which steals the path."""
    first = wiring.keep(listen_at(path, 5))
    with pytest.raises(OSError, match="in use"):
        listen_at(path, 5)
    with wiring.keep(socket.socket(socket.AF_UNIX)) as peer:
        peer.connect(path)
        first.setblocking(True)
        first.accept()[0].close()


def test_live_socket_with_a_full_queue_is_not_taken_away(path: str, wiring: Any) -> None:
    """IPC-4"""
    wiring.keep(listen_at(path, 0))
    for _ in range(10):
        peer = wiring.keep(socket.socket(socket.AF_UNIX))
        peer.setblocking(False)
        if peer.connect_ex(path):
            break
    with pytest.raises(OSError, match="in use"):
        listen_at(path, 5)


def test_stale_socket_is_taken_over(path: str, wiring: Any) -> None:
    """IPC-4: a killed process leaves its file behind."""
    listen_at(path, 5).close()
    assert os.path.exists(path)
    wiring.keep(listen_at(path, 5))
    wiring.keep(socket.socket(socket.AF_UNIX)).connect(path)


def test_socket_that_vanishes_meanwhile_is_no_obstacle(
    path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-4: somebody may tidy up at the same time."""
    listen_at(path, 5).close()
    look = os.lstat

    def vanish(file: str) -> os.stat_result:
        os.unlink(file)
        return look(file)

    monkeypatch.setattr(os, "lstat", vanish)
    assert wiring.keep(listen_at(path, 5)).getsockname() == path


@pytest.mark.parametrize("kind", ["file", "directory", "dangling_link"])
def test_other_files_are_left_alone(kind: str, path: str) -> None:
    """IPC-4"""
    if kind == "file":
        Path(path).write_text("precious")
    elif kind == "directory":
        os.mkdir(path)
    else:
        os.symlink("nowhere", path)
    with pytest.raises(OSError, match="in use"):
        listen_at(path, 5)
    assert os.path.lexists(path)


def test_only_one_of_many_takes_a_stale_socket_over(path: str, wiring: Any) -> None:
    """IPC-4: looking and binding are one step."""
    listen_at(path, 5).close()
    won, lost = list[socket.socket](), list[int | None]()
    start = threading.Barrier(8)

    def bind() -> None:
        start.wait(10)
        try:
            won.append(wiring.keep(listen_at(path, 5)))
        except OSError as error:
            lost.append(error.errno)

    threads = [threading.Thread(target=bind) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(won) == 1
    assert lost == [errno.EADDRINUSE] * 7


def test_lock_of_somebody_else_does_not_keep_us_for_ever(
    path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr(ipc_path, "LOCK_PAUSE", 0.0)
    fd = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        assert wiring.keep(listen_at(path, 5)).getsockname() == path
    finally:
        os.close(fd)


def test_bind_works_where_directories_cannot_be_locked(
    path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOLCK, "no locks")

    import fcntl

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert wiring.keep(listen_at(path, 5)).getsockname() == path


def test_bind_works_where_directories_cannot_be_opened(
    path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")
    assert wiring.keep(listen_at(path, 5)).getsockname() == path


# -- the end of a file -------------------------------------------------------------------------


def test_own_file_is_removed_once(path: str, wiring: Any) -> None:
    wiring.keep(listen_at(path, 5))
    file = SocketFile(path)
    file.remove()
    assert not os.path.exists(path)
    Path(path).touch()
    file.remove()
    assert os.path.exists(path)


def test_file_of_a_successor_is_left_alone(path: str, wiring: Any) -> None:
    wiring.keep(listen_at(path, 5))
    file = SocketFile(path)
    os.unlink(path)
    wiring.keep(listen_at(path, 5))
    file.remove()
    assert os.path.exists(path)


def test_relative_path_is_removed_after_a_change_of_directory(
    tmp_path: Path, wiring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wiring.keep(listen_at("s", 5))
    file = SocketFile("s")
    monkeypatch.chdir("/")
    file.remove()
    assert not (tmp_path / "s").exists()


def test_forked_child_leaves_the_file_alone(path: str, wiring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.keep(listen_at(path, 5))
    file = SocketFile(path)
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    file.remove()
    assert os.path.exists(path)


def test_missing_file_is_no_trouble(path: str) -> None:
    file = SocketFile(path, own_directory=True)
    file.remove()
    assert not os.path.exists(os.path.dirname(path))


# -- a directory for the wildcard --------------------------------------------------------------


@pytest.mark.parametrize("name", ["TMPDIR", "TEMPDIR", "TMP"])
def test_directory_is_made_where_the_environment_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-3"""
    for other in ipc_path.DIRECTORIES:
        monkeypatch.setenv(other, "/nosuch")
    monkeypatch.setenv(name, str(tmp_path))
    directory = Path(make_directory())
    assert directory.parent == tmp_path
    assert directory.name.startswith("tmp")


def test_directory_is_made_here_when_the_environment_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPC-3"""
    for name in ipc_path.DIRECTORIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert Path(make_directory()).parent == tmp_path
