"""MESSAGE commands of CURVE: made of messages, and back; libsodium does the work.

A frame travels as the body of a frame without flags (RFC 26, "The MESSAGE Command"):

    7 "MESSAGE"   counter (8)   box of flags (1) and body

The box is closed with the key of the connection, and with a nonce that is made of the sender's
prefix and the counter. So no nonce may come twice; and the receiver takes only the one that follows
the last, as a frame that is missing may have been part of a message.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Any

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]  # has no stubs

from zerowire.leaf.octets import LONG, MORE
from zerowire.leaf.ring import Ring

HEAD = b"\x07MESSAGE"
START = 16  # where the box begins: behind the name and the counter
OVERHEAD = START + 16 + 1  # what a MESSAGE has beside the body: the box has its own 16 octets, and the flags
KEY_SIZE = 32
LAST = 2**64 - 1  # counter
_LONG_HEADER = Struct("!BQ")
_LENGTH = Struct("!Q")

if lib.sodium_init() < 0:
    raise ImportError("libsodium does not start")


class Seal:
    """Closes the boxes of one side of a connection, and opens those of the other.

    Args:
        key: What both sides have made of their keys; copied, and wiped at the end.
        sending, receiving: The 16 octets that our nonces begin with, and the peer's.
        sent, received: The counters so far.

    Attributes:
        received: The peer's counter.
    """

    __slots__ = ("_key", "_key_pointer", "_receiving", "_sending", "_sent", "received")

    def __init__(
        self, key: bytes | bytearray, sending: bytes, receiving: bytes, sent: int, received: int
    ) -> None:
        if len(key) != KEY_SIZE or len(sending) != START or len(receiving) != START:
            raise ValueError("a key has 32 octets, and what nonces begin with has 16")
        self._key = bytearray(key)
        self._key_pointer = ffi.from_buffer(self._key)
        self._sending = sending
        self._receiving = receiving
        self._sent = sent
        self.received = received

    def __del__(self) -> None:
        if hasattr(self, "_key_pointer"):
            lib.sodium_memzero(self._key_pointer, KEY_SIZE)

    # -- closing -------------------------------------------------------------------------------

    def close(self, flags: int, body: bytes | memoryview) -> bytes:
        """Return a MESSAGE that carries this.

        Raises:
            OverflowError: All counters were used.
        """
        if self._sent >= LAST:
            raise OverflowError(f"{LAST} messages were sealed with one key, and no more can be")
        self._sent += 1
        counter = self._sent.to_bytes(8, "big")
        content = b"".join((bytes((flags,)), body))
        box = bytearray(len(content) + 16)
        lib.crypto_box_easy_afternm(
            ffi.from_buffer(box), content, len(content), self._sending + counter, self._key_pointer
        )
        return b"".join((HEAD, counter, box))

    def pack(self, queue: Iterable[Any], budget: int) -> tuple[bytes, int]:
        """Return messages from the head of a queue in frames, and how many they are.

        Stops when there are `budget` octets, and at a message that is not bytes, or a list of them.
        The queue is not changed.
        """
        pieces: list[bytes] = []
        octets = messages = 0
        for message in queue:
            parts = message if type(message) is list else [message]
            if not all(type(part) is bytes for part in parts) or LAST - self._sent < len(parts):
                break
            left = len(parts)
            for part in parts:
                left -= 1
                body = self.close(MORE if left else 0, part)
                size = len(body)
                header = bytes((0, size)) if size < 256 else _LONG_HEADER.pack(LONG, size)
                pieces += (header, body)
                octets += len(header) + size
            messages += 1
            if octets >= budget:
                break
        return b"".join(pieces), messages

    # -- opening -------------------------------------------------------------------------------

    def open(self, body: bytes) -> tuple[int, bytes] | None:
        """Return the flags and the body in a MESSAGE, None if the peer cannot have sent it now."""
        opened = self._opened(body, 0, len(body))
        if opened is None:
            return None
        self.received = _counter_of(body, 0)
        return opened[0], bytes(memoryview(opened)[1:])

    def unpack(
        self, data: bytes, position: int, into: Ring[Any], limit: int, parts: list[Any], largest: int
    ) -> int:
        """Append to `into` the messages that lie whole in data from a position on; return where it ends.

        Stops after `limit` messages (-1: at none), and before whatever is not ordinary: flags on the
        frame, a command in the box, a box that cannot be opened, a body of more than `largest` octets,
        a frame that has not come whole.

        Args:
            data, position: Where to read.
            into: Where to put messages.
            limit: How many at most.
            parts: Frames of a message whose end is still to come; changed in place.
            largest: What a body may have before it is opened; at least 255.
        """
        taken = 0
        while taken != limit:
            start, end = _frame(data, position, largest)
            opened = self._opened(data, start, end)
            if opened is None or opened[0] > MORE:
                break
            self.received = _counter_of(data, start)
            parts.append(bytes(memoryview(opened)[1:]))
            if not opened[0]:
                into.append(parts[0] if len(parts) == 1 else list(parts))
                parts.clear()
                taken += 1
            position = end
        return position

    def _opened(self, data: bytes, start: int, end: int) -> bytearray | None:
        """Return what is in the box of a MESSAGE that lies in data, or None."""
        if end - start < OVERHEAD or not data.startswith(HEAD, start):
            return None
        if _counter_of(data, start) != self.received + 1:
            return None
        nonce = self._receiving + data[start + len(HEAD) : start + START]
        start += START
        opened = bytearray(end - start - 16)
        failed = lib.crypto_box_open_easy_afternm(
            ffi.from_buffer(opened),
            ffi.from_buffer("unsigned char[]", data) + start,
            end - start,
            nonce,
            self._key_pointer,
        )
        return None if failed else opened


def _counter_of(data: bytes, start: int) -> int:
    """Return the counter of the MESSAGE that begins there."""
    counter: int = _LENGTH.unpack_from(data, start + len(HEAD))[0]
    return counter


def _frame(data: bytes, position: int, largest: int) -> tuple[int, int]:
    """Return where the body of a frame begins and ends; (0, 0) if it is not whole, or not ordinary."""
    whole = len(data)
    if position + 2 > whole or data[position] not in (0, LONG):
        return 0, 0
    if not data[position]:
        start = position + 2
        size = data[position + 1]
    elif position + 9 <= whole:
        start = position + 9
        size = _LENGTH.unpack_from(data, position + 1)[0]
    else:
        return 0, 0
    return (0, 0) if size > largest or start + size > whole else (start, start + size)
