"""Octets in order, of segments that are repeated, out of order, or missing in the capture."""

from __future__ import annotations

from typing import TypeAlias

MODULUS = 1 << 32
MAX_WAITING = 1 << 22  # octets behind a gap, before the gap is taken for a loss of the capture
MAX_SEGMENTS = 1024  # and how many segments


class Gap(int):
    """So many octets are missing."""


Piece: TypeAlias = "bytes | Gap"


class Reassembly:
    """One direction of a connection of TCP.

    Sequence numbers count on from the first segment that is seen, whatever that was: a capture may
    begin in the middle of a connection.
    """

    def __init__(self) -> None:
        self.repeated = 0  # segments that brought nothing new
        self.out_of_order = 0  # segments that came before one that belongs in front of them
        self.missing = 0  # octets
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}  # by how far ahead they begin, in octets from the first
        self._octets_waiting = 0
        self._done = 0  # octets since the first

    def start(self, sequence: int) -> None:
        """Note the number of the first octet, behind a SYN."""
        if self._next is None:
            self._next = (sequence + 1) % MODULUS

    def accept(self, sequence: int, payload: bytes) -> list[Piece]:
        """Accept a segment; return what is now in order."""
        if not payload:
            return []
        if self._next is None:
            self._next = sequence
        ahead = self._ahead(sequence)
        if ahead > 0:
            self.out_of_order += 1
            self._keep(self._done + ahead, payload)
        elif -ahead >= len(payload):
            self.repeated += 1
        else:
            self._keep(self._done, payload[-ahead:])
        pieces = self._in_order()
        while self._octets_waiting > MAX_WAITING or len(self._waiting) > MAX_SEGMENTS:
            pieces += self._jump()
        return pieces

    def acknowledged(self, number: int) -> list[Piece]:
        """Note that the other side has everything before a number: what we miss will not come again."""
        pieces: list[Piece] = []
        while self._next is not None and self._waiting and self._ahead(number) > 0:
            pieces += self._jump()
        return pieces

    def end(self) -> list[Piece]:
        """Return what is left when nothing more will come."""
        pieces: list[Piece] = []
        while self._waiting:
            pieces += self._jump()
        return pieces

    def _ahead(self, number: int) -> int:
        """Return how many octets a number is ahead of the next one."""
        assert self._next is not None
        return (number - self._next + MODULUS // 2) % MODULUS - MODULUS // 2

    def _keep(self, place: int, payload: bytes) -> None:
        before = len(self._waiting.get(place, b""))
        if len(payload) > before:
            self._waiting[place] = payload
            self._octets_waiting += len(payload) - before
        else:
            self.repeated += 1

    def _in_order(self) -> list[Piece]:
        pieces: list[Piece] = []
        while self._waiting and (place := min(self._waiting)) <= self._done:
            whole = self._waiting.pop(place)
            self._octets_waiting -= len(whole)
            if payload := whole[self._done - place :]:
                self._advance(len(payload))
                pieces.append(payload)
            else:
                self.repeated += 1
        return pieces

    def _jump(self) -> list[Piece]:
        """Give up on what is missing in front of what waits."""
        size = min(self._waiting) - self._done
        self.missing += size
        self._advance(size)
        return [Gap(size), *self._in_order()]

    def _advance(self, size: int) -> None:
        assert self._next is not None
        self._done += size
        self._next = (self._next + size) % MODULUS
