"""Octets in order, whatever happened to the segments."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.sniffing.reassembly import MAX_SEGMENTS, MODULUS, Gap, Piece, Reassembly

STARTS = st.one_of(st.integers(0, MODULUS - 1), st.integers(MODULUS - 20, MODULUS - 1))


def joined(pieces: list[Piece]) -> bytes:
    """Return what the pieces hold; a gap is a point for each octet."""
    return b"".join(b"." * piece if isinstance(piece, Gap) else piece for piece in pieces)


@settings(deadline=None)
@given(st.data(), STARTS, st.binary(min_size=1, max_size=60).map(lambda octets: octets.replace(b".", b",")))
def test_every_order_of_overlapping_segments_gives_the_same_octets(
    data: st.DataObject, start: int, octets: bytes
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(octets)), max_size=6).map(sorted))
    places = list(zip([0, *cuts], [*cuts, len(octets)], strict=True))
    places += [(max(0, low - 3), min(len(octets), high + 3)) for low, high in places]
    reassembly = Reassembly()
    reassembly.start((start - 1) % MODULUS)
    pieces: list[Piece] = []
    for low, high in data.draw(st.permutations(places)):
        pieces += reassembly.accept((start + low) % MODULUS, octets[low:high])
    assert joined(pieces) == octets
    assert reassembly.missing == 0
    assert reassembly.end() == []


@settings(deadline=None)
@given(st.lists(st.tuples(STARTS, st.binary(max_size=9), st.booleans()), max_size=12))
def test_any_segments_give_octets_or_gaps(segments: list[tuple[int, bytes, bool]]) -> None:
    reassembly = Reassembly()
    for sequence, payload, acknowledges in segments:
        pieces = reassembly.acknowledged(sequence) if acknowledges else reassembly.accept(sequence, payload)
        assert all(piece for piece in pieces)
    reassembly.end()


def test_gap_that_was_acknowledged_is_reported() -> None:
    """The other side has the octets: they will not come again."""
    reassembly = Reassembly()
    reassembly.start(99)
    assert reassembly.accept(100, b"abc") == [b"abc"]
    assert reassembly.accept(105, b"fgh") == []
    assert reassembly.acknowledged(103) == []
    assert reassembly.acknowledged(108) == [Gap(2), b"fgh"]
    assert (reassembly.missing, reassembly.out_of_order) == (2, 1)


def test_gap_is_reported_at_the_end_or_when_too_much_waits() -> None:
    reassembly = Reassembly()
    reassembly.start(0)
    assert reassembly.accept(5, b"fgh") == []
    assert reassembly.end() == [Gap(4), b"fgh"]
    pieces = [piece for n in range(MAX_SEGMENTS + 1) for piece in reassembly.accept(100 + 2 * n, b"x")]
    assert pieces[:2] == [Gap(92), b"x"]


def test_repeated_segments_are_counted() -> None:
    reassembly = Reassembly()
    assert reassembly.accept(100, b"abc") == [b"abc"]  # nobody saw the beginning
    assert reassembly.accept(100, b"abc") == []
    assert reassembly.accept(99, b"z") == []  # what keeps a connection alive
    assert reassembly.accept(102, b"cde") == [b"de"]
    assert reassembly.repeated == 2
