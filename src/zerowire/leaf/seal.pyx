# cython: language_level=3, boundscheck=False, wraparound=False
"""MESSAGE commands of CURVE: made of messages, and back; libsodium does the work.

As seal.py has it, with pointers. libsodium is the one inside PyNaCl, called by its addresses.

crypto_box wants all that it encrypts in one piece: a body would first be copied to behind its flags,
and after it was decrypted to a place of its own. So the parts of crypto_box are called one by one.
Salsa20 makes the key of Poly1305, and 32 octets of the box, out of its first block; what follows is
encrypted from where it lies, and decrypted to where it stays. HSalsa20 makes a key for all that goes
one way, as the first 16 octets of a nonce are always the same.

PyNaCl does not tell of these functions. Where it hides them, crypto_box does it all.
"""

from __future__ import annotations

from ctypes import CDLL, c_void_p
from ctypes import cast as ctypes_cast

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize, _PyBytes_Resize
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t, uintptr_t
from libc.string cimport memcmp, memcpy, memset

from nacl import _sodium
from nacl._sodium import ffi, lib

from zerowire.leaf.ring cimport Ring

cdef extern from "Python.h" nogil:
    bint PyBytes_CheckExact(PyObject *)
    char *PyBytes_AS_STRING(PyObject *)
    Py_ssize_t PyBytes_GET_SIZE(PyObject *)
    bint PyList_CheckExact(PyObject *)
    PyObject *PyList_GET_ITEM(PyObject *, Py_ssize_t)
    Py_ssize_t PyList_GET_SIZE(PyObject *)

ctypedef int (*box_t)(
    unsigned char *, const unsigned char *, unsigned long long, const unsigned char *, const unsigned char *
) noexcept nogil
ctypedef int (*derive_t)(
    unsigned char *, const unsigned char *, const unsigned char *, const unsigned char *
) noexcept nogil
ctypedef int (*stream_t)(
    unsigned char *, const unsigned char *, unsigned long long, const unsigned char *, uint64_t,
    const unsigned char *
) noexcept nogil
ctypedef int (*authenticate_t)(
    unsigned char *, const unsigned char *, unsigned long long, const unsigned char *
) noexcept nogil
ctypedef int (*verify_t)(
    const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *
) noexcept nogil
ctypedef void (*wipe_t)(void *, size_t) noexcept nogil

cdef enum:
    FLAG_MORE = 1
    FLAG_LONG = 2
    HEAD_SIZE = 8
    BOX_START = 16
    MAC = 16
    ADDED = BOX_START + MAC + 1
    KEY_OCTETS = 32
    FIRST = 32  # octets of a box that come out of Salsa20's first block: the flags, and 31 of the body
    SMALL_SIZE = 1024  # octets that are sooner copied than encrypted by a call of their own
    LARGE_SIZE = 32768  # octets that are worth to let other threads run meanwhile

cdef const unsigned char *NAME = b"\x07MESSAGE"
cdef uint64_t LAST_COUNTER = 0xFFFFFFFFFFFFFFFFull

HEAD = b"\x07MESSAGE"
OVERHEAD = ADDED
KEY_SIZE = KEY_OCTETS
LAST = 2**64 - 1

if lib.sodium_init() < 0:
    raise ImportError("libsodium does not start")


cdef uintptr_t address_of(str name) except 0:
    return int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))


cdef box_t close_box = <box_t>address_of("crypto_box_easy_afternm")
cdef box_t open_box = <box_t>address_of("crypto_box_open_easy_afternm")
cdef wipe_t wipe = <wipe_t>address_of("sodium_memzero")

PARTS = (
    "crypto_core_hsalsa20",
    "crypto_stream_salsa20_xor_ic",
    "crypto_onetimeauth_poly1305",
    "crypto_onetimeauth_poly1305_verify",
)
cdef derive_t derive
cdef stream_t stream
cdef authenticate_t authenticate
cdef verify_t verify


