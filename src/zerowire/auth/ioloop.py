"""IOLoopAuthenticator, from times when Tornado had a loop of its own. Deprecated."""

from __future__ import annotations

import warnings
from typing import Any

from zerowire.api.context import Context
from zerowire.auth.asyncio import AsyncioAuthenticator

__all__ = ["IOLoopAuthenticator"]

warnings.warn(
    "IOLoopAuthenticator is deprecated: use zerowire.auth.asyncio.AsyncioAuthenticator",
    DeprecationWarning,
    stacklevel=2,
)


class IOLoopAuthenticator(AsyncioAuthenticator):
    """Decides who may connect, in Tornado's loop, which is the one of asyncio. Deprecated."""

    def __init__(
        self, context: Context | None = None, encoding: str = "utf-8", log: Any = None, io_loop: object = None
    ) -> None:
        """Prepare an authenticator; see AsyncioAuthenticator. `io_loop` is not needed."""
        super().__init__(context, encoding=encoding, log=log)
        if io_loop is not None:
            warnings.warn("io_loop is not needed: leave it out", DeprecationWarning, stacklevel=2)
