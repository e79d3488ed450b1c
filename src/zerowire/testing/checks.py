"""Whether a transport does what transport.base says.

    check_transport(Tcp(), "127.0.0.1:*")

raises AssertionError with the promise that was broken. For transports of your own, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from time import monotonic
from typing import TypeVar

from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.reactor.poller import READABLE, WRITABLE, Poller
from zerowire.transport.base import Buffer, Connecter, Listener, Stream, Transport

T = TypeVar("T")

DEADLINE = 10.0  # seconds to wait for what should happen at once
PIECE = bytes(range(256)) * 16
MOST_PIECES = 65536  # that a stream may take before it must say that it is full


def check_transport(transport: Transport, address: str, settings: Settings | None = None) -> None:
    """Check that a transport can be listened and connected to, and gives everything back.

    Args:
        transport: The one to check.
        address: Where to listen, without scheme: "127.0.0.1:*" say. Nobody must be there.
        settings: The options to use; None is the defaults.

    Raises:
        AssertionError: It breaks a promise.
        ZMQError: It cannot listen there, or connect.
    """
    settings = settings or Settings()
    before = _descriptors()
    with ExitStack() as stack:
        listener = transport.listen(address, settings)
        stack.callback(listener.close)
        _check_listener(listener, transport, settings)
        where = _address(listener, transport)
        _check_given_up(transport.connecter(where, settings))
        connecter = transport.connecter(where, settings)
        stack.callback(connecter.close)
        dialed = _dial(connecter)
        stack.callback(dialed.close)
        accepted = _accept(listener)
        stack.callback(accepted.close)
        _demand(connecter.fileno() == -1, "a Connecter that has connected has no descriptor any more")
        connecter.close()
        listener.close()
        listener.close()
        _demand(listener.fileno() == -1, "a closed Listener has the descriptor -1")
        _demand(accepted.fileno() >= 0, "streams that were accepted stay when the Listener is closed")
        check_streams(dialed, accepted)
        _check_refused(transport.connecter(where, settings))
    left = _descriptors() - before
    _demand(not left, f"descriptors are left: {sorted(left)}")


def check_streams(first: Stream, second: Stream) -> None:
    """Check that two connected streams carry octets both ways, and end. Closes them.

    Raises:
        AssertionError: They break a promise.
    """
    for end in (first, second):
        _demand("://" in end.local, f"`local` is an endpoint text, not {end.local!r}")
        _demand("://" in end.remote, f"`remote` is an endpoint text, not {end.remote!r}")
        _demand(isinstance(end.peer_address, str), "`peer_address` is a text")
        _demand(isinstance(end.is_bare, bool), "`is_bare` is True or False")
        _demand(end.receive(10) is None, "receive() returns None when there is nothing now")
    for sender, reader in ((first, second), (second, first)):
        _check_octets(sender, reader)
        _check_back_pressure(sender, reader)
    _check_end(first, second)


def _check_listener(listener: Listener, transport: Transport, settings: Settings) -> None:
    scheme = f"{transport.scheme}://"
    _demand(listener.endpoint.startswith(scheme), f"{listener.endpoint!r} does not begin with {scheme}")
    _demand(listener.fileno() >= 0, "a Listener has a descriptor")
    _demand(listener.accept() is None, "accept() returns None when nobody waits")
    where = _address(listener, transport)
    transport.check_connect(where, settings)
    found = transport.resolve(where, settings)
    _demand(listener.endpoint in found, f"resolve({where!r}) is {found}, without {listener.endpoint!r}")


def _check_given_up(connecter: Connecter) -> None:
    connecter.close()
    connecter.close()
    _demand(connecter.fileno() == -1, "a closed Connecter has the descriptor -1")


def _check_refused(connecter: Connecter) -> None:
    try:
        stream = _dial(connecter)
    except ZMQError as error:
        _demand(bool(error.errno), "a failure has a number")
        _demand(connecter.fileno() == -1, "a Connecter that has failed has closed everything")
    else:
        stream.close()
        raise AssertionError("nobody listens any more, and yet the Connecter connects")
    finally:
        connecter.close()


def _check_octets(sender: Stream, reader: Stream) -> None:
    _demand(sender.send(b"octets") == 6, "send() returns how much it took: 6 octets of 6")
    _demand(_read(reader, 6) == b"octets", "what was sent arrives")
    parts: list[Buffer] = [b"some", bytearray(b" more "), memoryview(b"octets")]
    _demand(sender.send_vector(parts) == 16, "send_vector() returns how much it took, over all buffers")
    _demand(_read(reader, 5) == b"some ", "receive(size) returns no more than so many")
    _demand(_read(reader, 11) == b"more octets", "octets that were left come with the next receive()")
    _demand(reader.receive(10) is None, "receive() returns None when everything was read")
    _check_view(sender, reader)


def _check_view(sender: Stream, reader: Stream) -> None:
    place = bytearray(b"......")
    with memoryview(place) as view, view[1:5] as part:
        views = [part[:3], part[3:]]
        read = partial(reader.receive_vector, views)
        _demand(read() is None, "receive_vector() returns None when there is nothing now")
        sender.send(b"octets")
        count = _until(read, reader.fileno(), "readable")
    _demand(count in (3, 4), "receive_vector() returns how much it wrote: 4 octets, or 3 in the first view")
    written = b"octets"[:count].ljust(4, b".")
    _demand(
        place == b"." + written + b".", "receive_vector() writes into the views in turn, and nowhere else"
    )
    _demand(
        _read(reader, 6 - count) == b"octets"[count:],
        "octets that found no place come with the next receive()",
    )


def _check_back_pressure(sender: Stream, reader: Stream) -> None:
    sent = 0
    for _ in range(MOST_PIECES):
        taken = sender.send(PIECE[sent % len(PIECE) :])
        if not taken:
            break
        sent += taken
    else:
        raise AssertionError("send() never returns 0, though nobody reads")
    _demand(sender.send_vector([b"x", b"y"]) == 0, "send_vector() returns 0 when nothing fits")
    expected = (PIECE * (sent // len(PIECE) + 1))[:sent]
    _demand(_read(reader, sent) == expected, "octets arrive whole and in order after a stream was full")
    _wait(sender.fileno(), WRITABLE, "writable again")
    _demand(sender.send(b"again") == 5, "a stream that was read has room again")
    _demand(_read(reader, 5) == b"again", "what was sent after a stream was full arrives")


def _check_end(first: Stream, second: Stream) -> None:
    first.send(b"last words")
    first.end()
    _check_ended(first)
    _demand(_read(second, 10) == b"last words", "what was sent before end() arrives")
    _demand(_receive(second) == b"", 'receive() returns b"" at the end')
    _demand(second.receive_vector([memoryview(bytearray(1))]) == 0, "receive_vector() returns 0 at the end")
    _demand(second.in_flight >= 0, "`in_flight` is a number of octets")
    second.send(b"an answer")
    second.close()
    second.close()
    _check_closed(second)
    _demand(_read(first, 9) == b"an answer", "what was sent before close() arrives, after end() too")
    _demand(_receive(first) == b"", 'receive() returns b"" at the end')
    first.close()
    _check_closed(first)


def _check_closed(stream: Stream) -> None:
    _demand(stream.fileno() == -1, "a closed Stream has the descriptor -1")
    try:
        stream.send(b"x")
    except ZMQError:
        return
    raise AssertionError("a closed Stream raises ZMQError")


def _check_ended(stream: Stream) -> None:
    try:
        stream.send(b"x")
    except ZMQError:
        return
    raise AssertionError("a Stream that has ended takes no more octets")


def _dial(connecter: Connecter) -> Stream:
    if connecter.needs_lookup:
        connecter.lookup()
    stream = connecter.start()
    while stream is None:
        _wait(connecter.fileno(), WRITABLE, "connected")
        stream = connecter.finish()
    return stream


def _accept(listener: Listener) -> Stream:
    return _until(listener.accept, listener.fileno(), "reached by its peer")


def _read(stream: Stream, size: int) -> bytes:
    """Return so many octets."""
    data = b""
    while len(data) < size:
        more = _receive(stream, size - len(data))
        _demand(more != b"", f"the stream ends after {len(data)} of {size} octets")
        data += more
    return data


def _receive(stream: Stream, size: int = 65536) -> bytes:
    return _until(lambda: stream.receive(size), stream.fileno(), "readable")


def _until(look: Callable[[], T | None], fd: int, what: str) -> T:
    deadline = monotonic() + DEADLINE
    while (found := look()) is None:
        _demand(monotonic() < deadline, f"not {what} within {DEADLINE} s, though the descriptor is ready")
        _wait(fd, READABLE, what)
    return found


def _wait(fd: int, interest: int, what: str) -> None:
    """Wait for a descriptor; one that is none is ready at once."""
    if fd < 0:
        return
    poller = Poller()
    try:
        poller.register(fd, interest, what)
        _demand(bool(poller.wait(DEADLINE)), f"the descriptor is not {what} within {DEADLINE} s")
        poller.unregister(fd)
    finally:
        poller.close()


def _address(listener: Listener, transport: Transport) -> str:
    return listener.endpoint.removeprefix(f"{transport.scheme}://")


def _demand(condition: bool, promise: str) -> None:
    if not condition:
        raise AssertionError(promise)


def _descriptors() -> set[int]:
    """Return the open descriptors of this process; none where the system does not list them."""
    try:
        return {int(name) for name in os.listdir("/dev/fd") if _is_open(int(name))}
    except FileNotFoundError:
        return set()


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
