"""Who stands at the other end of a local socket (IPC-6, IPC-7)."""

from __future__ import annotations

import os
import pwd
import socket
import struct

import pytest

from zerowire.transport.credentials import Credentials, peer_credentials


def test_kernel_names_user_group_and_process() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert peer_credentials(near) == (os.getuid(), os.getgid(), os.getpid())


def test_text_is_that_of_the_metadata() -> None:
    """IPC-7"""
    assert str(Credentials(1000, 100, 4711)) == "localhost:1000:100:4711"
    assert str(Credentials(1000, 100, None)) == "localhost:1000:100:"


def test_groups_are_those_of_the_user() -> None:
    """IPC-6: primary and supplementary ones."""
    user = pwd.getpwuid(os.getuid())
    assert Credentials(user.pw_uid, 424242, 1).groups() == {424242, *os.getgrouplist(user.pw_name, 424242)}


def test_user_without_a_name_has_its_group() -> None:
    assert Credentials(4_000_000_000, 7, 1).groups() == {7}


class Elsewhere:
    """A socket of a system with LOCAL_PEERCRED."""

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert (level, option) == (0, 1)
        return struct.pack("IIhxx16I", 0, 501, 2, 20, 12, *[0] * 14)


def test_other_systems_tell_without_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPC-7"""
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    monkeypatch.setattr(socket, "LOCAL_PEERCRED", 1, raising=False)
    assert peer_credentials(Elsewhere()) == (501, 20, None)  # type: ignore[arg-type]


def test_system_that_does_not_tell_knows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    monkeypatch.delattr(socket, "LOCAL_PEERCRED", raising=False)
    assert peer_credentials(Elsewhere()) is None  # type: ignore[arg-type]
