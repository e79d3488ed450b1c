"""Streams, which never wait, under gevent."""

from __future__ import annotations

from zerowire.eventloop import zmqstream


class ZMQStream(zmqstream.ZMQStream):
    """A stream for sockets of zerowire.green. See zerowire.eventloop.zmqstream.ZMQStream."""


__all__ = ["ZMQStream"]
