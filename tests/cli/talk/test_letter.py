"""A message that came, and which of its frames say where from."""

from __future__ import annotations

import pytest

from zerowire.cli.talk.letter import Letter, envelope_of
from zerowire.constants import SocketType
from zerowire.message import Frame


@pytest.mark.parametrize(
    ("frames", "envelope"),
    [
        ([b"id", b"", b"body"], [b"id", b""]),
        ([b"id", b"hop", b"", b"body", b"", b"more"], [b"id", b"hop", b""]),
        ([b"id", b"body"], [b"id"]),
        ([b"id", b""], [b"id"]),  # an empty message of a DEALER
        ([b"id", b"", b""], [b"id", b""]),  # one of a REQ
    ],
)
def test_envelope_ends_with_the_delimiter(frames: list[bytes], envelope: list[bytes]) -> None:
    """RFC 28."""
    assert envelope_of(frames) == envelope
    letter = Letter.of(SocketType.ROUTER, [Frame(frame) for frame in frames])
    assert (letter.envelope, letter.body) == (envelope, frames[len(envelope) :])


def test_other_types_have_none() -> None:
    letter = Letter.of(SocketType.PULL, [Frame(b"ab"), Frame(b""), Frame(b"c")])
    assert (letter.envelope, letter.body, letter.size) == ([], [b"ab", b"", b"c"], 3)
