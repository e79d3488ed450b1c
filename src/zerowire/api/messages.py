"""What Serialized stands on. Only annotations name it: at run time this module is not loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from zerowire.api.tracker import MessageTracker

T = TypeVar("T")


class Messages(Protocol):
    """What Serialized stands on."""

    def send(
        self,
        data: Any,
        flags: int = ...,
        copy: bool = ...,
        track: bool = ...,
        routing_id: int | None = ...,
        group: str | None = ...,
    ) -> MessageTracker | None:
        """Send a frame."""

    def recv(self, flags: int = ...) -> bytes:
        """Receive a frame."""

    def send_multipart(
        self, msg_parts: Sequence[Any], flags: int = ..., copy: bool = ..., track: bool = ..., **kwargs: Any
    ) -> MessageTracker | None:
        """Send a message."""

    def recv_multipart(self, flags: int = ..., copy: bool = ...) -> list[Any]:
        """Receive a message."""
