"""Boxes, beside those of PyNaCl's own functions."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from nacl.bindings import crypto_box, crypto_box_beforenm, crypto_secretbox, crypto_secretbox_open

from tests.zmtp.mechanism.model import CLIENT, SERVER
from zerowire.zmtp.mechanism import boxes
from zerowire.zmtp.mechanism.boxes import Secret

NONCE = bytes(range(24))
# RFC 7748: points of small order; with them everybody has the same secret.
SMALL_ORDER = [
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]


def content_of(box: bytes, key: bytes | bytearray) -> bytes:
    content = boxes.opened(box, NONCE, key)
    assert content is not None
    return bytes(content)


def test_keys_and_boxes_are_those_of_nacl() -> None:
    key = boxes.shared_key(SERVER.public, CLIENT.secret)
    assert key is not None
    assert bytes(key) == crypto_box_beforenm(SERVER.public, CLIENT.secret)
    assert boxes.public_key(CLIENT.secret) == CLIENT.public
    closed = boxes.close(b"content", NONCE, key)
    assert closed == crypto_box(b"content", NONCE, SERVER.public, CLIENT.secret)
    assert content_of(closed, key) == b"content"


@pytest.mark.parametrize("content", [b"", b"x", bytes(100)])
def test_a_key_of_ones_own_makes_secret_boxes(content: bytes) -> None:
    key = bytes(range(32))
    closed = boxes.close(content, NONCE, key)
    assert closed == crypto_secretbox(content, NONCE, key)
    assert crypto_secretbox_open(closed, NONCE, key) == content_of(closed, key) == content


@pytest.mark.parametrize("box", [b"", bytes(15), bytes(16), bytes(40)])
def test_what_is_no_box_is_not_opened(box: bytes) -> None:
    assert boxes.opened(box, NONCE, bytes(32)) is None


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_of_small_order_is_not_used(point: bytes) -> None:
    assert boxes.shared_key(point, SERVER.secret) is None


def test_a_new_key_is_what_fills_it() -> None:
    filled: list[Any] = []

    def fill(octets: bytearray) -> None:
        filled.append(len(octets))
        octets[:] = bytes(range(len(octets)))

    assert bytes(boxes.new_key(fill)) == bytes(range(32))
    assert filled == [32]


def test_octets_are_compared_as_a_whole() -> None:
    assert boxes.same(b"abc", bytearray(b"abc"))
    assert not boxes.same(b"abc", b"abd")
    assert not boxes.same(b"abc", b"ab")
    assert boxes.same(b"", b"")


def test_a_secret_is_wiped_at_its_end() -> None:
    wiped = []

    class Told(Secret):
        def __del__(self) -> None:
            super().__del__()
            wiped.append(bytes(self))

    told = Told(b"secret")
    del told
    gc.collect()
    assert wiped == [bytes(6)]
