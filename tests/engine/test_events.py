"""What happens to links, in the monitor's words."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from tests.engine.bench import Bench, Owner
from zerowire.constants import Event, SocketType
from zerowire.engine.events import handshake_failure, report_lost
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.zmtp.connection import PeerTimeout

MISTAKE = RemoteProtocolError("mistake", 0x10000022)
TIMEOUT = PeerTimeout("silent", in_handshake=True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MISTAKE, (Event.HANDSHAKE_FAILED_PROTOCOL, 0x10000022)),
        (RemoteProtocolError("no code"), (0, 0)),
        (TIMEOUT, (Event.HANDSHAKE_FAILED_NO_DETAIL, errno.ETIMEDOUT)),
        (ZMQError(errno.ECONNRESET), (Event.HANDSHAKE_FAILED_NO_DETAIL, errno.ECONNRESET)),
        (ValueError("a mistake of ours"), (0, 0)),
    ],
)
def test_failed_handshake_has_an_event(error: Exception, expected: tuple[int, int]) -> None:
    assert handshake_failure(error) == expected


@pytest.mark.parametrize("status", [300, 400, 500])
def test_refused_peer_tells_the_status(status: int) -> None:
    error = RemoteProtocolError("refused")
    error.status = status
    assert handshake_failure(error) == (Event.HANDSHAKE_FAILED_AUTH, status)


@pytest.mark.parametrize(
    ("error", "was_ready", "names"),
    [
        (MISTAKE, False, ["HANDSHAKE_FAILED_PROTOCOL", "DISCONNECTED"]),
        (MISTAKE, True, ["HANDSHAKE_FAILED_PROTOCOL", "DISCONNECTED"]),
        (RemoteProtocolError("no code"), False, ["DISCONNECTED"]),
        (RemoteProtocolError("no code"), True, ["DISCONNECTED"]),
        (TIMEOUT, False, ["HANDSHAKE_FAILED_NO_DETAIL", "DISCONNECTED"]),
        (None, True, []),  # MON-8: this side ended it
    ],
)
def test_lost_link_is_reported(
    bench: Bench, linked: Any, error: Exception | None, was_ready: bool, names: list[str]
) -> None:
    core = bench.open(SocketType.PUSH)
    recorder = bench.record(core)
    link, _, _, _ = linked(core, owner=Owner(core))
    report_lost(core, link, 77, error, was_ready)
    assert recorder.names == names
    for happening in recorder.seen[-1:]:
        assert (happening.value, happening.endpoint) == (77, "test://peer")
        assert (happening.local, happening.remote) == ("memory://first", "memory://second")


def test_nobody_watches_and_nothing_is_reported(bench: Bench, linked: Any) -> None:
    core = bench.open(SocketType.PUSH)
    link, _, _, _ = linked(core)
    report_lost(core, link, 77, MISTAKE, False)
    assert core.monitor is None
