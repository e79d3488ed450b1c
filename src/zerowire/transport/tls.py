"""TLS over another stream."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from errno import ECONNRESET, EINVAL, EIO, EPROTO
from functools import lru_cache

from zerowire.error import ZMQError, zmq_error
from zerowire.options import Settings
from zerowire.transport.base import Buffer, Stream

MOST_AT_ONCE = 262144  # octets that are encrypted before they are written
MOST_EARLY = 65536  # octets that may wait for the handshake
MOST_UNSENT = 2 * MOST_AT_ONCE  # encrypted octets, beyond which a peer that only makes TLS answer is left
READ_SIZE = 65536


def server_context(settings: Settings) -> ssl.SSLContext:
    """Return what a listener shows its peers.

    Raises:
        ZMQError: EINVAL: WSS_CERT_PEM and WSS_KEY_PEM are not a certificate and its key.
    """
    for name in ("wss_cert_pem", "wss_key_pem"):
        if not getattr(settings, name):
            raise zmq_error(EINVAL, f"{name.upper()} is not set: wss needs a certificate and its key, in PEM")
    return _server_context(settings.wss_cert_pem, settings.wss_key_pem)


@lru_cache(maxsize=16)
def _server_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        _load(context, certificate, key)
    except (ssl.SSLError, ValueError) as error:
        raise zmq_error(
            EINVAL, f"WSS_CERT_PEM and WSS_KEY_PEM are not a certificate and its key in PEM: {error}"
        ) from None
    except OSError as error:
        raise zmq_error(
            error.errno or EIO, f"WSS_KEY_PEM, which ssl reads from a file only, cannot be written: {error}"
        ) from error
    return context


def _load(context: ssl.SSLContext, certificate: str, key: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # which nobody else may enter
        paths = [os.path.join(folder, name) for name in ("certificate", "key")]
        for path, text in zip(paths, (certificate, key), strict=True):
            with open(path, "x", encoding="ascii", opener=_private, errors="replace") as file:
                file.write(text)
        context.load_cert_chain(paths[0], paths[1], password=_no_password)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def client_context(settings: Settings) -> ssl.SSLContext:
    """Return whom a client trusts.

    Raises:
        ZMQError: EINVAL: that is nobody, or WSS_TRUST_PEM is no certificate.
    """
    if not settings.wss_trust_pem and not settings.wss_trust_system:
        raise zmq_error(
            EINVAL,
            "wss trusts nobody: set WSS_TRUST_PEM to certificates in PEM, or WSS_TRUST_SYSTEM to 1",
        )
    return _client_context(settings.wss_trust_pem, settings.wss_trust_system)


@lru_cache(maxsize=16)
def _client_context(certificates: str, trusts_system: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusts_system:
        context.load_default_certs()
    if certificates:
        try:
            context.load_verify_locations(cadata=certificates)
        except (ssl.SSLError, TypeError, ValueError) as error:
            raise zmq_error(EINVAL, f"WSS_TRUST_PEM is no certificate in PEM: {error}") from None
    return context


def wrapper(context: ssl.SSLContext, host: str | None) -> Callable[[Stream], TlsStream]:
    """Return what makes streams of TLS; `host` is the name of the server, None for a server itself."""
    return lambda stream: TlsStream(stream, context, host)


class TlsStream:
    """Octets that are encrypted over another stream.

    The handshake goes on whenever the stream is read. What is to be sent before its end waits for
    it here: a link that waited for it would look at the stream all the time.
    """

    __slots__ = (
        "_early",
        "_incoming",
        "_is_open",
        "_outgoing",
        "_owes_one",
        "_stream",
        "_tls",
        "_unsent",
        "local",
        "peer_address",
        "remote",
    )

    is_bare = False

    def __init__(self, stream: Stream, context: ssl.SSLContext, host: str | None) -> None:
        self._stream = stream
        self.local = stream.local
        self.remote = stream.remote
        self.peer_address = stream.peer_address
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(
                self._incoming, self._outgoing, server_side=host is None, server_hostname=host
            )
        except ValueError as error:  # UnicodeError among them
            raise zmq_error(
                EINVAL, f"{host!r}, of WSS_HOSTNAME or the endpoint, is no name of a server: {error}"
            ) from None
        self._is_open = False
        self._early = bytearray()
        self._unsent = b""  # encrypted
        self._owes_one = False  # the last octet of the caller in there is not reported yet

    @property
    def in_flight(self) -> int:
        return self._stream.in_flight + len(self._unsent)

    def fileno(self) -> int:
        return self._stream.fileno()

    def receive(self, size: int) -> bytes | None:
        """Return all octets that can be decrypted: none may stay where the poller does not see them."""
        if not self._is_open:
            self._shake_hands()
        if len(self._unsent) > MOST_UNSENT:
            raise zmq_error(EPROTO, f"{self.remote} has TLS answer over and over, and reads no answer")
        data = self._stream.receive(max(size, READ_SIZE))
        if data is None:
            return None
        if not data:
            self._incoming.write_eof()
        else:
            self._incoming.write(data)
        if not self._is_open:
            self._shake_hands()
            if not self._is_open:
                return None
        return self._decrypted()

    def _decrypted(self) -> bytes | None:
        pieces = []
        try:
            while True:
                piece = self._tls.read(READ_SIZE)
                if not piece:
                    break  # the peer has said that there is no more
                pieces.append(piece)
        except ssl.SSLWantReadError:
            if not pieces:
                return None
        except ssl.SSLError as error:
            if not pieces:
                raise self._failure(error) from None
        finally:
            with suppress(ZMQError):  # END-2: a failed write is no reason to lose what has come
                self._flush()  # what TLS itself has to say
        return b"".join(pieces)

    def receive_vector(self, views: Sequence[memoryview]) -> int | None:
        raise NotImplementedError  # nobody asks for it: what comes must be unmasked

    def send(self, data: Buffer) -> int:
        if not self._is_open:
            return self._keep(data)
        if not self._flush():
            return 0
        if self._owes_one:  # it was encrypted with the others
            self._owes_one = False
            return 1
        count = self._encrypt(memoryview(data)[:MOST_AT_ONCE])
        if self._flush():
            return count
        # What is encrypted must never be sent anew, so it counts as sent; but for one octet, so that the
        # caller comes back when there is room for the rest.
        self._owes_one = True
        return count - 1

    def _keep(self, data: Buffer) -> int:
        if len(self._early) + len(data) > MOST_EARLY:
            raise zmq_error(EPROTO, f"nothing can be sent to {self.remote} before the handshake of TLS")
        self._early += data
        self._shake_hands()
        return len(data)

    def _encrypt(self, data: Buffer) -> int:
        left = memoryview(data)
        try:
            while left:
                left = left[self._tls.write(left) :]
        except ssl.SSLError as error:
            raise self._failure(error) from None
        return len(data)

    def send_vector(self, buffers: Sequence[Buffer]) -> int:
        return self.send(buffers[0])

    def end(self) -> None:
        with suppress(ssl.SSLError):  # the peer has not said the same yet, and need not
            self._tls.unwrap()
        self._flush()
        self._stream.end()

    def close(self) -> None:
        self._stream.close()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return
        except ssl.SSLError as error:
            with suppress(ZMQError):
                self._flush()  # the peer may be told why
            raise self._failure(error) from None
        self._is_open = True
        early, self._early = self._early, bytearray()
        self._encrypt(early)
        self._flush()

    def _flush(self) -> bool:
        """Write what is encrypted; False when not all of it fits."""
        if self._outgoing.pending:
            self._unsent += self._outgoing.read()
        while self._unsent:
            count = self._stream.send(self._unsent)
            if not count:
                return False
            self._unsent = self._unsent[count:]
        return True

    def _failure(self, error: ssl.SSLError) -> ZMQError:
        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return zmq_error(ECONNRESET, f"{self.remote} ended the connection within TLS")
        return zmq_error(EPROTO, f"TLS with {self.remote}: {error.reason or error}".lower())
