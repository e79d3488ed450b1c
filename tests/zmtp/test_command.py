"""RFC 37, "Commands"."""

from __future__ import annotations

import pytest

from zerowire.zmtp import command


def test_a_command_is_a_name_and_data() -> None:
    assert command.encode(b"READY", b"x") == b"\x05READYx"
    assert command.split(b"\x05READYx") == (b"READY", b"x")


@pytest.mark.parametrize("body", [b"", b"\x05", b"\x05READ"])
def test_a_name_longer_than_the_body_is_noticed(body: bytes) -> None:
    assert command.split(body) is None


@pytest.mark.parametrize(
    ("ttl", "octets"), [(0, b"\0\0"), (1.5, b"\0\x0f"), (6553.5, b"\xff\xff"), (1e6, b"\xff\xff")]
)
def test_ping_carries_the_time_to_live_in_tenths(ttl: float, octets: bytes) -> None:
    """HB-3: nothing wraps."""
    assert command.ping(ttl, b"ctx") == b"\x04PING" + octets + b"ctx"


def test_pong_repeats_at_most_16_octets() -> None:
    assert command.pong(b"0123456789abcdefgh") == b"\x04PONG0123456789abcdef"


@pytest.mark.parametrize(
    ("reason", "status"), [(b"300", 300), (b"400", 400), (b"500", 500), (b"No", None), (b"", None)]
)
def test_an_error_says_whether_zap_refused(reason: bytes, status: int | None) -> None:
    """NULL-7."""
    split = command.split(command.error(reason))
    assert split is not None
    failure = command.refusal(split[1])
    assert (failure.status, failure.code) == (status, 0)
    assert reason.decode() in str(failure)


@pytest.mark.parametrize("data", [b"", b"\x04abc"])
def test_an_error_without_a_whole_reason_is_malformed(data: bytes) -> None:
    failure = command.refusal(data)
    assert (failure.status, failure.code) == (None, 0x10000015)
