"""The codec of zerowire.zmtp, under the import path that pyzmq has."""

from __future__ import annotations

from zerowire.utils import z85


def test_octets_become_text_and_text_octets() -> None:
    """7.9."""
    assert z85.encode(b"\xff\xff\xff\xff") == b"%nSc0"
    assert z85.decode("%nSc0") == b"\xff\xff\xff\xff"


def test_the_table_of_digits_is_that_of_the_alphabet() -> None:
    assert [z85.Z85MAP[character] for character in z85.Z85CHARS] == list(range(85))