cdef bint find_parts():
    """Find the parts of crypto_box; False where they are hidden."""
    global derive, stream, authenticate, verify
    cdef uintptr_t address[4]
    try:
        calls = CDLL(_sodium.__file__)
        for place, name in enumerate(PARTS):
            address[<int>place] = ctypes_cast(getattr(calls, name), c_void_p).value
    except (AttributeError, OSError):
        return False
    derive, stream = <derive_t>address[0], <stream_t>address[1]
    authenticate, verify = <authenticate_t>address[2], <verify_t>address[3]
    return True


cdef bint has_parts = find_parts()


cdef inline void put_number(unsigned char *to, uint64_t number) noexcept nogil:
    cdef int place
    for place in range(8):
        to[7 - place] = <unsigned char>(number >> (8 * place))


cdef inline uint64_t number_at(const unsigned char *start) noexcept nogil:
    cdef uint64_t number = 0
    cdef int place
    for place in range(8):
        number = (number << 8) | start[place]
    return number


cdef inline Py_ssize_t frame_size(Py_ssize_t body) noexcept nogil:
    """Return the octets of a frame that carries so many in a MESSAGE."""
    return body + ADDED + (2 if body + ADDED < 256 else 9)


cdef Py_ssize_t message_size(PyObject *message, Py_ssize_t *frames) noexcept nogil:
    """Return the octets of a message in frames, and how many these are; -1 if one is not bytes."""
    cdef Py_ssize_t place, octets = 0
    cdef PyObject *part
    if not PyList_CheckExact(message):
        frames[0] = 1
        return frame_size(PyBytes_GET_SIZE(message)) if PyBytes_CheckExact(message) else -1
    frames[0] = PyList_GET_SIZE(message)
    for place in range(frames[0]):
        part = PyList_GET_ITEM(message, place)
        if not PyBytes_CheckExact(part):
            return -1
        octets += frame_size(PyBytes_GET_SIZE(part))
    return octets


