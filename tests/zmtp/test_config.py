"""NULL-4: what a socket announces."""

from __future__ import annotations

import pytest

from zerowire.constants import SocketType
from zerowire.zmtp import metadata
from zerowire.zmtp.connection import Config


@pytest.mark.parametrize("kind", list(SocketType))
def test_only_some_types_announce_an_identity(kind: SocketType) -> None:
    properties = metadata.decode(Config(kind, routing_id=b"me").announcement())
    expected = {"Socket-Type": kind.name.encode()}
    if kind.name in {"REQ", "DEALER", "ROUTER"}:
        expected["Identity"] = b"me"
    assert properties == expected


def test_own_properties_follow_in_the_order_of_their_names() -> None:
    config = Config(SocketType.PULL, metadata={"X-b": b"2\0cut", "X-a": b"1"})
    assert list(metadata.decode(config.announcement()).items())[1:] == [("X-a", b"1"), ("X-b", b"2")]
