"""What the engine takes from the standard library is the system's own, whoever patches it."""

from __future__ import annotations

import select
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from zerowire import _native

CHECK = """
assert _native.select.epoll is epoll
assert _native.select.poll is poll
assert _native.socket.socket is Socket
assert _native.time.sleep is sleep
assert _native.os.close is close
assert type(_native.Lock()) is type(lock)
assert type(_native.RLock()) is type(rlock)
"""
ORIGINALS = """
from os import close
from select import epoll, poll
from socket import socket as Socket
from threading import Lock, RLock
from time import sleep
lock, rlock = Lock(), RLock()
"""
LOAD = "from zerowire import _native; _native.os, _native.select, _native.socket, _native.time\n"
PATCH = "from gevent import monkey; monkey.patch_all()\n"
SWITCHES = """
import gevent
started = gevent.spawn(print, "no greenlet runs meanwhile")
join = _native.start_thread(lambda: _native.time.sleep(0.001), "worker")
join()
join()
assert not started.started or started.value is None and not started.ready()
started.kill()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="epoll is Linux's")
@pytest.mark.parametrize("first", [LOAD + PATCH, PATCH + LOAD], ids=["late patch", "early patch"])
def test_patches_of_gevent_do_not_reach_the_engine(first: str) -> None:
    pytest.importorskip("gevent")
    program = ORIGINALS + first + CHECK + SWITCHES
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")


def test_without_gevent_everything_is_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gevent.monkey", raising=False)
    assert vars(_native.native("select")).keys() == vars(select).keys()
    assert _native.native("time").sleep is time.sleep


def test_other_modules_are_not_offered() -> None:
    with pytest.raises(AttributeError, match="'json'"):
        getattr(_native, "json")  # noqa: B009


def test_thread_has_its_name_and_is_waited_for() -> None:
    seen: list[Any] = []
    join = _native.start_thread(lambda: seen.append(threading.current_thread()), "worker")
    join()
    assert [(thread.name, thread.daemon) for thread in seen] == [("worker", True)]
