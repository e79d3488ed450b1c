"""A bare connection to a peer, step by step: connect, greeting, handshake, heartbeats.

It has no socket of ZeroMQ behind it, sends no message, and is careful to be handed none.
Each step takes as long as it takes, up to a time-out, and raises Found when something is wrong.
"""

from __future__ import annotations

import selectors
from errno import EACCES, ECONNREFUSED, EINVAL, ENOENT, ENOTSOCK, EPERM, ETIMEDOUT
from pathlib import Path
from stat import S_ISSOCK
from time import monotonic

from zerowire.cli.faults import Fault, Found
from zerowire.cli.watchful import Watchful, watch
from zerowire.constants import SocketType
from zerowire.engine.connections import mechanism_of
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.options import Settings
from zerowire.sniffing.foreign import guess, is_zmtp
from zerowire.transport import schemes
from zerowire.transport.base import Connecter, Stream
from zerowire.transport.endpoint import parse
from zerowire.zmtp import command, greeting
from zerowire.zmtp.buffer import ReceiveBuffer
from zerowire.zmtp.config import Config
from zerowire.zmtp.connection import Connection, State
from zerowire.zmtp.framing import COMMAND, Decoder, Encoder

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
SIZE = 65536
MOMENT = 0.05  # seconds
PATIENCE = 0.3  # seconds; a peer may wait for our whole greeting, too
SCHEMES = ("tcp", "ipc")


