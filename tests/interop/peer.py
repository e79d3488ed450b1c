"""Both ends of a link: ours, and a pyzmq socket in another process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from tests.interop.library import DEADLINE, Open, Socket, bind, option, wait_until, zmq
from tests.interop.payload import from_json, to_json

ROOT = Path(__file__).parents[2]
Options: TypeAlias = Mapping[str, Any]
Two: TypeAlias = "Callable[..., tuple[End, End]]"
PATIENCE = int(DEADLINE * 1000)


class PeerError(Exception):
    """The peer's libzmq refused a call."""

    def __init__(self, errno: int, text: str) -> None:
        super().__init__(text)
        self.errno = errno


class End(Protocol):
    """One end of a link. A message is a list of frames."""

    kind: str

    def bind(self, endpoint: str) -> str: ...
    def connect(self, endpoint: str) -> None: ...
    def send(self, *frames: bytes) -> None: ...
    def recv(self, timeout: int = PATIENCE) -> list[bytes] | None: ...
    def set(self, name: str, value: Any) -> None: ...
    def close(self, linger: int = 0) -> None: ...


class LocalEnd:
    """A socket of the library under test."""

    def __init__(self, sock: Open, kind: str, **options: Any) -> None:
        self.kind = kind
        self.socket: Socket = sock(kind, **options)

    def bind(self, endpoint: str) -> str:
        return bind(self.socket, endpoint)

    def connect(self, endpoint: str) -> None:
        self.socket.connect(endpoint)

    def send(self, *frames: bytes) -> None:
        self.socket.send_multipart(list(frames))

    def recv(self, timeout: int = PATIENCE) -> list[bytes] | None:
        if not self.socket.poll(timeout):
            return None
        message: list[bytes] = self.socket.recv_multipart()
        return message

    def set(self, name: str, value: Any) -> None:
        self.socket.setsockopt(option(name), value)

    def close(self, linger: int = 0) -> None:
        self.socket.close(linger)


class RemoteEnd:
    """A socket of the peer."""

    def __init__(self, peer: Peer, kind: str, **options: Any) -> None:
        self.kind = kind
        self._peer = peer
        self.number: int = peer.call("open", kind, options)

    def bind(self, endpoint: str = "tcp://127.0.0.1:*") -> str:
        last: str = self._call("bind", endpoint)
        return last

    def unbind(self, endpoint: str) -> None:
        self._call("unbind", endpoint)

    def connect(self, endpoint: str) -> None:
        self._call("connect", endpoint)

    def disconnect(self, endpoint: str) -> None:
        self._call("disconnect", endpoint)

    def send(self, *frames: bytes) -> None:
        self._call("send", frames)

    def recv(self, timeout: int = PATIENCE) -> list[bytes] | None:
        message: list[bytes] | None = self._call("recv", timeout)
        return message

    def recv_many(self, count: int) -> list[list[bytes]]:
        messages: list[list[bytes]] = self._call("recv_many", count)
        return messages

    def send_numbers(self, count: int) -> None:
        self._call("send_numbers", count)

    def send_bulky(self, most: int, size: int) -> int:
        sent: int = self._call("send_bulky", most, size)
        return sent

    def set(self, name: str, value: Any) -> None:
        self._call("set", name, value)

    def get(self, name: str) -> Any:
        return self._call("get", name)

    def close(self, linger: int = 0) -> None:
        self._call("close", linger)

    def _call(self, method: str, *arguments: Any) -> Any:
        return self._peer.call(method, self.number, *arguments)


class Peer:
    """A process with sockets of pyzmq, or of a module like it, and with an environment that is changed."""

    def __init__(self, module: str = "zmq", environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.interop.peer_program", module],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def socket(self, kind: str, **options: Any) -> RemoteEnd:
        """Open a socket, with options set by their names."""
        return RemoteEnd(self, kind, **options)

    def call(self, method: str, *arguments: Any) -> Any:
        """Have the peer do something and return what it says."""
        self.ask(method, *arguments)
        return self.answer()

    def ask(self, method: str, *arguments: Any) -> None:
        """Have the peer do something meanwhile; fetch what it says with answer()."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([method, *to_json(arguments)]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the peer's process has ended"
        answer = json.loads(line)
        if "errno" in answer:
            raise PeerError(answer["errno"], answer["text"])
        return from_json(answer["value"])

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the process as a whole: its kernel keeps the connections, but nobody answers."""
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End the process without a good-bye. Idempotent."""
        self._process.kill()
        self._process.communicate()


def reach(router: End, *frames: bytes) -> None:
    """Send from a ROUTER with ROUTER_MANDATORY as soon as the peer is there."""

    def has_sent() -> bool:
        try:
            router.send(*frames)
        except (zmq.ZMQError, PeerError) as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True

    wait_until(has_sent, f"no peer {frames[0]!r} to route to")
