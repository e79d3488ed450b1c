"""ZeroWire: ZeroMQ for Python, without libzmq. Use it as `import zerowire as zmq`.

cli | auth devices log decorators utils           programs, and other things made of sockets
asyncio                                           a second front end on the same core
api                Context, Socket, Poller        what users call; may wait
engine             SocketCore, Link, Caretaker    what runs; never waits
patterns           PAIR, REQ, PUB, ...            the socket types
transport          tcp, ipc, inproc               how to reach a peer; moves octets
zmtp | routing | reactor                          the protocol | pipes and strategies | waits
options message error constants                   words that all layers share
"""

from __future__ import annotations

from zerowire.version import __revision__, __version__

__all__ = ["__revision__", "__version__"]
