"""As much of libzmq as a multicast peer needs: the system's library, which knows PGM, by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

from zerowire.constants import SocketOption, SocketType

LARGEST = 1 << 21  # octets of a frame
SNDMORE = 2


class LibzmqError(Exception):
    """libzmq refused a call."""

    def __init__(self, errno: int, text: str) -> None:
        super().__init__(text)
        self.errno = errno


def load() -> ctypes.CDLL | None:
    """Return the library if the system has one that knows PGM."""
    name = ctypes.util.find_library("zmq")
    if name is None:
        return None
    library = ctypes.CDLL(name, use_errno=True)
    for function in ("zmq_ctx_new", "zmq_socket"):
        getattr(library, function).restype = ctypes.c_void_p
    library.zmq_strerror.restype = ctypes.c_char_p
    return library if library.zmq_has(b"pgm") else None


class Context:
    """Sockets of libzmq, with the methods that pgm_program calls."""

    def __init__(self) -> None:
        library = load()
        assert library is not None
        self.library = library
        self._context = library.zmq_ctx_new()

    def socket(self, kind: str) -> Socket:
        found = self.library.zmq_socket(ctypes.c_void_p(self._context), int(SocketType[kind]))
        return Socket(self.library, found)


class Socket:
    """A socket of libzmq."""

    def __init__(self, library: ctypes.CDLL, socket: int) -> None:
        self._library = library
        self._socket = ctypes.c_void_p(socket)
        self._buffer = ctypes.create_string_buffer(LARGEST)

    def _call(self, name: str, *arguments: Any) -> int:
        result: int = getattr(self._library, name)(self._socket, *arguments)
        if result < 0:
            number = ctypes.get_errno() or self._library.zmq_errno()
            raise LibzmqError(number, f"{name}: {self._library.zmq_strerror(number).decode()}")
        return result

    def setsockopt(self, name: str, value: int | bytes) -> None:
        number = int(SocketOption[name])
        if isinstance(value, bytes):
            self._call("zmq_setsockopt", number, value, ctypes.c_size_t(len(value)))
            return
        kind = ctypes.c_int64 if name == "MAXMSGSIZE" else ctypes.c_int
        self._call("zmq_setsockopt", number, ctypes.byref(kind(value)), ctypes.c_size_t(ctypes.sizeof(kind)))

    def bind(self, endpoint: str) -> None:
        self._call("zmq_bind", endpoint.encode())

    def connect(self, endpoint: str) -> None:
        self._call("zmq_connect", endpoint.encode())

    def unbind(self, endpoint: str) -> None:
        self._call("zmq_unbind", endpoint.encode())

    def send_multipart(self, frames: list[bytes]) -> None:
        for place, frame in enumerate(frames, 1):
            flags = SNDMORE if place < len(frames) else 0
            self._call("zmq_send", frame, ctypes.c_size_t(len(frame)), flags)

    def recv_multipart(self) -> list[bytes]:
        """Receive within RCVTIMEO."""
        frames: list[bytes] = []
        more, size = ctypes.c_int(1), ctypes.c_size_t(4)
        while more.value:
            count = self._call("zmq_recv", self._buffer, ctypes.c_size_t(LARGEST), 0)
            frames.append(bytes(memoryview(self._buffer)[:count]))
            self._call("zmq_getsockopt", int(SocketOption.RCVMORE), ctypes.byref(more), ctypes.byref(size))
        return frames

    def close(self, linger: int) -> None:
        self.setsockopt("LINGER", linger)
        self._call("zmq_close")
