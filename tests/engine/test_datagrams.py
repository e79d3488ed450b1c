"""What is in the datagrams of a socket type."""

from __future__ import annotations

import socket

import pytest

from zerowire.engine.datagrams import Addressed, Grouped
from zerowire.error import RemoteProtocolError
from zerowire.message import Frame


def test_grouped_has_one_target() -> None:
    form = Grouped(("127.0.0.1", 5555), -1)
    assert form.encode([b"g", b"body"]) == (b"\1gbody", ("127.0.0.1", 5555))
    assert form.encode([b"g", bytes(9000)]) is None
    assert form.decode(b"\1gbody", ("192.0.2.7", 1)) == [b"g", b"body"]
    assert form.size > 8192  # so that what is too long can be told


def test_addressed_has_the_target_in_the_message() -> None:
    form = Addressed(socket.AF_INET, -1)
    assert form.encode([Frame(b"127.0.0.1:5555"), Frame(b"data")]) == (b"data", ("127.0.0.1", 5555))
    assert form.encode([b"nowhere", b"data"]) is None
    assert form.decode(b"data", ("192.0.2.7", 1)) == [b"192.0.2.7:1", b"data"]


def test_maxmsgsize_is_for_both() -> None:
    for form, datagram in ((Grouped(("", 1), 3), b"\1g"), (Addressed(socket.AF_INET, 3), b"")):
        assert form.decode(datagram + b"123", ("192.0.2.7", 1))
        with pytest.raises(RemoteProtocolError, match="beyond the limit of 3"):
            form.decode(datagram + b"1234", ("192.0.2.7", 1))
