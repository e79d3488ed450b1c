"""Lending octets, plain and compiled."""

from __future__ import annotations

import gc
import io
import sys
from typing import Any
from weakref import ref

import pytest

from zerowire import build_info
from zerowire.leaf.exporter import Exporter, view_of

lends = pytest.mark.skipif(
    sys.version_info < (3, 12) and not build_info()["compiled"],
    reason="before 3.12 plain Python has no way to export a buffer",
)


class Kept(Exporter):
    """One that can be watched."""

    __slots__ = ("__weakref__",)


def exporter_of(payload: Any) -> Any:
    exporter = Kept()
    exporter.payload = payload
    return exporter


def test_view_is_of_the_payload() -> None:
    view = view_of(exporter_of(b"abc"))
    assert view.tobytes() == b"abc"
    assert view.readonly
    assert (view.ndim, view.format, view.shape) == (1, "B", (3,))


@lends
def test_whoever_takes_buffers_takes_an_exporter() -> None:
    """7.4."""
    exporter = exporter_of(memoryview(bytearray(b"abcd"))[1:])
    view = memoryview(exporter)
    view[0] = ord("X")
    assert bytes(exporter) == b"Xcd" == b"".join([exporter])
    assert not view.readonly


@lends
def test_readonly_payload_is_not_lent_for_writing() -> None:
    exporter = exporter_of(b"abc")
    with pytest.raises((BufferError, TypeError)):
        io.BytesIO(b"xyz").readinto(exporter)
    exporter.payload = None
    with pytest.raises(TypeError):
        memoryview(exporter)


def test_view_keeps_the_exporter() -> None:
    exporter = exporter_of(b"abcd")
    watch = ref(exporter)
    view = view_of(exporter)
    del exporter
    assert watch() is not None
    assert view.tobytes() == b"abcd"
    del view
    assert watch() is None


@lends
def test_parts_of_views_keep_the_exporter() -> None:
    exporter = exporter_of(memoryview(bytearray(b"abcd")))
    watch = ref(exporter)
    part = view_of(exporter)[1:]
    del exporter
    assert watch() is not None
    assert part.tobytes() == b"bcd"
    del part
    gc.collect()
    assert watch() is None


@lends
def test_lent_payload_stays_whatever_happens_to_it() -> None:
    data = bytearray(b"abcd")
    exporter = exporter_of(memoryview(data))
    view = memoryview(exporter)
    with pytest.raises(BufferError):
        exporter.payload.release()
    exporter.payload = b""
    with pytest.raises(BufferError):
        data.clear()
    assert view.tobytes() == b"abcd"
    view.release()
    data.clear()
