"""Options: what can be read and set, and in which range (section 3.2)."""

from __future__ import annotations

import pytest

from tests.interop.library import Open, errno_of, ours, theirs, zmq

DEFAULTS = {
    4: 0, 5: b"", 8: 100, 9: 10000, 11: -1, 12: -1, 17: -1, 18: 100, 19: 100, 21: 0, 22: -1, 23: 1000,
    24: 1000, 25: 1, 27: -1, 28: -1, 31: 1, 34: -1, 35: -1, 36: -1, 37: -1, 39: 0, 42: 0, 43: 0, 44: 0,
    54: 0, 55: b"", 57: 0, 66: 30000, 75: 0, 76: 0, 77: -1, 79: 0, 80: 0, 81: 0, 84: 1500, 89: -1,
}  # fmt: skip
WRITE_ONLY = {"SUB": [6, 7], "ROUTER": [33, 51, 56, 61], "REQ": [51, 52, 53], "XPUB": [40, 69, 71, 72, 78]}
READ_ONLY = [13, 14, 15, 16, 32, 43, 81]
UNUSED = [0, 1, 2, 3, 10, 20, 26, 29, 30, 67, 82, 83, 999]
OUT_OF_RANGE = [
    (8, 0), (9, -1), (11, -2), (12, -2), (17, -2), (18, -2), (19, -1), (21, -1), (23, -1), (24, -1), (25, 0),
    (27, -2), (28, -2), (31, 2), (34, 2), (39, 2), (42, 2), (57, -1), (66, -1), (75, -1),
    pytest.param(76, -1, marks=ours), (76, 6553600), (77, -1), (79, -1), (80, -1), (84, 0), (89, -2),
]  # fmt: skip


@pytest.mark.parametrize("number", DEFAULTS)
def test_default(sock: Open, number: int) -> None:
    socket = sock("DEALER", linger=-1, rcvtimeo=-1, sndtimeo=-1)
    assert socket.getsockopt(number) == DEFAULTS[number]


@pytest.mark.parametrize(
    ("kind", "number"), [(kind, each) for kind in WRITE_ONLY for each in WRITE_ONLY[kind]]
)
def test_option_that_cannot_be_read(sock: Open, kind: str, number: int) -> None:
    """OPT-5."""
    assert errno_of(sock(kind).getsockopt, number) == zmq.EINVAL


@pytest.mark.parametrize("number", READ_ONLY)
def test_option_that_cannot_be_set(sock: Open, number: int) -> None:
    """OPT-1."""
    value: object = b"x" if number == 32 else 1
    assert errno_of(sock("DEALER").setsockopt, number, value) == zmq.EINVAL


@pytest.mark.parametrize("number", UNUSED)
def test_number_without_an_option(sock: Open, number: int) -> None:
    """OPT-6."""
    socket = sock("DEALER")
    assert errno_of(socket.getsockopt, number) == zmq.EINVAL
    assert errno_of(socket.setsockopt, number, 1) == zmq.EINVAL


@pytest.mark.parametrize(("number", "value"), OUT_OF_RANGE)
def test_value_out_of_range_changes_nothing(sock: Open, number: int, value: int) -> None:
    """OPT-1."""
    socket = sock("DEALER")
    before = socket.getsockopt(number)
    assert errno_of(socket.setsockopt, number, value) == zmq.EINVAL
    assert socket.getsockopt(number) == before


@pytest.mark.parametrize(
    ("kind", "linger"), [("PAIR", -1), ("PUB", -1), ("REQ", -1), ("SUB", 0), ("XSUB", 0)]
)
def test_linger_of_a_new_socket(context: object, kind: str, linger: int) -> None:
    """SUB-5."""
    with context.socket(getattr(zmq, kind)) as socket:  # type: ignore[attr-defined]
        assert socket.getsockopt(zmq.LINGER) == linger


@pytest.mark.parametrize(
    ("kind", "number"), [("DEALER", 33), ("DEALER", 52), ("PULL", 6), ("ROUTER", 53), ("SUB", 40)]
)
def test_option_of_another_socket_type(sock: Open, kind: str, number: int) -> None:
    """OPT-1."""
    value: object = b"" if number == 6 else 1
    assert errno_of(sock(kind).setsockopt, number, value) == zmq.EINVAL


