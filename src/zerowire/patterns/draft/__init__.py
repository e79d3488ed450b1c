"""The draft socket types: each a page, as the others are.

The application sends and receives one frame at a time, which may carry a routing id
(SERVER, PEER) or a group (RADIO, DISH). Messages of several frames are refused when they
are sent, and discarded when they come (SOCK-3); DGRAM alone has two frames, always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zerowire._later import later

if TYPE_CHECKING:
    from zerowire.patterns.draft import channel as channel
    from zerowire.patterns.draft import client as client
    from zerowire.patterns.draft import dgram as dgram
    from zerowire.patterns.draft import dish as dish
    from zerowire.patterns.draft import gather as gather
    from zerowire.patterns.draft import peer as peer
    from zerowire.patterns.draft import radio as radio
    from zerowire.patterns.draft import scatter as scatter
    from zerowire.patterns.draft import server as server
else:
    __getattr__ = later(
        __name__, "channel", "client", "dgram", "dish", "gather", "peer", "radio", "scatter", "server"
    )
