"""Addresses as other libraries hand them over."""

from __future__ import annotations

import sys

import pytest

from zerowire.utils.interop import cast_int_addr


def test_an_int_is_an_address() -> None:
    """7.10."""
    assert cast_int_addr(2**40) == 2**40


def test_a_pointer_of_cffi_is_an_address() -> None:
    ffi = pytest.importorskip("cffi").FFI()
    assert cast_int_addr(ffi.cast("void *", 4096)) == 4096


def test_anything_else_is_a_value_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="'0x10'"):
        cast_int_addr("0x10")
    monkeypatch.setitem(sys.modules, "cffi", None)
    with pytest.raises(ValueError, match="None"):
        cast_int_addr(None)
