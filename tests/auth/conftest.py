"""A ZAP client, as a server is one, and keys."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import zerowire as zmq
from zerowire.auth import Authenticator
from zerowire.utils import z85
from zerowire.zmtp import zap

Ask = Callable[..., zap.Reply]


def new_key() -> bytes:
    """Return what may be a public key, as Z85."""
    return z85.encode(os.urandom(32))


def write_key(folder: Path, name: str, key: bytes | None = None) -> bytes:
    """Write a certificate with a public key, and return the key."""
    key = key or new_key()
    (folder / f"{name}.key").write_bytes(b'curve\n    public-key = "%s"\n' % key)
    return key


class Client:
    """Asks the authenticator of a context."""

    def __init__(self, context: zmq.Context) -> None:
        self.socket = context.socket(zmq.DEALER)
        self.socket.rcvtimeo = self.socket.sndtimeo = 10_000
        self.socket.connect(zap.ENDPOINT)

    def send(self, mechanism: str, *credentials: bytes, domain: str = "", address: str = "127.0.0.1") -> None:
        frames = zap.request(b"1", domain.encode(), address.encode(), b"", mechanism.encode(), credentials)
        self.socket.send_multipart(frames)

    def receive(self) -> zap.Reply:
        return zap.parse_reply(self.socket.recv_multipart())

    def ask(
        self, mechanism: str, *credentials: bytes, domain: str = "", address: str = "127.0.0.1"
    ) -> zap.Reply:
        self.send(mechanism, *credentials, domain=domain, address=address)
        return self.receive()


@pytest.fixture
def client(context: zmq.Context) -> Iterator[Client]:
    client = Client(context)
    yield client
    client.socket.close()


@pytest.fixture
def authenticator(context: zmq.Context) -> Iterator[Authenticator]:
    """An authenticator that answers when it is told to."""
    authenticator = Authenticator(context)
    authenticator.start()
    yield authenticator
    authenticator.stop()


@pytest.fixture
def ask(authenticator: Authenticator, client: Client) -> Ask:
    """Return `ask(mechanism, *credentials, domain="", address="127.0.0.1")`, which returns the reply."""

    def ask(mechanism: str, *credentials: bytes, **rest: str) -> zap.Reply:
        client.send(mechanism, *credentials, **rest)
        asyncio.run(authenticator.handle_zap_message(authenticator.zap_socket.recv_multipart()))
        return client.receive()

    return ask