@pytest.mark.parametrize("name", [b"", b"n" * 256], ids=["empty", "long"])
def test_routing_id_has_1_to_255_octets(sock: Open, name: bytes) -> None:
    assert errno_of(sock("DEALER").setsockopt, zmq.ROUTING_ID, name) == zmq.EINVAL


@pytest.mark.parametrize(("set_to", "read"), [(1234, 1200), (99, 0), (6553599, 6553500)])
def test_ttl_is_kept_in_tenths_of_a_second(sock: Open, set_to: int, read: int) -> None:
    assert sock("DEALER", heartbeat_ttl=set_to).getsockopt(zmq.HEARTBEAT_TTL) == read


@pytest.mark.parametrize(
    ("sets", "mechanism"),
    [
        ([("plain_server", 1)], (1, 1, 0)),
        ([("plain_username", b"ann")], (1, 0, 0)),
        ([("plain_server", 1), ("plain_password", b"secret")], (1, 0, 0)),
        ([("plain_server", 1), ("plain_server", 0)], (0, 0, 0)),
        ([("plain_username", b"ann"), ("curve_server", 0)], (0, 0, 0)),
        ([("curve_server", 1)], (2, 0, 1)),
        ([("curve_server", 1), ("curve_secretkey", b"k" * 32)], (2, 0, 1)),
        ([("plain_server", 1), ("curve_publickey", b"k" * 32)], (2, 0, 1)),
        ([("curve_server", 1), ("curve_serverkey", b"k" * 32)], (2, 0, 0)),
        ([("zap_domain", b"global")], (0, 0, 0)),
    ],
    ids=str,
)
def test_the_last_option_of_security_decides(
    sock: Open, sets: list[tuple[str, object]], mechanism: tuple[int, int, int]
) -> None:
    """OPT-7: MECHANISM, PLAIN_SERVER, CURVE_SERVER."""
    socket = sock("DEALER")
    for name, value in sets:
        socket.setsockopt(getattr(zmq, name.upper()), value)
    views = zmq.MECHANISM, zmq.PLAIN_SERVER, zmq.CURVE_SERVER
    assert tuple(map(socket.getsockopt, views)) == mechanism


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plain_username", b""),
        ("plain_password", b"x" * 256),
        ("zap_domain", b""),
        ("plain_server", 2),
        ("curve_server", -1),
        ("curve_serverkey", b"k" * 31),
        ("curve_serverkey", b"#" * 40),
        ("curve_serverkey", b"'" * 40),
    ],
    ids=str,
)
def test_security_that_is_none_is_refused(sock: Open, name: str, value: object) -> None:
    """Rows 44 to 55: a program that asks for authentication must not run without it."""
    assert errno_of(sock("DEALER").setsockopt, getattr(zmq, name.upper()), value) == zmq.EINVAL


@pytest.mark.parametrize("key", [b"k" * 32, b"0" * 40, b"0" * 40 + b"\0"], ids=len)
def test_keys_are_octets_or_z85(sock: Open, key: bytes) -> None:
    """Rows 48 to 50."""
    socket = sock("DEALER")
    for name in ("CURVE_PUBLICKEY", "CURVE_SECRETKEY", "CURVE_SERVERKEY"):
        socket.setsockopt(getattr(zmq, name), key)


@pytest.mark.parametrize("text", [b"no colon", b":no key", b"key-without-X:v"])
def test_metadata_is_a_key_that_begins_with_x(sock: Open, text: bytes) -> None:
    assert errno_of(sock("DEALER").setsockopt, 95, text) == zmq.EINVAL


def test_publisher_subscribes_for_peers_only_when_told(sock: Open) -> None:
    """XPUB-5."""
    assert errno_of(sock("XPUB").setsockopt, zmq.SUBSCRIBE, b"a") == zmq.EINVAL


@theirs
@pytest.mark.parametrize("number", [97, 101, 102, 110, 111, 112, 114])
def test_draft_option_is_unknown(sock: Open, number: int) -> None:
    """OPT-4: without a draft build."""
    assert errno_of(sock("ROUTER").getsockopt, number) == zmq.EINVAL


@ours
@pytest.mark.parametrize(("number", "default"), [(101, 8192), (102, 8192), (112, 0), (113, 0)])
def test_draft_option_is_always_there(sock: Open, number: int, default: int) -> None:
    """OPT-4: there are no builds with fewer options."""
    assert sock("DEALER").getsockopt(number) == default
