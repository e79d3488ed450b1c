"""Names that pyzmq has from times when a loop had to be made for ZeroMQ."""

from __future__ import annotations

import warnings
from asyncio import SelectorEventLoop
from selectors import BaseSelector


class ProactorSelectorThreadWarning(RuntimeWarning):
    """Is never given here: the Proactor loop of Windows needs no thread more."""


class ZMQEventLoop(SelectorEventLoop):
    """A loop like any other. Deprecated."""

    def __init__(self, selector: BaseSelector | None = None) -> None:
        _warn("ZMQEventLoop")
        super().__init__(selector)


def install() -> None:
    """Do nothing. Deprecated."""
    _warn("install()")


def _warn(name: str) -> None:
    warnings.warn(f"{name} is not needed: any loop will do", DeprecationWarning, stacklevel=3)