class Probe:
    """One connection.

    Args:
        endpoint: Whom to reach, tcp or ipc.
        settings: Options that count: the mechanism and its keys, IPV6, SOCKS_PROXY and so on.
        timeout: Seconds that each step may take.

    Attributes:
        times: Seconds that each step has taken: connect, greeting, handshake.
        head: The first octets of the peer, of a greeting at most.
        watch: What the mechanism has said and heard.
        version: What both speak, once the greetings are exchanged.
        remote: The address that was reached.

    Raises:
        Found: The endpoint is none that could be reached.
    """

    def __init__(self, endpoint: str, settings: Settings, timeout: float) -> None:
        self.endpoint = endpoint
        self.times: dict[str, float] = {}
        self.head = b""
        self.remote = ""
        self.watch: Watchful = watch(mechanism_of(settings))
        self._timeout = timeout
        self._connecter = connecter_of(endpoint, settings)
        self._stream: Stream | None = None
        self._connection = Connection(Config(SocketType.DEALER, mechanism=lambda _: self.watch), monotonic())
        self._buffer = ReceiveBuffer()
        self._decoder = Decoder(self._buffer)
        self._pings = 0
        self._said = 0  # octets
        self._kept = b""  # of our greeting, until the peer has said all of its own
        self._patience = 0.0  # until when

    @property
    def version(self) -> tuple[int, int]:
        """What both speak; (0, 0) until it is known."""
        return self._connection.peer.version

    @property
    def mechanism(self) -> str:
        """What the peer's greeting says."""
        return greeting.mechanism(self.head).rstrip(b"\0").decode("ascii", "backslashreplace")

    @property
    def is_peer(self) -> bool:
        """Whether the handshake is done: the other socket has us among its peers."""
        return self._connection.state is State.TRAFFIC

    def close(self) -> None:
        """Leave. Idempotent."""
        for end in (self._stream, self._connecter):
            if end is not None:
                end.close()

    def reach(self, *, greets: bool = True) -> None:
        """Go as far as the peer lets us and takes nothing from others, or only connect."""
        self.look_up()
        self.connect()
        if greets:
            self.greet()
            self.shake_hands()

    def look_up(self) -> None:
        """Find the addresses of a name, or make one of its digits: not part of how long connecting takes."""
        try:
            self._connecter.lookup()
        except ZMQError as error:
            raise Found(Fault.NAME, str(error)) from error

    def connect(self) -> None:
        """Connect."""
        start = monotonic()
        try:
            stream = self._connecter.start()
            while stream is None:
                if not wait(self._connecter.fileno(), WRITE, start + self._timeout):
                    raise Found(Fault.SILENT_NETWORK, f"nothing came back within {self._timeout:g} s")
                stream = self._connecter.finish()
        except ZMQError as error:
            raise Found(fault_of(error, self.endpoint), str(error)) from error
        self._stream = stream
        self.remote = stream.remote
        self.times["connect"] = monotonic() - start

    def greet(self) -> None:
        """Exchange greetings, as far as the peer does."""
        start = monotonic()
        deadline = start + self._timeout
        self._patience = start + min(PATIENCE, self._timeout / 2)
        self._say_greeting()
        while not self._is_greeted:
            octets = self._receive(self._patience if self._kept else deadline)
            if octets is None and self._kept:
                self._patience = 0.0
                self._say_greeting()
                continue
            if octets is None:
                self._complain_about_silence()
            if not octets:
                raise Found(Fault.CLOSED_EARLY, "the peer closed the connection before it had greeted")
            self.times.setdefault("greeting", monotonic() - start)
            self.head = (self.head + octets)[: greeting.SIZE]
            if not is_zmtp(self.head):
                raise Found(Fault.FOREIGN, f"what answers is no ZMTP but {guess(self.head)}")
            self._shake(octets)

    def _say_greeting(self) -> None:
        """Say no more than our version, as long as we may hope for the peer's whole greeting in return.

        A peer that wants another mechanism closes the connection as soon as it knows ours, and
        what it had to say may be lost with it.
        """
        is_all = self._is_greeted or monotonic() >= self._patience
        self._say((greeting.SIZE if is_all else greeting.SIGNATURE_SIZE + 1) - self._said)

    def _say(self, most: int | None = None) -> None:
        """Say what the connection has to say; None is all of it."""
        self._kept += self._connection.data_to_send()
        octets, self._kept = self._kept[:most], self._kept[len(self._kept) if most is None else most :]
        self._said += len(octets)
        self._send(octets)

    @property
    def _is_greeted(self) -> bool:
        return self._connection.state is not State.GREETING

    def _complain_about_silence(self) -> None:
        what = "half a greeting came" if self.head else "the connection stands, but no greeting came"
        raise Found(Fault.NEVER_GREETS, f"{what} within {self._timeout:g} s")

    def shake_hands(self) -> None:
        """Have the peer say what it is; become a peer of it if that takes nothing from others."""
        if self.watch.name != b"NULL":  # another client speaks now, and leaves if it hears one first
            self._shake(self._receive(monotonic() + min(MOMENT, self._timeout)) or b"")
        start = monotonic()
        self._say()
        while not self.is_peer and not (self.watch.found is not None and not self.watch.is_fit):
            octets = self._receive(start + self._timeout)
            if octets is None:
                raise Found(Fault.NO_HANDSHAKE, f"the handshake has stopped for {self._timeout:g} s")
            if not octets:
                raise closed_by(self.watch)
            self._shake(octets)
        self.times["handshake"] = monotonic() - start

    def _shake(self, octets: bytes) -> None:
        """Have the connection read what belongs to the handshake, and keep the rest."""
        for place in range(len(octets)):
            if self.is_peer:
                self._buffer.feed(octets[place:])
                return
            try:
                self._connection.receive_data(octets[place : place + 1], monotonic())
            except RemoteProtocolError as error:
                raise self._meaning(error) from error
            finally:
                if self._said < greeting.SIZE:
                    self._say_greeting()
                else:
                    self._say()

    def _meaning(self, error: RemoteProtocolError) -> Found:
        """Return what is wrong when the connection will not go on."""
        ours = self.watch.name.decode()
        if len(self.head) == greeting.SIZE and self.mechanism != ours:
            return Found(Fault.MECHANISM, f"the peer speaks {self.mechanism}, and we speak {ours}")
        if self.watch.heard[-1:] == ["HELLO"]:
            return Found(Fault.ROLES, f"the peer is a client of {ours}, as we are")
        if self.watch.heard[-1:] == ["ERROR"]:
            return refused_by(self.watch, error)
        if ours == "CURVE" and self.watch.heard[-1:] == ["WELCOME"]:
            return Found(Fault.SERVER_KEY, f"the server does not own the key that we know it by: {error}")
        return Found(Fault.BROKEN, str(error))

    # -- heartbeats ------------------------------------------------------------------------------

    def ping(self) -> float:
        """Have a PING answered; return how many seconds that took."""
        self._pings += 1
        context = b"zerowire%08d" % self._pings
        start = monotonic()
        self._command(command.ping(0, context))
        deadline = start + self._timeout
        while monotonic() < deadline and (octets := self._receive(deadline)) is not None:
            arrived = monotonic()
            if not octets:
                raise Found(Fault.CLOSED, "the peer closed the connection while we waited for a PONG")
            self._buffer.feed(octets)
            if context in self._pongs():
                return arrived - start
        raise Found(Fault.NO_HEARTBEAT, f"no PONG came within {self._timeout:g} s")

    def _command(self, body: bytes) -> None:
        traffic = self.watch.traffic
        frame = (
            Encoder().command(body) if traffic is None else Encoder().frame(0, traffic.encode(COMMAND, body))
        )
        self._send(frame)

    def _pongs(self) -> list[bytes]:
        """Take what has come; return what the PONGs among it repeat of our PINGs."""
        contexts = []
        traffic = self.watch.traffic
        try:
            while (frame := self._decoder.next_frame()) is not None:
                flags, body = frame if traffic is None else traffic.decode(frame[1])
                name, data = (flags & COMMAND and command.split(body)) or (b"", b"")
                if name == command.PONG:
                    contexts.append(data)
                elif name == command.PING:
                    self._command(command.pong(data[2:]))
        except RemoteProtocolError as error:
            raise Found(Fault.BROKEN, str(error)) from error
        return contexts

    # -- octets ----------------------------------------------------------------------------------

    def _send(self, octets: bytes) -> None:
        assert self._stream is not None
        try:
            while octets:
                octets = octets[self._stream.send(octets) :]
                if octets and not wait(self._stream.fileno(), WRITE, monotonic() + self._timeout):
                    return  # it takes nothing; that it does not answer either, reading tells
        except ZMQError:
            pass  # it has left; reading tells what it said before

    def _receive(self, deadline: float) -> bytes | None:
        """Return what the peer says next; None if nothing comes in time, b"" when it has left."""
        assert self._stream is not None
        try:
            while (octets := self._stream.receive(SIZE)) is None:
                if not wait(self._stream.fileno(), READ, deadline):
                    return None
        except ZMQError:
            return b""
        return octets


