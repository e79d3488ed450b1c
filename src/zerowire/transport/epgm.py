"""epgm: packets of PGM in those of UDP, which every program may send."""

from __future__ import annotations

import socket

from zerowire.transport.pgm_sockets import Medium

TRANSPORT = Medium("epgm", (socket.SOCK_DGRAM, 0), has_ports=True, overheads={4: 28, 6: 48})
