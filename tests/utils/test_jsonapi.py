"""JSON as octets."""

from __future__ import annotations

import json

import pytest

from zerowire.utils import jsonapi


def test_objects_become_octets_with_the_separators_that_json_has() -> None:
    """7.10."""
    assert jsonapi.dumps({"a": [1, None]}) == b'{"a": [1, null]}'
    assert jsonapi.dumps({"b": 1, "a": 2}, sort_keys=True, separators=(",", ":")) == b'{"a":2,"b":1}'
    assert jsonapi.dumps("ü", ensure_ascii=False) == '"ü"'.encode()


def test_objects_are_read_from_octets_and_from_text() -> None:
    assert jsonapi.loads('"ü"'.encode()) == "ü" == jsonapi.loads('"ü"')
    assert jsonapi.loads(b"1.5", parse_float=str) == "1.5"


@pytest.mark.parametrize("data", [b"{", b"\xff"])
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        jsonapi.loads(data)


def test_the_module_behind_it_is_named() -> None:
    assert jsonapi.jsonmod is json
