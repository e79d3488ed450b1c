"""Tornado's loop under gevent: in a program that gevent.monkey has patched."""

from tornado.ioloop import IOLoop

__all__ = ["IOLoop"]
