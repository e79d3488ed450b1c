"""Tornado's loop, under the names that pyzmq once gave it. Deprecated: use tornado.ioloop."""

from __future__ import annotations

from tornado.ioloop import *  # noqa: F403  # as pyzmq does
from tornado.ioloop import IOLoop

from zerowire.eventloop._deprecated import DelayedCallback as DelayedCallback
from zerowire.eventloop._deprecated import ZMQPoller as ZMQPoller
from zerowire.eventloop._deprecated import warn

ZMQIOLoop = IOLoop

warn("zerowire.eventloop.ioloop", "tornado.ioloop will do as it is")


def install() -> None:
    """Do nothing. Deprecated."""
    warn("install()", "tornado.ioloop will do as it is")
