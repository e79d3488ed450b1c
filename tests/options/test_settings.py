"""Each option of features that all socket types share can be set and got as its row says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from zerowire.constants import Errno, SocketOption, _OptType
from zerowire.error import ZMQError
from zerowire.options import REFUSED, SOCKET_OPTIONS, Kind, Option, Settings, get_option, seconds, set_option
from zerowire.patterns.registry import PATTERNS

O = SocketOption  # noqa: E741  the tables below are read by column
STORED = [row for row in SOCKET_OPTIONS.values() if not row.unavailable and not row.is_computed]
LATER = [row for row in SOCKET_OPTIONS.values() if row.unavailable]


def name_of(row: Option) -> str:
    return row.name


def refused(settings: Settings, number: int, value: Any) -> str:
    with pytest.raises(ZMQError) as caught:
        set_option(settings, number, value)
    assert caught.value.errno == Errno.EINVAL
    return str(caught.value)


def unreadable(settings: Settings, number: int) -> str:
    with pytest.raises(ZMQError) as caught:
        get_option(settings, number)
    assert caught.value.errno == Errno.EINVAL
    return str(caught.value)


# -- the table -----------------------------------------------------------------------------------


def test_settings_have_a_field_for_each_row_and_no_other() -> None:
    assert set(Settings.__annotations__) - {"authenticate", "limits"} == {row.attribute for row in STORED}


@pytest.mark.parametrize("row", STORED, ids=name_of)
def test_settings_begin_with_the_defaults_of_the_rows(row: Option) -> None:
    value = getattr(Settings(), row.attribute)
    assert row.show(value) == row.default
    assert type(row.show(value)) is type(row.default)


def test_every_number_belongs_to_one_owner() -> None:
    own = {int(row.number) for kind in PATTERNS.values() for row in kind.options}
    own |= {O.SUBSCRIBE, O.UNSUBSCRIBE}
    for number in SocketOption:
        owners = [number in SOCKET_OPTIONS, number in own, number in REFUSED]
        assert owners.count(True) == 1, number
    assert set(SOCKET_OPTIONS) | own | set(REFUSED) == set(map(int, SocketOption))


@pytest.mark.parametrize("row", SOCKET_OPTIONS.values(), ids=name_of)
def test_kind_of_a_row_is_the_type_of_its_number(row: Option) -> None:
    kinds = {
        _OptType.int: {Kind.INT, Kind.BOOL},
        _OptType.int64: {Kind.INT64, Kind.UINT64},
        _OptType.bytes: {Kind.BYTES, Kind.STRING},
        _OptType.fd: {Kind.FD},
    }
    assert isinstance(row.number, SocketOption)
    assert row.kind in kinds[row.number._opt_type]


@pytest.mark.parametrize("row", SOCKET_OPTIONS.values(), ids=name_of)
def test_doc_of_a_row_is_a_sentence(row: Option) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", row.doc)


def test_live_rows_are_those_that_take_effect_at_once() -> None:
    """OPT-2."""
    live = {row.number for row in SOCKET_OPTIONS.values() if row.live}
    assert live == {O.LINGER, O.SNDHWM, O.RCVHWM, O.RCVTIMEO, O.SNDTIMEO}


# -- values --------------------------------------------------------------------------------------

INTEGERS = [
    # number, least, greatest or None, default
    (O.SNDHWM, 0, None, 1000),
    (O.RCVHWM, 0, None, 1000),
    (O.LINGER, -1, None, -1),
    (O.RCVTIMEO, -1, None, -1),
    (O.SNDTIMEO, -1, None, -1),
    (O.RECONNECT_IVL, -1, None, 100),
    (O.RECONNECT_IVL_MAX, 0, None, 0),
    (O.RECONNECT_STOP, 0, 7, 0),
    (O.HANDSHAKE_IVL, 0, None, 30000),
    (O.HEARTBEAT_IVL, 0, None, 0),
    (O.HEARTBEAT_TIMEOUT, 0, None, -1),
    (O.CONNECT_TIMEOUT, 0, None, 0),
    (O.BACKLOG, 0, None, 100),
    (O.SNDBUF, -1, None, -1),
    (O.RCVBUF, -1, None, -1),
    (O.TOS, 0, None, 0),
    (O.PRIORITY, 0, None, 0),
    (O.BUSY_POLL, 0, None, 0),
    (O.TCP_KEEPALIVE, -1, 1, -1),
    (O.TCP_KEEPALIVE_CNT, -1, None, -1),
    (O.TCP_KEEPALIVE_IDLE, -1, None, -1),
    (O.TCP_KEEPALIVE_INTVL, -1, None, -1),
    (O.TCP_MAXRT, 0, None, 0),
    (O.USE_FD, -1, None, -1),
    (O.IN_BATCH_SIZE, 1, None, 8192),
    (O.OUT_BATCH_SIZE, 1, None, 8192),
]


@pytest.mark.parametrize(("number", "low", "high", "default"), INTEGERS, ids=lambda each: str(each))
def test_number_can_be_set_within_its_range(number: O, low: int, high: int | None, default: int) -> None:
    """OPT-1 and the table of socket options."""
    settings = Settings()
    assert get_option(settings, number) == default
    high = 2**31 - 1 if high is None else high
    for value in (low, high):
        set_option(settings, number, value)
        assert get_option(settings, number) == value == getattr(settings, number.name.lower())
    for value in (low - 1, high + 1):
        assert f"{number.name} is {value}, must be {low}" in refused(settings, number, value)
    assert get_option(settings, number) == high


@pytest.mark.parametrize(
    ("number", "default", "strict"),
    [
        (O.CONFLATE, 0, True),
        (O.IMMEDIATE, 0, True),
        (O.IPV6, 0, True),
        (O.IPV4ONLY, 1, True),
        (O.LOOPBACK_FASTPATH, 0, False),
    ],
)
def test_boolean_reads_as_0_or_1(number: O, default: int, strict: bool) -> None:
    """OPT-3."""
    settings = Settings()
    assert get_option(settings, number) == default
    set_option(settings, number, 1 - default)
    assert get_option(settings, number) == 1 - default
    if strict:
        assert refused(settings, number, 2) == f"{number.name} is 2, must be 0 or 1"
    else:
        set_option(settings, number, -7)
        assert get_option(settings, number) == 1


def test_linger_error_says_what_would_be_right() -> None:
    assert refused(Settings(), O.LINGER, -3) == "LINGER is -3, must be -1 (for ever) or more milliseconds"


def test_wide_numbers_have_64_bits() -> None:
    settings = Settings()
    set_option(settings, O.MAXMSGSIZE, 2**63 - 1)
    set_option(settings, O.AFFINITY, 2**64 - 1)
    assert get_option(settings, O.MAXMSGSIZE) == 2**63 - 1
    assert get_option(settings, O.AFFINITY) == 2**64 - 1
    assert "MAXMSGSIZE" in refused(settings, O.MAXMSGSIZE, -2)
    assert "AFFINITY" in refused(settings, O.AFFINITY, 2**64)


def test_heartbeat_ttl_is_rounded_down_to_tenths_of_a_second() -> None:
    settings = Settings()
    set_option(settings, O.HEARTBEAT_TTL, 1999)
    assert get_option(settings, O.HEARTBEAT_TTL) == 1900
    set_option(settings, O.HEARTBEAT_TTL, 6553599)
    assert get_option(settings, O.HEARTBEAT_TTL) == 6553500
    assert "0 to 6553599 milliseconds" in refused(settings, O.HEARTBEAT_TTL, 6553600)


def test_ipv4only_is_the_opposite_of_ipv6() -> None:
    settings = Settings()
    set_option(settings, O.IPV4ONLY, 0)
    assert settings.ipv6 is True
    assert get_option(settings, O.IPV6) == 1
    set_option(settings, O.IPV6, 0)
    assert get_option(settings, O.IPV4ONLY) == 1


@pytest.mark.parametrize("number", [O.ROUTING_ID, O.CONNECT_ROUTING_ID])
def test_routing_id_has_1_to_255_octets(number: O) -> None:
    """T-7."""
    settings = Settings()
    for value in (b"\0", b"a\0b\0", b"x" * 255):
        set_option(settings, number, value)
        assert getattr(settings, number.name.lower()) == value
    for value in (b"", b"x" * 256):
        assert "must be 1 to 255 octets" in refused(settings, number, value)


def test_routing_id_can_be_read_and_that_of_the_next_peer_cannot() -> None:
    settings = Settings()
    set_option(settings, O.ROUTING_ID, b"a\0")
    assert get_option(settings, O.IDENTITY) == b"a\0"
    assert unreadable(settings, O.CONNECT_RID) == "CONNECT_ROUTING_ID can be set only"


def test_device_can_be_named_and_cleared() -> None:
    settings = Settings()
    set_option(settings, O.BINDTODEVICE, b"eth0")
    assert settings.bindtodevice == "eth0"
    set_option(settings, O.BINDTODEVICE, None)
    assert get_option(settings, O.BINDTODEVICE) == b""
    assert "0 to 16 octets" in refused(settings, O.BINDTODEVICE, b"x" * 17)


def test_metadata_adds_up_and_the_first_value_of_a_name_stays() -> None:
    settings = Settings()
    before = settings.copy()
    set_option(settings, O.METADATA, b"X-key:value:more")
    set_option(settings, O.METADATA, b"X-key:other")
    set_option(settings, O.METADATA, b"X-empty:")
    assert settings.metadata == {"X-key": b"value:more", "X-empty": b""}
    assert before.metadata == {}
    assert unreadable(settings, O.METADATA) == "METADATA can be set only"


@pytest.mark.parametrize("wrong", [b"", b"X-key", b":value", b"X-my key:value", b"X-" + b"x" * 254 + b":v"])
def test_metadata_without_name_and_value_is_refused(wrong: bytes) -> None:
    assert "must be X-name:value" in refused(Settings(), O.METADATA, wrong)


@pytest.mark.parametrize("taken", [b"Socket-Type:REP", b"identity:me", b"User-Id:root", b"Resource:a"])
def test_metadata_cannot_claim_properties_of_zmtp_or_zap(taken: bytes) -> None:
    assert "must be X-name:value" in refused(Settings(), O.METADATA, taken)


def test_accept_filters_add_up_and_can_be_cleared() -> None:
    settings = Settings()
    for text in (b"127.0.0.1", b"10.1.2.3/8", b"::1", b"fe80::/10"):
        set_option(settings, O.TCP_ACCEPT_FILTER, text)
    assert settings.tcp_accept_filter == ("127.0.0.1", "10.1.2.3/8", "::1", "fe80::/10")
    for wrong in (b"example", b"1.2.3.4/33", b"::/129"):
        assert "must be an address or address/bits" in refused(settings, O.TCP_ACCEPT_FILTER, wrong)
    for clear in (b"", None):
        set_option(settings, O.TCP_ACCEPT_FILTER, b"127.0.0.1")
        set_option(settings, O.TCP_ACCEPT_FILTER, clear)
        assert not settings.tcp_accept_filter


@pytest.mark.parametrize("number", [O.IPC_FILTER_UID, O.IPC_FILTER_GID, O.IPC_FILTER_PID])
def test_credentials_add_up_and_can_be_cleared(number: O) -> None:
    settings = Settings()
    set_option(settings, number, 0)
    set_option(settings, number, 2**32 - 1)
    assert getattr(settings, number.name.lower()) == {0, 2**32 - 1}
    for wrong in (-1, 2**32):
        assert "must be 0 to 4294967295" in refused(settings, number, wrong)
    set_option(settings, number, None)
    assert getattr(settings, number.name.lower()) == frozenset()
    assert "can be set only" in unreadable(settings, number)


# -- what cannot be used -------------------------------------------------------------------------


@pytest.mark.parametrize("row", LATER, ids=name_of)
def test_option_of_a_later_part_keeps_its_default(row: Option) -> None:
    settings = Settings()
    default = get_option(settings, row.number)
    set_option(settings, row.number, default)
    other = (
        b"\1" * 32 if isinstance(default, bytes) else 1 - default if row.kind is Kind.BOOL else default + 1
    )
    assert re.fullmatch(rf"{row.name}: .* is not available yet", refused(settings, row.number, other))
    assert get_option(settings, row.number) == default


def test_option_of_a_later_part_says_what_is_missing() -> None:
    message = refused(Settings(), O.SOCKS_PROXY, b"ann")
    assert message == "SOCKS_PROXY: a SOCKS proxy is not available yet"


@pytest.mark.parametrize(
    "number", [O.TYPE, O.RCVMORE, O.FD, O.EVENTS, O.LAST_ENDPOINT, O.MECHANISM, O.THREAD_SAFE]
)
def test_fact_can_be_read_only(number: O) -> None:
    assert refused(Settings(), number, 1) == f"{number.name} can be read only"


def test_mechanism_is_null() -> None:
    """OPT-7."""
    assert get_option(Settings(), O.MECHANISM) == 0


def test_fact_of_the_socket_is_not_among_its_settings() -> None:
    assert unreadable(Settings(), O.TYPE) == "TYPE is known to the socket alone"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (1, "HWM is no option of a socket: set SNDHWM and RCVHWM instead"),
        (70, "BLOCKY is no option of a socket: set it on the context"),
        (33, "ROUTER_MANDATORY is an option of other socket types"),
        *(
            (hole, f"there is no option {hole}")
            for hole in (-1, 0, 2, 3, 10, 20, 26, 29, 30, 67, 82, 83, 125)
        ),
    ],
)
def test_number_without_a_row_is_refused(number: int, message: str) -> None:
    """OPT-1, OPT-6."""
    assert refused(Settings(), number, 1) == message
    assert unreadable(Settings(), number) == message


# -- Settings ------------------------------------------------------------------------------------


def test_copy_does_not_see_later_changes() -> None:
    """OPT-2."""
    settings = Settings()
    set_option(settings, O.TCP_ACCEPT_FILTER, b"::1")
    copy = settings.copy()
    for number, value in ((O.SNDHWM, 5), (O.METADATA, b"X-a:b"), (O.TCP_ACCEPT_FILTER, b"")):
        set_option(settings, number, value)
    assert (copy.sndhwm, copy.metadata, copy.tcp_accept_filter) == (1000, {}, ("::1",))


@pytest.mark.parametrize(("milliseconds", "expected"), [(-1, None), (0, 0.0), (1500, 1.5)])
def test_milliseconds_become_seconds(milliseconds: int, expected: float | None) -> None:
    assert seconds(milliseconds) == expected
