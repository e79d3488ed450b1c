"""decode(encode(messages)) = messages, in every framing and for every way to arrive."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zerowire.leaf.ring import Ring
from zerowire.message import Message, message_of
from zerowire.zmtp import metadata
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.framing import Decoder, Encoder
from zerowire.zmtp.legacy import LegacyDecoder, LegacyEncoder

SIZES = st.sampled_from([0, 1, 2, 8, 253, 254, 255, 256, 257, 1000])
FRAMES = st.builds(lambda size, octet: bytes((octet,)) * size, SIZES, st.integers(0, 255))
MESSAGES = st.lists(st.lists(FRAMES, min_size=1, max_size=4).map(message_of), max_size=20)
FRAMINGS = pytest.mark.parametrize(
    ("encoder", "decoder"), [(Encoder, Decoder), (LegacyEncoder, LegacyDecoder)]
)


@FRAMINGS
@given(messages=MESSAGES, budget=st.integers(1, 3000), piece=st.integers(1, 400))
def test_messages_survive(
    encoder: type[Encoder], decoder: type[Decoder], messages: list[Message], budget: int, piece: int
) -> None:
    queue = Ring(messages)
    data = b""
    while queue:
        buffers, octets, count = encoder().encode(queue, budget)
        batch = b"".join(buffers)
        assert octets == len(batch) == sum(encoder().wire_size(queue[index]) for index in range(count))
        assert octets >= budget or count == len(queue)
        for _ in range(count):
            queue.popleft()
        data += batch
    buffer = ReceiveBuffer()
    decoding = decoder(buffer)
    into: Ring[Message] = Ring()
    for start in range(0, len(data), piece):
        buffer.feed(data[start : start + piece])
        decoding.decode(into, -1)
    assert list(into) == messages
    assert len(buffer) == 0


@given(
    st.lists(st.binary(max_size=20), max_size=20),
    st.lists(st.tuples(st.sampled_from("lpt"), st.integers(0, 40))),
)
def test_a_receive_buffer_is_the_octets_in_order(chunks: list[bytes], steps: list[tuple[str, int]]) -> None:
    buffer = ReceiveBuffer()
    rest = b"".join(chunks)
    for chunk in chunks:
        buffer.feed(chunk)
    for step, size in steps:
        if step == "l":
            assert buffer.load(size) == (len(rest) >= size)
        elif step == "p":
            assert buffer.peek(size) == rest[:size]
        elif size <= len(rest):
            assert buffer.take(size) == rest[:size]
            rest = rest[size:]
        assert len(buffer) == len(rest)


names = st.text(st.characters(max_codepoint=127), min_size=1, max_size=255)


@given(st.dictionaries(names, st.binary(max_size=300)))
@example({"IDENTITY": b"x"})
def test_a_property_list_survives_but_for_the_case_of_known_names(properties: dict[str, bytes]) -> None:
    expected: dict[str, bytes] = {}
    for name, value in properties.items():
        expected.setdefault(metadata.KNOWN.get(name.lower(), name), value)
    assert metadata.decode(metadata.encode(properties.items())) == expected
