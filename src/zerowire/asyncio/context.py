"""Context: where the sockets of tasks live."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from zerowire.api import context as blocking
from zerowire.api.context import pauses
from zerowire.asyncio.socket import Socket

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from zerowire.api.socket import Socket as BlockingSocket


class Context(blocking.Context):
    """The sockets of one program, or one part of it, for asyncio.

    It is a context like any other, but its sockets are awaited. To have both kinds in one
    context, for inproc say, give one to the other: Context(context).

    As an asynchronous context manager it closes its sockets and ends at the end, without
    holding up the loop. Whoever does not wait for that leaves it to end in the background.
    """

    _instance = None  # not that of the blocking class
    _socket_class = Socket

    def socket(
        self, socket_type: int, socket_class: type[BlockingSocket] | None = None, **kwargs: Any
    ) -> Socket:
        """Open a socket. Arguments and errors as in the blocking one."""
        return cast(Socket, super().socket(socket_type, socket_class, **kwargs))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._warn_open_sockets()
        for socket in tuple(self._sockets):
            socket.close()
        try:
            for pause in pauses():
                if self.term(0):
                    break
                await asyncio.sleep(pause)  # LINGER may take its time
        finally:
            self._abandon()
