"""ZeroMQ in Tornado's loop: sockets with callbacks (zmqstream), and sockets with futures (future)."""

from tornado.ioloop import IOLoop

__all__ = ["IOLoop"]
