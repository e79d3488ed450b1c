"""Have Linux drop what is no question: a source that listens to its group hears all data otherwise."""

from __future__ import annotations

import ctypes
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
LOAD_AT, LOAD_BEHIND, HEADER_LENGTH, IS_EQUAL, RETURN = 0x30, 0x50, 0xB1, 0x15, 0x06
NAK, SPMR = 0x08, 0x0C
TYPE = 4  # the octet of a packet that has its type
UDP_HEADER = 8
EVERYTHING, NOTHING = 0xFFFFFFFF, 0


def attach_filter(sock: socket.socket, *, has_ports: bool) -> bool:
    """Let NAK and SPMR pass, and nothing else; False where the system cannot do that.

    Args:
        sock: Listens to packets.
        has_ports: They are in UDP.
    """
    if sys.platform != "linux":
        return False
    program = b"".join(struct.pack("=HBBI", *step) for step in _program(sock.family, has_ports=has_ports))
    kept = ctypes.create_string_buffer(program, len(program))
    sock.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    )
    return True


def _program(family: int, *, has_ports: bool) -> list[tuple[int, int, int, int]]:
    """Return (operation, steps to skip if so, if not, operand) of each step."""
    if has_ports:
        load = [(LOAD_AT, 0, 0, UDP_HEADER + TYPE)]
    elif family == socket.AF_INET:
        load = [(HEADER_LENGTH, 0, 0, 0), (LOAD_BEHIND, 0, 0, TYPE)]
    else:
        load = [(LOAD_AT, 0, 0, TYPE)]
    return [
        *load,
        (IS_EQUAL, 2, 0, NAK),
        (IS_EQUAL, 1, 0, SPMR),
        (RETURN, 0, 0, NOTHING),
        (RETURN, 0, 0, EVERYTHING),
    ]
