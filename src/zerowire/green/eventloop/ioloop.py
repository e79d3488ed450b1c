"""Tornado's loop, under the names that pyzmq once gave it. Deprecated: use tornado.ioloop."""

from zerowire.eventloop.ioloop import *  # noqa: F403
from zerowire.eventloop.ioloop import IOLoop as IOLoop
from zerowire.eventloop.ioloop import ZMQIOLoop as ZMQIOLoop
from zerowire.eventloop.ioloop import install as install
