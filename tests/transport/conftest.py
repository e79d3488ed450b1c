"""Dialing and accepting with real sockets, and a check that no descriptor is left behind."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import pytest

from zerowire.options import Settings
from zerowire.transport.base import Connecter, Listener, Stream, Transport

PATIENCE = 10.0
DESCRIPTORS = Path("/proc/self/fd")


class Closable(Protocol):
    def close(self) -> None: ...


Resource = TypeVar("Resource", bound=Closable)
MakeSettings: TypeAlias = Callable[..., Settings]


@pytest.fixture
def make_settings() -> MakeSettings:
    def make(**values: Any) -> Settings:
        settings = Settings()
        for name, value in values.items():
            assert hasattr(settings, name), name
            setattr(settings, name, value)
        return settings

    return make


@pytest.fixture(autouse=True)
def no_descriptor_left() -> Iterator[None]:
    if not DESCRIPTORS.exists():
        yield
        return
    before = set(os.listdir(DESCRIPTORS))
    yield
    assert set(os.listdir(DESCRIPTORS)) - before == set(), "a descriptor leaked"


class Wiring:
    """Makes listeners and streams, and closes them all at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def keep(self, resource: Resource) -> Resource:
        self._stack.callback(resource.close)
        return resource

    def listen(self, transport: Transport, address: str, settings: Settings | None = None) -> Listener:
        return self.keep(transport.listen(address, settings or Settings()))

    def accept(self, listener: Listener) -> Stream:
        for _ in range(100):
            assert select.select([listener.fileno()], [], [], PATIENCE)[0], "nobody came"
            stream = listener.accept()
            if stream is not None:
                return self.keep(stream)
        raise AssertionError("nobody was accepted")

    def dial(self, transport: Transport, address: str, settings: Settings | None = None) -> Stream:
        return self.finish(self.keep(transport.connecter(address, settings or Settings())))

    def finish(self, connecter: Connecter) -> Stream:
        if connecter.needs_lookup:
            connecter.lookup()
        stream = connecter.start()
        while stream is None:
            assert select.select([], [connecter.fileno()], [], PATIENCE)[1], "no answer"
            stream = connecter.finish()
        return self.keep(stream)

    def pair(
        self, transport: Transport, address: str, settings: Settings | None = None
    ) -> tuple[Stream, Stream]:
        """Return a connected stream and its accepted counterpart."""
        listener = self.listen(transport, address, settings)
        dialed = self.dial(transport, listener.endpoint.partition("://")[2], settings)
        return dialed, self.accept(listener)

    def receive(self, stream: Stream, size: int = 65536) -> bytes:
        """Wait for octets, or the end."""
        for _ in range(100):
            assert select.select([stream.fileno()], [], [], PATIENCE)[0], "nothing came"
            data = stream.receive(size)
            if data is not None:
                return data
        raise AssertionError("nothing could be read")


@pytest.fixture
def wiring(no_descriptor_left: None) -> Iterator[Wiring]:
    with ExitStack() as stack:
        yield Wiring(stack)


@pytest.fixture(scope="session")
def needs_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("::1 is not available")
