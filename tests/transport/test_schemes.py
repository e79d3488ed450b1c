"""From schemes to transports (EP-1)."""

from __future__ import annotations

from errno import EPROTONOSUPPORT

import pytest

from zerowire.error import ZMQError
from zerowire.transport.schemes import MODULES, PLANNED, find


@pytest.mark.parametrize("scheme", ["tcp", "ipc", "epgm", "pgm", "udp", "ws", "wss"])
def test_finds_a_transport_by_its_scheme(scheme: str) -> None:
    assert find(scheme).scheme == scheme


@pytest.mark.parametrize("scheme", sorted(PLANNED))
def test_says_what_is_not_available_yet(scheme: str) -> None:
    with pytest.raises(ZMQError, match="not available yet") as caught:
        find(scheme)
    assert caught.value.errno == EPROTONOSUPPORT


def test_says_that_a_system_has_no_local_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(MODULES, "ipc")
    with pytest.raises(
        ZMQError, match="not available on this system; use one of epgm, inproc, pgm, tcp, udp, ws, wss"
    ):
        find("ipc")


@pytest.mark.parametrize("scheme", ["ftl", "TCP", "tcp ", ""])
def test_unknown_scheme_is_not_supported(scheme: str) -> None:
    """EP-1"""
    with pytest.raises(
        ZMQError, match="unknown; use one of epgm, inproc, ipc, pgm, tcp, udp, ws, wss"
    ) as caught:
        find(scheme)
    assert caught.value.errno == EPROTONOSUPPORT
