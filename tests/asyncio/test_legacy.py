"""Names that pyzmq has from times when a loop had to be made for ZeroMQ (features 7.8)."""

from __future__ import annotations

import pytest

import zerowire.asyncio


def test_everything_of_pyzmqs_module_is_there() -> None:
    theirs = pytest.importorskip("zmq.asyncio")
    assert set(theirs.__all__) <= set(zerowire.asyncio.__all__)
    assert all(hasattr(zerowire.asyncio, name) for name in zerowire.asyncio.__all__)


def test_loop_of_its_own_is_a_loop_like_any_other() -> None:
    with pytest.warns(DeprecationWarning, match="ZMQEventLoop is not needed"):
        loop = zerowire.asyncio.ZMQEventLoop()
    loop.close()


def test_installing_does_nothing() -> None:
    with pytest.warns(DeprecationWarning, match=r"install\(\) is not needed"):
        zerowire.asyncio.install()
