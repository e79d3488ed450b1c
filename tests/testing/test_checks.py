"""The check that any transport should pass, and that broken ones do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.testing import MemoryStream, check_streams, check_transport
from zerowire.transport.base import Buffer
from zerowire.transport.ipc import Ipc
from zerowire.transport.tcp import Tcp


def test_tcp_keeps_its_promises() -> None:
    check_transport(Tcp(), "127.0.0.1:*")


def test_tcp_keeps_its_promises_with_small_buffers() -> None:
    settings = Settings()
    settings.sndbuf = settings.rcvbuf = 4096
    check_transport(Tcp(), "127.0.0.1:*", settings)


def test_tcp_keeps_its_promises_for_a_name() -> None:
    """The look-up is part of the promise."""

    class Named(Tcp):
        def connecter(self, address: str, settings: Settings) -> Any:
            return super().connecter(address.replace("127.0.0.1", "localhost"), settings)

    check_transport(Named(), "127.0.0.1:*")


@pytest.mark.parametrize("address", ["*", "path", "@zerowire-check"])
def test_ipc_keeps_its_promises(address: str, tmp_path: Path) -> None:
    check_transport(Ipc(), str(tmp_path / "s") if address == "path" else address)


def test_address_that_cannot_be_listened_at_is_an_error_of_the_transport() -> None:
    with pytest.raises(ZMQError):
        check_transport(Tcp(), "nonsense")


# -- broken ones -------------------------------------------------------------------------------------


class Deaf(MemoryStream):
    __slots__ = ()

    def receive(self, size: int) -> bytes | None:
        return super().receive(size) or b""


class Greedy(MemoryStream):
    __slots__ = ()

    def send(self, data: Buffer) -> int:
        super().send(data)
        return len(data)


class Jumbled(MemoryStream):
    __slots__ = ()

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        return super().send_vector(buffers[::-1])


class Forgetful(MemoryStream):
    __slots__ = ()

    def receive(self, size: int) -> bytes | None:
        data = super().receive(65536)
        return data if data is None else data[:size]


class Misplacing(MemoryStream):
    __slots__ = ()

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        data = super().receive(sum(map(len, views)))
        return data if data is None else len(data)


class Shortchanging(MemoryStream):
    __slots__ = ()

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        count = super().receive_vector(views)
        return count if count is None else count // 2


class Ended(MemoryStream):
    __slots__ = ()

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        return super().receive_vector(views) or 0


class Unending(MemoryStream):
    __slots__ = ()

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        return super().receive_vector(views) or None


class Undead(MemoryStream):
    __slots__ = ()

    def send(self, data: Buffer) -> int:
        return len(data) if self._is_closed else super().send(data)


class Endless(MemoryStream):
    __slots__ = ()

    def end(self) -> None:
        pass


@pytest.mark.parametrize(
    ("kind", "promise"),
    [
        (Deaf, "receive.. returns None when there is nothing"),
        (Greedy, "never returns 0"),
        (Jumbled, "receive.size. returns no more|octets"),
        (Forgetful, "within|ends|left"),
        (Misplacing, "writes into the views"),
        (Shortchanging, "returns how much it wrote"),
        (Ended, "receive_vector.. returns None"),
        (Unending, "receive_vector.. returns 0"),
        (Endless, "has ended takes no more"),
        (Undead, "a closed Stream raises"),
    ],
)
def test_broken_stream_is_found_out(
    kind: type[MemoryStream], promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerowire.testing.checks.DEADLINE", 0.01)
    with pytest.raises(AssertionError, match=promise):
        check_streams(*kind.pair())


def test_transport_that_keeps_a_descriptor_is_found_out() -> None:
    kept = []

    class Leaky(Tcp):
        def connecter(self, address: str, settings: Settings) -> Any:
            kept.append(Tcp().listen("127.0.0.1:*", settings))
            return super().connecter(address, settings)

    with pytest.raises(AssertionError, match="descriptors are left"):
        check_transport(Leaky(), "127.0.0.1:*")
    for listener in kept:
        listener.close()


def test_transport_with_wrong_texts_is_found_out() -> None:
    class Misnamed(Tcp):
        scheme = "tpc"

    with pytest.raises(AssertionError, match="does not begin with tpc://"):
        check_transport(Misnamed(), "127.0.0.1:*")


def test_transport_that_does_not_know_its_own_endpoints_is_found_out() -> None:
    class Lost(Tcp):
        def resolve(self, address: str, settings: Settings) -> list[str]:
            return []

    with pytest.raises(AssertionError, match="resolve"):
        check_transport(Lost(), "127.0.0.1:*")
