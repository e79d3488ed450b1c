"""Ctrl+C on Windows, and nothing elsewhere."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from zerowire.utils import win32
from zerowire.utils.win32 import allow_interrupt

Handler = Callable[[int], int]


class Console:
    """What Windows would do with handlers of Ctrl+C."""

    def __init__(self) -> None:
        self.handlers: list[Handler] = []
        self.accepts = True

    def SetConsoleCtrlHandler(self, handler: Handler, active: int) -> int:
        (self.handlers.append if active else self.handlers.remove)(handler)
        return self.accepts


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console that takes the place of that of Windows."""
    console = Console()
    monkeypatch.setattr(win32, "IS_WINDOWS", True)
    monkeypatch.setattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE, raising=False)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=console), raising=False)
    return console


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(win32, "IS_WINDOWS", False)
    with allow_interrupt(lambda: pytest.fail("called")):
        pass


def test_action_is_done_for_ctrl_c_alone(console: Console) -> None:
    """7.10; the answer 0 leaves it to Python to raise KeyboardInterrupt."""
    calls: list[str] = []
    with allow_interrupt(lambda: calls.append("c")):
        (handle,) = console.handlers
        ctrl_c, ctrl_break = 0, 1
        assert handle(ctrl_break) == 0
        assert calls == []
        assert handle(ctrl_c) == 0
    assert calls == ["c"]
    assert console.handlers == []


def test_without_an_action_nothing_happens(console: Console) -> None:
    with allow_interrupt():
        assert console.handlers[0](0) == 0


def test_refusal_of_the_system_is_an_error(console: Console) -> None:
    console.accepts = False
    with pytest.raises(OSError, match=r"Ctrl\+C"), allow_interrupt():
        pass
