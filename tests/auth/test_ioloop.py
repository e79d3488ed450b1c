"""7.9: IOLoopAuthenticator, deprecated."""

from __future__ import annotations

import importlib
import warnings

import pytest

import zerowire as zmq
from zerowire.auth.asyncio import AsyncioAuthenticator

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from zerowire.auth import ioloop


def test_the_module_says_that_it_is_deprecated() -> None:
    with pytest.warns(DeprecationWarning, match="AsyncioAuthenticator"):
        importlib.reload(ioloop)


def test_it_is_the_one_of_asyncio(context: zmq.Context) -> None:
    authenticator = ioloop.IOLoopAuthenticator(context)
    assert isinstance(authenticator, AsyncioAuthenticator)
    assert authenticator.context is context


def test_a_loop_is_not_needed(context: zmq.Context) -> None:
    with pytest.warns(DeprecationWarning, match="io_loop is not needed"):
        ioloop.IOLoopAuthenticator(context, io_loop=object())
