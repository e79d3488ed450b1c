"""Which socket types talk to each other."""

from __future__ import annotations

import pytest

from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError
from zerowire.zmtp import socket_type


def test_compatibility_is_mutual() -> None:
    for one, others in socket_type.PEERS.items():
        for other in others:
            assert one in socket_type.PEERS[other]


def test_every_type_that_speaks_zmtp_has_a_row() -> None:
    assert set(socket_type.PEERS) == {kind.name for kind in SocketType} - {"STREAM"}


@pytest.mark.parametrize("peer", ["PUSH", "pull", "", "NONSENSE"])
def test_another_type_is_refused(peer: str) -> None:
    with pytest.raises(RemoteProtocolError, match="PUSH talks to PULL, not to") as info:
        socket_type.check(SocketType.PUSH, peer)
    assert info.value.code == 0x10000018


def test_a_fitting_type_passes() -> None:
    socket_type.check(SocketType.PUSH, "PULL")


def test_a_type_that_never_shakes_hands_talks_to_nobody() -> None:
    with pytest.raises(RemoteProtocolError, match="STREAM talks to nobody"):
        socket_type.check(SocketType.STREAM, "STREAM")
