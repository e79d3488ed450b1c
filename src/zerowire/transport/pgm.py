"""pgm: packets of PGM right behind the header of IP."""

from __future__ import annotations

import socket

from zerowire.transport.pgm_sockets import Medium

IPPROTO_PGM = 113

TRANSPORT = Medium("pgm", (socket.SOCK_RAW, IPPROTO_PGM), has_ports=False, overheads={4: 20, 6: 40})
