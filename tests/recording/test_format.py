"""The octets of a recording."""

from __future__ import annotations

import struct
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.recording.format import (
    Direction,
    Entry,
    NotARecording,
    message_body,
    read_message,
    read_session,
    record,
    session_body,
)

ENTRIES = st.builds(
    Entry,
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.sampled_from(Direction),
    st.text(max_size=40),
    st.lists(st.binary(max_size=300), max_size=5),
)


@settings(deadline=None)
@given(ENTRIES)
def test_message_is_read_as_it_was_written(entry: Entry) -> None:
    assert read_message(message_body(entry)) == entry


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_body_is_a_message_or_refused(body: bytes) -> None:
    try:
        entry = read_message(body)
    except NotARecording:
        return
    assert message_body(entry)[1:] == body[1:]


def test_record_is_as_the_page_says() -> None:
    """docs/reference/recording-format.md."""
    body = struct.pack("!BqBH", 1, 5, 1, 3) + b"tcp" + struct.pack("!I", 2) + b"hi"
    assert message_body(Entry(5, Direction.SENT, "tcp", [b"hi"])) == body
    length = struct.pack("!I", len(body))
    assert record(body) == length + struct.pack("!I", crc32(length + body)) + body


@pytest.mark.parametrize("facts", [b"{", b"[]", b'{"version": 2}', b"\xff", b"[" * 100_000])
def test_session_of_another_kind_is_refused(facts: bytes) -> None:
    with pytest.raises(NotARecording):
        read_session(b"\0" + facts)


def test_session_holds_what_it_was_told() -> None:
    assert read_session(session_body({"type": "PULL"})) == {"version": 1, "type": "PULL"}
