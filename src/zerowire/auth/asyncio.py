"""AsyncioAuthenticator: answers in an event loop."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from zerowire.api.context import Context
from zerowire.asyncio.socket import Socket
from zerowire.auth.base import Authenticator
from zerowire.error import ZMQError

__all__ = ["AsyncioAuthenticator"]


async def answer(authenticator: Authenticator) -> None:
    """Answer requests until the authenticator is stopped, or its context terminated."""
    socket = Socket.from_socket(authenticator.zap_socket)
    try:
        while True:
            await authenticator.handle_zap_message(await socket.recv_multipart())
    except ZMQError:
        socket.close()


class AsyncioAuthenticator(Authenticator):
    """Decides who may connect, in the event loop that runs when it is started.

    Like that loop it answers only when nothing holds it up: peers wait for it then.
    """

    def __init__(
        self,
        context: Context | None = None,
        loop: object = None,
        encoding: str = "utf-8",
        log: Any = None,
    ) -> None:
        """Prepare an authenticator.

        Args:
            context: Whose servers ask it; None is Context.instance().
            loop: Deprecated; it is always the loop that runs.
            encoding: Of names and passwords.
            log: A logger; None is that of "zerowire.auth".
        """
        super().__init__(context, encoding, log)
        if loop is not None:
            warnings.warn("loop is not needed: leave it out", DeprecationWarning, stacklevel=2)
        self._task: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Answer requests from now on.

        Raises:
            ZMQError: EADDRINUSE: the context has an authenticator already.
        """
        super().start()
        self._task = asyncio.ensure_future(answer(self))

    def stop(self) -> None:
        """Answer no more requests. Idempotent."""
        if self._task is not None and not self._task.get_loop().is_closed():
            self._task.cancel()
        self._task = None
        super().stop()
