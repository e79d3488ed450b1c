"""ThreadAuthenticator: answers in a thread of its own."""

from __future__ import annotations

import asyncio
from threading import Thread
from typing import Any

from zerowire.api.context import Context
from zerowire.auth.asyncio import answer
from zerowire.auth.base import Authenticator

__all__ = ["ThreadAuthenticator"]


class AuthenticationThread(Thread):
    """Answers requests until the authenticator's socket is closed, or its context terminated."""

    def __init__(self, authenticator: Authenticator) -> None:
        super().__init__(name="zerowire-auth", daemon=True)
        self.authenticator = authenticator

    def run(self) -> None:
        """Answer, in an event loop of this thread."""
        asyncio.run(answer(self.authenticator))


class ThreadAuthenticator(Authenticator):
    """Decides who may connect, in a thread of its own, which start() starts and stop() ends.

    Attributes:
        thread: That thread; None when there is none.
    """

    def __init__(self, context: Context | None = None, encoding: str = "utf-8", log: Any = None) -> None:
        super().__init__(context, encoding, log)
        self.thread: AuthenticationThread | None = None

    def start(self) -> None:
        """Answer requests from now on.

        Raises:
            ZMQError: EADDRINUSE: the context has an authenticator already.
        """
        super().start()
        self.thread = AuthenticationThread(self)
        self.thread.start()

    def stop(self) -> None:
        """Answer no more requests, and wait until the thread has ended. Idempotent."""
        if self.thread is not None:
            self.zap_socket.close()
            self.thread.join()
            self.thread = None
        super().stop()

    def is_alive(self) -> bool:
        """Whether the thread is running."""
        return self.thread is not None and self.thread.is_alive()
