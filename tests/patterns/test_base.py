from __future__ import annotations

import pytest

from zerowire.constants import Errno, SocketOption, SocketType
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.patterns.base import Pattern
from zerowire.patterns.registry import PATTERNS, make_pattern

DRAFT = {"SERVER", "CLIENT", "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM", "PEER", "CHANNEL"}


def test_every_stable_socket_type_has_a_pattern() -> None:
    assert {kind.name for kind in PATTERNS} == {kind.name for kind in SocketType} - DRAFT
    for kind, pattern in PATTERNS.items():
        assert type(make_pattern(kind, Settings(), 1)) is pattern


def test_unknown_socket_type_is_refused() -> None:
    """SOCK-1."""
    with pytest.raises(ZMQError) as caught:
        make_pattern(SocketType.SERVER, Settings(), 1)
    assert caught.value.errno == Errno.EINVAL


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.socket_type.name)
def test_compatibility_is_mutual(pattern: type[Pattern]) -> None:
    """Section 1.1, column 'may talk to'."""
    assert all(pattern.socket_type in PATTERNS[peer].peers for peer in pattern.peers)


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.socket_type.name)
def test_own_options_are_kept_and_returned(pattern: type[Pattern]) -> None:
    made = pattern(Settings(), 1)
    for row in pattern.options:
        if row.writable:
            assert made.get_option(row.number) == row.default
            value = b"value" if isinstance(row.default, bytes) else 1
            assert made.set_option(row.number, value)
            assert made.get_option(row.number) == value
    assert not made.set_option(SocketOption.SNDHWM, 1)
    assert made.get_option(SocketOption.SNDHWM) is None


@pytest.mark.parametrize("kind", [SocketType.PULL, SocketType.SUB])
def test_receivers_do_not_send(kind: SocketType) -> None:
    """PUSH-1, SUB-1."""
    pattern = make_pattern(kind, Settings(), 1)
    assert not pattern.can_send()
    for send in (pattern.send, pattern.check_send):
        with pytest.raises(ZMQError) as caught:
            send(b"x")
        assert caught.value.errno == Errno.ENOTSUP


@pytest.mark.parametrize("kind", [SocketType.PUSH, SocketType.PUB])
def test_senders_do_not_receive(kind: SocketType) -> None:
    """PUSH-1, PUB-1."""
    pattern = make_pattern(kind, Settings(), 1)
    assert not pattern.can_receive()
    with pytest.raises(ZMQError) as caught:
        pattern.receive()
    assert caught.value.errno == Errno.ENOTSUP


def test_only_subscribers_do_not_linger() -> None:
    """SUB-5."""
    assert {kind.name for kind in PATTERNS if PATTERNS[kind].default_linger == 0} == {"SUB", "XSUB"}


def test_without_peers_some_types_can_send_and_some_are_mute() -> None:
    """SOCK-6."""
    ready = {kind.name for kind in PATTERNS if make_pattern(kind, Settings(), 1).can_send()}
    assert ready == {"PUB", "XPUB", "XSUB", "ROUTER", "STREAM"}


def test_only_raw_types_speak_no_zmtp() -> None:
    assert {kind.name for kind in PATTERNS if make_pattern(kind, Settings(), 1).is_raw} == {"STREAM"}