cdef class Seal:
    """Closes the boxes of one side of a connection, and opens those of the other."""

    def __cinit__(self, key, bytes sending, bytes receiving, uint64_t sent, uint64_t received):
        if len(key) != KEY_OCTETS or len(sending) != BOX_START or len(receiving) != BOX_START:
            raise ValueError("a key has 32 octets, and what nonces begin with has 16")
        cdef Py_buffer view
        PyObject_GetBuffer(key, &view, PyBUF_SIMPLE)
        memcpy(self._key, view.buf, KEY_OCTETS)
        PyBuffer_Release(&view)
        memcpy(self._sending, <const unsigned char *>sending, BOX_START)
        memcpy(self._receiving, <const unsigned char *>receiving, BOX_START)
        if has_parts:
            derive(self._sending_key, self._sending, self._key, NULL)
            derive(self._receiving_key, self._receiving, self._key, NULL)
        self._sent = sent
        self.received = received

    def __dealloc__(self):
        wipe(self._key, KEY_OCTETS)
        wipe(self._sending_key, KEY_OCTETS)
        wipe(self._receiving_key, KEY_OCTETS)

    # -- closing -------------------------------------------------------------------------------

    cdef unsigned char *_put(
        self, unsigned char *to, int flags, const unsigned char *body, Py_ssize_t size
    ) noexcept nogil:
        """Write a MESSAGE and return where it ends; there must be a counter left."""
        cdef unsigned char *content = to + BOX_START + MAC
        self._sent += 1
        put_number(self._sending + BOX_START, self._sent)
        if has_parts:
            self._close(to, content, flags, body, size)
        else:
            content[0] = <unsigned char>flags
            memcpy(content + 1, body, size)
            close_box(to + BOX_START, content, size + 1, self._sending, self._key)
        memcpy(to, NAME, HEAD_SIZE)
        memcpy(to + HEAD_SIZE, self._sending + BOX_START, 8)
        return content + 1 + size

    cdef void _close(
        self, unsigned char *to, unsigned char *content, int flags, const unsigned char *body, Py_ssize_t size
    ) noexcept nogil:
        """Write a box, with the 32 octets before its content as room for the key of Poly1305."""
        cdef const unsigned char *counter = self._sending + BOX_START
        cdef Py_ssize_t first = size if size < SMALL_SIZE else FIRST - 1
        cdef unsigned char key[KEY_OCTETS]
        memset(to, 0, KEY_OCTETS)
        content[0] = <unsigned char>flags
        memcpy(content + 1, body, first)
        stream(to, to, KEY_OCTETS + 1 + first, counter, 0, self._sending_key)
        if first < size:
            stream(content + FIRST, body + first, size - first, counter, 1, self._sending_key)
        memcpy(key, to, KEY_OCTETS)
        authenticate(content - MAC, content, size + 1, key)
        wipe(key, KEY_OCTETS)

    cpdef bytes close(self, int flags, body):
        if self._sent == LAST_COUNTER:
            raise OverflowError(f"{LAST} messages were sealed with one key, and no more can be")
        cdef Py_buffer view
        cdef unsigned char *to
        PyObject_GetBuffer(body, &view, PyBUF_SIMPLE)
        try:
            box = PyBytes_FromStringAndSize(NULL, view.len + ADDED)
            to = <unsigned char *>PyBytes_AS_STRING(<PyObject *>box)
            if view.len < LARGE_SIZE:
                self._put(to, flags, <const unsigned char *>view.buf, view.len)
            else:
                with nogil:
                    self._put(to, flags, <const unsigned char *>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)
        return box

    cpdef tuple pack(self, queue, Py_ssize_t budget):
        cdef Ring ring = queue if type(queue) is Ring else Ring(queue)
        cdef Py_ssize_t octets = 0, messages = 0, size, frames = 0, place, end = ring.at.count
        cdef Py_ssize_t head = ring.at.head, mask = ring.at.mask
        cdef uint64_t left = LAST_COUNTER - self._sent
        cdef unsigned char *to
        while messages < end and octets < budget:
            size = message_size(ring.at.items[(head + messages) & mask], &frames)
            if size < 0 or left < <uint64_t>frames:
                break
            left -= <uint64_t>frames
            octets += size
            messages += 1
        data = PyBytes_FromStringAndSize(NULL, octets)
        to = <unsigned char *>PyBytes_AS_STRING(<PyObject *>data)
        for place in range(messages):
            to = self._put_message(to, ring.at.items[(head + place) & mask])
        return data, messages

    cdef unsigned char *_put_message(self, unsigned char *to, PyObject *message) noexcept:
        """Write a message in frames and return where it ends."""
        cdef bint is_list = PyList_CheckExact(message)
        cdef Py_ssize_t place, size, count = PyList_GET_SIZE(message) if is_list else 1
        cdef const unsigned char *body
        cdef PyObject *part
        cdef int flags
        for place in range(count):
            part = PyList_GET_ITEM(message, place) if is_list else message
            flags = FLAG_MORE if place + 1 < count else 0
            body = <const unsigned char *>PyBytes_AS_STRING(part)
            size = PyBytes_GET_SIZE(part)
            if size + ADDED < 256:
                to[0] = 0
                to[1] = <unsigned char>(size + ADDED)
                to += 2
            else:
                to[0] = FLAG_LONG
                put_number(to + 1, size + ADDED)
                to += 9
            if size < LARGE_SIZE:
                to = self._put(to, flags, body, size)
            else:
                with nogil:
                    to = self._put(to, flags, body, size)
        return to

    # -- opening -------------------------------------------------------------------------------

    cpdef open(self, bytes body):
        cdef int flags = 0
        cdef const unsigned char *start = <const unsigned char *>PyBytes_AS_STRING(<PyObject *>body)
        opened = self._opened(start, len(body), &flags)
        if opened is None:
            return None
        self.received = number_at(start + HEAD_SIZE)
        return flags, opened

    cpdef Py_ssize_t unpack(
        self, bytes data, Py_ssize_t position, Ring into, Py_ssize_t limit, list parts, Py_ssize_t largest
    ) except -1:
        cdef const unsigned char *base = <const unsigned char *>PyBytes_AS_STRING(<PyObject *>data)
        cdef Py_ssize_t whole = len(data), taken = 0, start
        cdef uint64_t size
        cdef int flags = 0
        while position + 2 <= whole and taken != limit:
            if base[position] == 0:
                start = position + 2
                size = base[position + 1]
            elif base[position] != FLAG_LONG or position + 9 > whole:
                break
            else:
                start = position + 9
                size = number_at(base + position + 1)
            if size > <uint64_t>largest or size > <uint64_t>(whole - start):
                break
            body = self._opened(base + start, <Py_ssize_t>size, &flags)
            if body is None or flags > FLAG_MORE:
                break
            self.received = number_at(base + start + HEAD_SIZE)
            if flags:
                parts.append(body)
            elif parts:
                into.append([*parts, body])
                parts.clear()
                taken += 1
            else:
                into.append(body)
                taken += 1
            position = start + <Py_ssize_t>size
        return position

    cdef bytes _opened(self, const unsigned char *body, Py_ssize_t size, int *flags):
        """Return what a MESSAGE carries, and set flags; None if the peer cannot have sent it now."""
        cdef Py_ssize_t octets = size - BOX_START - MAC
        cdef unsigned char *to
        cdef bint is_right
        if size < ADDED or memcmp(body, NAME, HEAD_SIZE):
            return None
        if self.received == LAST_COUNTER or number_at(body + HEAD_SIZE) != self.received + 1:
            return None
        memcpy(self._receiving + BOX_START, body + HEAD_SIZE, 8)
        body += BOX_START
        if not has_parts:
            return self._opened_box(body, MAC + octets, flags)
        opened = PyBytes_FromStringAndSize(NULL, octets - 1)
        to = <unsigned char *>PyBytes_AS_STRING(<PyObject *>opened)
        if octets < LARGE_SIZE:
            is_right = self._open(to, flags, body, octets)
        else:
            with nogil:
                is_right = self._open(to, flags, body, octets)
        return opened if is_right else None

    cdef bint _open(
        self, unsigned char *to, int *flags, const unsigned char *box, Py_ssize_t octets
    ) noexcept nogil:
        """Write what follows the flags in a box, and set flags; False if the peer has not closed it."""
        cdef const unsigned char *counter = self._receiving + BOX_START
        cdef const unsigned char *content = box + MAC
        cdef Py_ssize_t first = FIRST if octets > FIRST else octets
        cdef unsigned char start[KEY_OCTETS + FIRST]
        cdef bint is_right
        memset(start, 0, KEY_OCTETS)
        memcpy(start + KEY_OCTETS, content, first)
        stream(start, start, KEY_OCTETS + first, counter, 0, self._receiving_key)
        is_right = verify(box, content, octets, start) == 0
        if is_right:
            flags[0] = start[KEY_OCTETS]
            memcpy(to, start + KEY_OCTETS + 1, first - 1)
            if first < octets:
                stream(to + first - 1, content + first, octets - first, counter, 1, self._receiving_key)
        wipe(start, KEY_OCTETS + FIRST)
        return is_right

    cdef bytes _opened_box(self, const unsigned char *box, Py_ssize_t size, int *flags):
        """Return what follows the flags in a box, and set flags; None if the peer has not closed it."""
        content = PyBytes_FromStringAndSize(NULL, size - MAC)
        cdef unsigned char *to = <unsigned char *>PyBytes_AS_STRING(<PyObject *>content)
        if open_box(to, box, size, self._receiving, self._key):
            return None
        flags[0] = to[0]
        return content[1:]
