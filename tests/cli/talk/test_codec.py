"""Messages as lines, as JSON, and as octets with lengths before them."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.cli.talk.codec import frames_of_json, json_frame, printable, read_sized, sized, unescaped

MESSAGES = st.lists(st.binary(max_size=40), min_size=1, max_size=5)


@given(MESSAGES)
def test_what_is_printed_can_be_read(frames: list[bytes]) -> None:
    assert frames_of_json(json.dumps([json_frame(frame) for frame in frames]).encode()) == frames
    stream = io.BytesIO(sized(frames) * 2)
    assert [read_sized(stream.read) for _ in range(3)] == [frames, frames, None]


@given(st.binary())
def test_line_is_one_and_does_nothing_to_a_terminal(octets: bytes) -> None:
    line = printable(octets)
    assert len(line.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)


def test_text_stays_as_it_is() -> None:
    assert printable("grüße \U0001f600".encode()) == "grüße \U0001f600"
    assert printable(b"a\tb\n\xff\x1b[2J\0") == r"a\tb\n\xff\x1b[2J\0"
    assert printable("\u202eevil".encode()) == r"\u202eevil"


def test_escapes_stand_for_octets() -> None:
    assert unescaped(rb"a\n\t\0\xff\\n\q") == b"a\n\t\0\xff\\n\\q"


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ('"a"', [b"a"]),
        ('["a", {"hex": "ff 00"}]', [b"a", b"\xff\0"]),
        ('{"frames": ["a"], "time": 1}', [b"a"]),
        ("[]", [b""]),
    ],
)
def test_json_of_several_forms_is_read(text: str, frames: list[bytes]) -> None:
    assert frames_of_json(text.encode()) == frames


@pytest.mark.parametrize("text", ["1", "[null]", '{"hex": "0"}', '{"hex": 1}', "{", "", '{"frames": [[]]}'])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        frames_of_json(text.encode())


@pytest.mark.parametrize("cut", range(1, len(sized([b"ab", b"c"]))))
def test_message_that_is_cut_off_is_no_end(cut: int) -> None:
    with pytest.raises(ValueError, match="ends within a message"):
        read_sized(io.BytesIO(sized([b"ab", b"c"])[:cut]).read)


def test_text_where_lengths_should_be_is_noticed() -> None:
    with pytest.raises(ValueError, match="no input with lengths"):
        read_sized(io.BytesIO(b"hello").read)
