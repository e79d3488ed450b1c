"""What runs: sockets, and the links that connect them with peers.

Nothing here ever waits for a peer. The calling thread enters with the socket's lock,
does what can be done at once, and leaves; waiting is the business of api, and the
caretaker looks after sockets that nobody is using at the moment.

Start with socket.py, then link.py and caretaker.py. May import everything below: patterns,
transport, zmtp, routing, reactor, and the words that all layers share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.engine import acceptor as acceptor
    from zerowire.engine import errands as errands
    from zerowire.engine import inproc as inproc
    from zerowire.engine import kerberos as kerberos
    from zerowire.engine import keys as keys
    from zerowire.engine import monitor as monitor
    from zerowire.engine import multicast as multicast
    from zerowire.engine import records as records
    from zerowire.engine import session as session
    from zerowire.engine import udp as udp
    from zerowire.engine import zap_client as zap_client
else:
    __getattr__ = later(
        __name__,
        "acceptor",
        "errands",
        "inproc",
        "kerberos",
        "keys",
        "monitor",
        "multicast",
        "records",
        "session",
        "udp",
        "zap_client",
    )