def connecter_of(endpoint: str, settings: Settings) -> Connecter:
    """Return one attempt to reach an endpoint."""
    try:
        parsed = parse(endpoint)
        if parsed.scheme == "inproc":
            raise Found(Fault.INPROC, "inproc endpoints are names within one context of one process")
        transport = schemes.find(parsed.scheme)
        if parsed.scheme not in SCHEMES:
            raise Found(Fault.TRANSPORT, f"{parsed.scheme} has no connections of ZMTP")
        transport.check_connect(parsed.address, settings)
        return transport.connecter(parsed.address, settings)
    except ZMQError as error:
        fault = Fault.MALFORMED if error.errno == EINVAL else Fault.TRANSPORT
        raise Found(fault, str(error)) from error


def wait(fd: int, events: int, deadline: float) -> bool:
    """Wait for a descriptor; return whether it is ready in time."""
    with Selector() as selector:
        selector.register(fd, events)
        return bool(selector.select(max(0.0, deadline - monotonic())))


def fault_of(error: ZMQError, endpoint: str) -> Fault:
    """Return what it means that a peer could not be connected to."""
    if endpoint.startswith("ipc://"):
        return ipc_fault(error, Path(endpoint.removeprefix("ipc://")))
    faults = {ECONNREFUSED: Fault.REFUSED, ETIMEDOUT: Fault.SILENT_NETWORK, EINVAL: Fault.NAME}
    return faults.get(error.errno or 0, Fault.UNREACHABLE)


def ipc_fault(error: ZMQError, path: Path) -> Fault:
    """Return what is wrong with the path of an ipc endpoint."""
    if error.errno in (EACCES, EPERM):
        return Fault.PERMISSION
    if error.errno == ENOENT:
        return Fault.NO_PATH
    try:
        is_socket = str(path).startswith("@") or S_ISSOCK(path.stat().st_mode)
    except OSError:
        return Fault.NO_PATH
    if error.errno == ENOTSOCK or not is_socket:
        return Fault.NOT_A_SOCKET
    return Fault.REFUSED if str(path).startswith("@") else Fault.STALE


def closed_by(watch: Watchful) -> Found:
    """Return what it means that the peer has left in the handshake without a word."""
    name, said = watch.name.decode(), watch.said[-1:]
    if name == "CURVE" and said == ["HELLO"]:
        return Found(
            Fault.SERVER_KEY, "the server closed the connection at our HELLO, which it could not open"
        )
    if name == "PLAIN" and said == ["HELLO"]:
        return Found(
            Fault.NO_AUTHENTICATOR, "the peer closed the connection at our user name, without a reason"
        )
    if name == "CURVE" and said == ["INITIATE"]:
        return Found(Fault.DENIED_KEY, "the server closed the connection when it knew our key")
    after = f" after our {said[0]}" if said else ""
    return Found(Fault.CLOSED, f"the peer closed the connection{after}, without a reason")


def refused_by(watch: Watchful, error: RemoteProtocolError) -> Found:
    """Return what the peer's ERROR means."""
    faults = {b"CURVE": Fault.DENIED_KEY, b"PLAIN": Fault.DENIED_USER}
    fault = faults.get(watch.name, Fault.DENIED)
    if error.status == 500:
        return Found(
            fault, "the peer's authenticator is at fault: 500", "look at the log of the authenticator"
        )
    return Found(fault, f"{error} ({watch.name.decode()})")
