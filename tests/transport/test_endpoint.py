"""Endpoints as text (EP-1 to EP-3)."""

from __future__ import annotations

import os
from errno import EINVAL

import pytest

from zerowire.error import ZMQError
from zerowire.transport.endpoint import Endpoint, encode, parse


def test_parse_splits_scheme_and_address() -> None:
    assert parse("tcp://127.0.0.1:5555") == Endpoint("tcp", "127.0.0.1:5555")
    assert parse("ipc:///tmp/a://b") == Endpoint("ipc", "/tmp/a://b")


def test_unknown_scheme_is_no_matter_of_parsing() -> None:
    """EP-2: EINVAL comes before EPROTONOSUPPORT."""
    assert parse("ftl://x") == Endpoint("ftl", "x")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "'://'"),
        ("tcp", "'://'"),
        ("tcp:/x", "'://'"),
        ("127.0.0.1:5555", "'://'"),
        ("://", "scheme"),
        ("://x", "scheme"),
        ("tcp://", "address"),
        ("tcp://\0x", "address"),
    ],
)
def test_parse_says_what_is_missing(text: str, missing: str) -> None:
    """EP-1: missing `://`, scheme or address is EINVAL."""
    with pytest.raises(ZMQError, match=f"has no {missing}") as caught:
        parse(text)
    assert caught.value.errno == EINVAL


def test_parse_ignores_what_follows_a_nul() -> None:
    """EP-3"""
    assert parse("inproc://name\0junk") == Endpoint("inproc", "name")


def test_octets_of_a_path_that_is_no_text_are_what_they_were() -> None:
    assert encode("ipc://" + os.fsdecode(b"/tmp/\xff")) == b"ipc:///tmp/\xff"
