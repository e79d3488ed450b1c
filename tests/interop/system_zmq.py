"""The system's libzmq, by ctypes: as much of it as peer_program needs, in the words of pyzmq.

pyzmq brings a libzmq of its own, which knows neither GSSAPI nor multicast. Debian's knows both.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

from zerowire import constants
from zerowire.error import Again, ZMQError, zmq_error

__all__ = ["Again", "Context", "Frame", "Socket", "ZMQError", "has"]


def __getattr__(name: str) -> Any:
    return getattr(constants, name)


class PollItem(ctypes.Structure):
    _fields_ = [
        ("socket", ctypes.c_void_p),
        ("fd", ctypes.c_int),
        ("events", ctypes.c_short),
        ("revents", ctypes.c_short),
    ]


class Frame(ctypes.Structure):
    """A zmq_msg_t."""

    _fields_ = [("_octets", ctypes.c_ubyte * 64), ("_aligned", ctypes.c_void_p * 0)]

    def __init__(self) -> None:
        super().__init__()
        library().zmq_msg_init(self.pointer)

    def __del__(self) -> None:
        library().zmq_msg_close(self.pointer)

    @property
    def pointer(self) -> Any:
        return ctypes.byref(self)

    @property
    def bytes(self) -> bytes:
        size = library().zmq_msg_size(self.pointer)
        return ctypes.string_at(library().zmq_msg_data(self.pointer), size)

    def get(self, name: str) -> str:
        value: Any = library().zmq_msg_gets(self.pointer, name.encode())
        if value is None:
            raise failure()
        return str(value.decode())


_library: Any = None


def library() -> Any:
    """Return libzmq."""
    global _library
    if _library is None:
        found = ctypes.util.find_library("zmq")
        if found is None:
            raise ImportError("the system has no libzmq")
        _library = ctypes.CDLL(found, use_errno=True)
        pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
        for function, result, arguments in (
            ("zmq_ctx_new", pointer, []),
            ("zmq_ctx_term", ctypes.c_int, [pointer]),
            ("zmq_socket", pointer, [pointer, ctypes.c_int]),
            ("zmq_send", ctypes.c_int, [pointer, text, size, ctypes.c_int]),
            ("zmq_setsockopt", ctypes.c_int, [pointer, ctypes.c_int, pointer, size]),
            ("zmq_msg_size", size, [pointer]),
            ("zmq_msg_data", pointer, [pointer]),
            ("zmq_msg_gets", text, [pointer, text]),
            ("zmq_strerror", text, [ctypes.c_int]),
        ):
            getattr(_library, function).restype = result
            getattr(_library, function).argtypes = arguments
    return _library


def has(capability: str) -> bool:
    """Tell whether there is a libzmq that knows something."""
    try:
        return bool(library().zmq_has(capability.encode()))
    except ImportError:
        return False


def failure() -> ZMQError:
    number = library().zmq_errno()
    return zmq_error(number, library().zmq_strerror(number).decode())


class Context:
    """A context of libzmq."""

    def __init__(self) -> None:
        self._context = library().zmq_ctx_new()

    def socket(self, kind: int) -> Socket:
        return Socket(library().zmq_socket(self._context, int(kind)))

    def term(self) -> None:
        library().zmq_ctx_term(self._context)


class Socket:
    """A socket of libzmq."""

    def __init__(self, socket: int) -> None:
        self._socket = ctypes.c_void_p(socket)

    def _call(self, name: str, *arguments: Any) -> int:
        result: int = getattr(library(), name)(self._socket, *arguments)
        if result < 0:
            raise failure()
        return result

    def setsockopt(self, number: int, value: int | bytes) -> None:
        octets = value if isinstance(value, bytes) else bytes(self._number_of(number, value))
        self._call("zmq_setsockopt", int(number), octets, len(octets))

    def getsockopt(self, number: int) -> int | bytes:
        if constants.SocketOption(number)._opt_type.name == "bytes":
            buffer = ctypes.create_string_buffer(256)
            self._call(
                "zmq_getsockopt", int(number), buffer, ctypes.byref(ctypes.c_size_t(ctypes.sizeof(buffer)))
            )
            return buffer.value
        found = self._number_of(number, 0)
        self._call(
            "zmq_getsockopt",
            int(number),
            ctypes.byref(found),
            ctypes.byref(ctypes.c_size_t(ctypes.sizeof(found))),
        )
        return int(found.value)

    def _number_of(self, number: int, value: int) -> Any:
        is_long = constants.SocketOption(number)._opt_type.name == "int64"
        return (ctypes.c_int64 if is_long else ctypes.c_int)(value)

    def bind(self, endpoint: str) -> None:
        self._call("zmq_bind", endpoint.encode())

    def unbind(self, endpoint: str) -> None:
        self._call("zmq_unbind", endpoint.encode())

    def connect(self, endpoint: str) -> None:
        self._call("zmq_connect", endpoint.encode())

    def disconnect(self, endpoint: str) -> None:
        self._call("zmq_disconnect", endpoint.encode())

    def send(self, octets: bytes, flags: int = 0) -> None:
        self._call("zmq_send", octets, len(octets), flags)

    def send_multipart(self, frames: list[bytes]) -> None:
        *first, last = frames
        for frame in first:
            self.send(frame, constants.SNDMORE)
        self.send(last)

    def recv_multipart(self, copy: bool = True) -> list[Any]:
        frames: list[Frame] = []
        while not frames or self.getsockopt(constants.RCVMORE):
            frames.append(Frame())
            self._receive(frames[-1])
        return [frame.bytes for frame in frames] if copy else frames

    def _receive(self, frame: Frame) -> None:
        if library().zmq_msg_recv(frame.pointer, self._socket, 0) < 0:
            raise failure()

    def poll(self, timeout: int) -> int:
        item = PollItem(self._socket, 0, constants.POLLIN, 0)
        if library().zmq_poll(ctypes.byref(item), 1, ctypes.c_long(timeout)) < 0:
            raise failure()
        return int(item.revents)

    def close(self, linger: int | None = None) -> None:
        if linger is not None:
            self.setsockopt(constants.LINGER, linger)
        self._call("zmq_close")
