"""Members of a group that the test plays itself, over the loopback interface."""

from __future__ import annotations

import itertools
import os
import select
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeAlias

import zerowire as zmq
from zerowire.error import RemoteProtocolError
from zerowire.message import Message
from zerowire.options import Settings
from zerowire.pgm.packet import Kind, Packet, Tsi, decode, encode
from zerowire.pgm.source import Limits, Source
from zerowire.transport import epgm
from zerowire.zmtp.multicast import Slicer

Open: TypeAlias = Callable[..., zmq.Socket]

HERE = "127.0.0.1"
PATIENCE = 10.0
_numbers = itertools.count(1)


def new_endpoint() -> str:
    """Return an endpoint that no other test uses, and no other run of the tests."""
    number, pid = next(_numbers), os.getpid()
    return f"epgm://{HERE};239.255.{pid >> 8 & 255}.{pid & 255}:{20_000 + 37 * pid % 10_000 + number}"


def open_socket(context: zmq.Context, kind: str, **options: Any) -> zmq.Socket:
    """Return a socket, which receives everything if it receives at all."""
    socket = context.socket(getattr(zmq, kind))
    for name, value in {"linger": 0, "rcvtimeo": int(1000 * PATIENCE), **options}.items():
        setattr(socket, name, value)
    if kind == "SUB":
        socket.subscribe(b"")
    elif kind == "XSUB":
        socket.send(b"\1")
    return socket


class Member:
    """The sockets of a member."""

    def __init__(self, endpoint: str, *, publishes: bool) -> None:
        self.channel = epgm.TRANSPORT.open(endpoint.partition("://")[2], Settings(), publishes=publishes)
        self.place = self.channel.place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.channel.close()

    def hear(self, timeout: float = 0.0) -> list[Packet]:
        """Return what has come, after a wait for the first."""
        ears = [ear for ear, _ in self.channel.ears]
        select.select(ears, [], [], timeout)
        packets = []
        for ear in ears:
            while found := ear.receive():
                for octets in (octets for batch, _ in found for octets in batch):
                    with suppress(RemoteProtocolError):
                        packets.append(decode(octets))
        return packets

    def wait_for(self, is_it: Callable[[Packet], bool]) -> list[Packet]:
        """Return what comes until a packet is the one that is waited for, that included."""
        heard: list[Packet] = []
        deadline = monotonic() + PATIENCE
        while not any(is_it(packet) for packet in heard):
            left = deadline - monotonic()
            assert left > 0, f"it has not come, but {heard}"
            heard += self.hear(left)
        return heard

    def say(self, packet: Packet | bytes, host: str | None = None) -> None:
        """Send a packet to the group, or to a host."""
        octets = packet if isinstance(packet, bytes) else encode(packet)
        if host is None:
            self.channel.send(deque([octets]))
        else:
            self.channel.send_to(octets, host)


class HandSource(Member):
    """A source whose packets the test can lose."""

    def __init__(self, endpoint: str, tsi: Tsi | None = None, first: int = 0) -> None:
        super().__init__(endpoint, publishes=True)
        self.tsi = tsi or Tsi(os.urandom(6), 1)
        limits = Limits(1e9, 1e9, 1 << 20)
        self.source = Source(
            self.tsi,
            self.place.port,
            self.place.interface.address,
            limits=limits,
            now=monotonic(),
            first=first,
        )
        self._slicer = Slicer(1428)
        self.transmit()

    def transmit(self, lose: Iterable[int] = ()) -> None:
        """Send what the source has to say, but for packets of data with these numbers."""
        for octets in self.source.packets_to_send():
            packet = decode(octets)
            if packet.kind is not Kind.ODATA or packet.sequence not in lose:
                self.say(octets)

    def publish(self, *messages: Message, lose: Iterable[int] = ()) -> None:
        """Send each message in packets of its own."""
        for message in messages:
            payload = self._slicer.next(deque([message]))
            while payload:
                assert self.source.try_send(payload, monotonic())
                payload = self._slicer.next(deque())
        self.transmit(lose)

    def publish_raw(self, payload: bytes) -> None:
        """Send a payload as it is."""
        assert self.source.try_send(payload, monotonic())
        self.transmit()

    def repair(self) -> list[Packet]:
        """Do what receivers ask for, and what is due; return what they have said."""
        heard = self.hear()
        for packet in heard:
            self.source.receive(packet, monotonic())
            if not self.source.is_for_us(packet):
                self.channel.send_here(encode(packet), str(packet.group))
        self.source.handle_timeout(monotonic())
        self.transmit()
        return heard


class HandReceiver(Member):
    """A receiver that asks what the test wants."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint, publishes=False)

    def complain(self, tsi: Tsi, *numbers: int) -> None:
        """Ask for packets."""
        address = self.place.interface.address
        nak = Packet(Kind.NAK, tsi, self.place.port, sequence=numbers[0], path=address,
                     group=self.place.group, others=numbers[1:])  # fmt: skip
        self.say(nak, str(address))
