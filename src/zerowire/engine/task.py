"""What lives in a socket. Only annotations name it: at run time this module is not loaded."""

from __future__ import annotations

from typing import Protocol


class Task(Protocol):
    """Something that lives in a socket: a session, an acceptor, a guest, an inproc peer or name."""

    endpoint: str

    @property
    def unsent(self) -> int:
        """How many messages it still has to send."""

    def stop(self) -> None:
        """Send what waits, then end."""

    def close(self) -> None:
        """End at once."""
