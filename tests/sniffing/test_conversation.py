"""What two peers say, of every version, in pieces, and when they say nonsense."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance.raw import SIGNATURE, command, frame, greeting, old_frame, properties, ready
from zerowire.constants import SocketType
from zerowire.sniffing import Conversation
from zerowire.zmtp.config import Config
from zerowire.zmtp.connection import Connection, State

Octets = list[tuple[int, bytes]]

NULL = [
    (0, SIGNATURE),
    (1, greeting()),
    (0, greeting()[10:]),
    (0, ready("SUB")),
    (1, ready("PUB", Identity=b"\xfe")),
    (0, command(b"SUBSCRIBE", b"a") + command(b"CANCEL", b"a")),
    (1, frame(b"a", more=True) + command(b"PING", b"\0\x0aping") + frame(b"1" * 300)),
    (0, command(b"PONG", b"ping") + command(b"LATER", b"?") + frame(b"", command=True)),
    (0, command(b"ERROR", b"\x03400")),
]
PLAIN = [
    (1, greeting(mechanism=b"PLAIN", as_server=1)),
    (0, greeting(mechanism=b"PLAIN", minor=0)),
    (0, command(b"HELLO", b"\x03ann\x06secret")),
    (1, command(b"WELCOME")),
    (0, command(b"INITIATE", properties(Socket_Type=b"REQ"))),
    (1, command(b"READY", properties(Socket_Type=b"REP"))),
]
TWO = [
    (0, SIGNATURE + b"\1\5" + frame(b"me")),  # a DEALER of ZMTP 2.0
    (1, SIGNATURE + b"\3" + b"\6" + frame(b"")),
    (0, frame(b"", more=True) + frame(b"hi")),
]
ONE = [
    (0, old_frame(b"me")),
    (1, SIGNATURE + b""),
    (0, old_frame(b"a", more=True) + old_frame(b"b" * 300)),
    (1, old_frame(b"back")),
]


def heard(octets: Octets, piece: int = 0) -> list[str]:
    """Return what is seen, as SIDE KIND FACTS."""
    talk = Conversation("a", "b")
    for side, data in octets:
        step = piece or len(data) or 1
        for start in range(0, len(data), step):
            talk.feed(side, data[start : start + step], 1.0)
    return [f"{seen.source} {seen.kind} {list(seen.facts.values())}" for seen in talk.seen()]


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_zmtp_3_is_understood(piece: int) -> None:
    assert sorted(heard(NULL, piece)) == sorted(
        [
            "b greeting ['3.1', 'NULL', False]",
            "a greeting ['3.1', 'NULL', False]",
            "a command ['READY', {'Socket-Type': 'SUB'}]",
            r"b command ['READY', {'Socket-Type': 'PUB', 'Identity': '\udcfe'}]",
            "a command ['SUBSCRIBE', b'a']",
            "a command ['CANCEL', b'a']",
            "b command ['PING', 1.0, b'ping']",
            f"b message [[b'a', b'{'1' * 300}']]",
            "a command ['PONG', b'ping']",
            "a command ['LATER', 1]",
            "a command ['', 0]",
            "a command ['ERROR', '400']",
        ]
    )


@pytest.mark.parametrize("piece", [0, 1])
def test_password_of_plain_is_not_shown(piece: int) -> None:
    seen = heard(PLAIN, piece)
    assert "a command ['HELLO', 'ann']" in seen
    assert "a command ['INITIATE', {'Socket-Type': 'REQ'}]" in seen
    assert "secret" not in "".join(seen)


@pytest.mark.parametrize("piece", [0, 1])
def test_older_versions_are_understood(piece: int) -> None:
    """The older of the two decides how both go on."""
    assert sorted(heard(TWO, piece)) == [
        "a greeting ['2.0', 'DEALER']",
        "a identity [b'me']",
        "a message [[b'', b'hi']]",
        "b greeting ['2.0', 'ROUTER']",
        "b identity [b'']",
    ]
    assert sorted(heard(ONE, piece)) == [
        "a greeting ['1.0']",
        "a identity [b'me']",
        f"a message [[b'a', b'{'b' * 300}']]",
        "b greeting ['1.0']",
        "b identity [b'']",
        "b message [[b'back']]",
    ]


@pytest.mark.parametrize("kinds", [(SocketType.REQ, SocketType.REP), (SocketType.SUB, SocketType.XPUB)])
def test_our_own_connections_are_understood(kinds: tuple[SocketType, SocketType]) -> None:
    ends = [Connection(Config(kind), 0.0) for kind in kinds]
    talk = Conversation("a", "b")
    while any(end.has_data_to_send for end in ends):
        for side, end in enumerate(ends):
            data = end.data_to_send()
            talk.feed(side, data, 0.0)
            ends[1 - side].receive_data(data, 0.0)
    assert all(end.state is State.TRAFFIC for end in ends)
    kind, other = (kind.name for kind in kinds)
    assert [seen.facts["properties"]["Socket-Type"] for seen in talk.seen() if seen.kind == "command"] in (
        [kind, other],
        [other, kind],
    )


def test_what_a_mechanism_has_sealed_is_counted_only() -> None:
    curve = partial(greeting, mechanism=b"CURVE")
    seen = heard(
        [
            (0, curve()),
            (1, curve()),
            (0, command(b"HELLO", bytes(194))),
            (0, frame(b"\x07MESSAGE" + bytes(30))),
        ]
    )
    assert seen[2:] == ["a command ['HELLO', 194]", "a sealed [38]"]


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "web server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(9), "TLS"),
        (b"hello there, how are you", "something else"),
    ],
)
def test_streams_of_others_are_named_once(octets: bytes, what: str) -> None:
    talk = Conversation("a", "b")
    for _ in range(3):
        talk.feed(1, octets, 0.0)
    (seen,) = talk.seen()
    assert seen.kind == "foreign"
    assert what in seen.facts["what"]


def test_gap_ends_one_side_only() -> None:
    talk = Conversation("a", "b")
    for side, data in NULL[:5]:
        talk.feed(side, data, 0.0)
    talk.seen()
    talk.gap(0, 17, 0.0)
    talk.gap(0, 17, 0.0)
    talk.feed(0, frame(b"lost"), 0.0)
    talk.feed(1, frame(b"found"), 0.0)
    assert [(seen.kind, *seen.facts.values()) for seen in talk.seen()] == [
        ("gap", 17),
        ("message", [b"found"]),
    ]


@pytest.mark.parametrize(
    "octets",
    [command(b"READY", b"\x05ab"), b"\x02" + b"\xff" * 8],
)
def test_broken_protocol_is_told(octets: bytes) -> None:
    assert [line for line in heard([*NULL[:3], (0, octets)]) if " broken " in line]


@settings(deadline=None)
@given(
    st.sampled_from([[], NULL[:3], PLAIN[:2], TWO[:2], ONE[:2]]),
    st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=80)), max_size=6),
)
def test_any_octets_are_understood_or_given_up(before: Octets, octets: Octets) -> None:
    whole = heard([*before, *octets])
    assert len(whole) <= 2 + len(before) * 3 + sum(len(data) + 1 for _, data in octets)
