from __future__ import annotations

import pytest

from zerowire.message import Message
from zerowire.routing.envelope import join_envelope, split_envelope


@pytest.mark.parametrize(
    ("message", "envelope", "body"),
    [
        ([b"", b"x"], [b""], b"x"),
        ([b"", b"x", b"y"], [b""], [b"x", b"y"]),
        ([b"a", b"b", b"", b"x"], [b"a", b"b", b""], b"x"),
        ([b"", b"", b"x"], [b""], [b"", b"x"]),
        ([b"", b""], [b""], b""),
    ],
)
def test_envelope_ends_with_the_first_empty_frame(
    message: list[bytes], envelope: list[bytes], body: Message
) -> None:
    """REP-1: stacked addresses before the delimiter are kept."""
    parts = split_envelope(list(message))
    assert parts == (envelope, body)
    assert join_envelope(*parts) == message


@pytest.mark.parametrize("message", [b"", b"x", [b"a", b"b"], [b"a", b""]])
def test_message_without_delimiter_or_body_has_no_envelope(message: Message) -> None:
    """REP-2."""
    assert split_envelope(message) is None
