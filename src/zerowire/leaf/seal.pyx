# cython: language_level=3, boundscheck=False, wraparound=False
"""MESSAGE commands of CURVE: made of messages, and back; libsodium does the work.

As seal.py has it, with pointers: a message is copied once to where it is encrypted, and once from
where it was decrypted. libsodium is the one inside PyNaCl, called by its addresses.
"""

from __future__ import annotations

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize, _PyBytes_Resize
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.stdint cimport uint64_t, uintptr_t
from libc.string cimport memcmp, memcpy, memmove

from nacl._sodium import ffi, lib

from zerowire.leaf.ring cimport Ring

cdef extern from "Python.h" nogil:
    bint PyBytes_CheckExact(PyObject *)
    char *PyBytes_AS_STRING(PyObject *)
    Py_ssize_t PyBytes_GET_SIZE(PyObject *)
    bint PyList_CheckExact(PyObject *)
    PyObject *PyList_GET_ITEM(PyObject *, Py_ssize_t)
    Py_ssize_t PyList_GET_SIZE(PyObject *)

cdef extern from "Python.h":
    PyObject *new_bytes "PyBytes_FromStringAndSize"(const char *, Py_ssize_t) except NULL

ctypedef int (*box_t)(
    unsigned char *, const unsigned char *, unsigned long long, const unsigned char *, const unsigned char *
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
    SMALL_SIZE = 4096  # octets that are decrypted on the stack
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
        self._sent = sent
        self.received = received

    def __dealloc__(self):
        wipe(self._key, KEY_OCTETS)

    # -- closing -------------------------------------------------------------------------------

    cdef unsigned char *_put(
        self, unsigned char *to, int flags, const unsigned char *body, Py_ssize_t size
    ) noexcept nogil:
        """Write a MESSAGE and return where it ends; there must be a counter left."""
        self._sent += 1
        put_number(self._sending + BOX_START, self._sent)
        memcpy(to, NAME, HEAD_SIZE)
        memcpy(to + HEAD_SIZE, self._sending + BOX_START, 8)
        to += BOX_START
        to[MAC] = <unsigned char>flags
        memcpy(to + MAC + 1, body, size)
        close_box(to, to + MAC, size + 1, self._sending, self._key)
        return to + MAC + 1 + size

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
        cdef unsigned char content[SMALL_SIZE]
        if size < ADDED or memcmp(body, NAME, HEAD_SIZE):
            return None
        if self.received == LAST_COUNTER or number_at(body + HEAD_SIZE) != self.received + 1:
            return None
        memcpy(self._receiving + BOX_START, body + HEAD_SIZE, 8)
        body += BOX_START
        size -= BOX_START
        if size - MAC > SMALL_SIZE:
            return self._opened_large(body, size, flags)
        if open_box(content, body, size, self._receiving, self._key):
            return None
        flags[0] = content[0]
        return PyBytes_FromStringAndSize(<const char *>content + 1, size - MAC - 1)

    cdef bytes _opened_large(self, const unsigned char *box, Py_ssize_t size, int *flags):
        """Return what is in a box, and set flags; None if the peer has not closed it."""
        cdef Py_ssize_t octets = size - MAC
        cdef PyObject *place = new_bytes(NULL, octets)
        cdef unsigned char *content = <unsigned char *>PyBytes_AS_STRING(place)
        cdef int failed
        if size < LARGE_SIZE:
            failed = open_box(content, box, size, self._receiving, self._key)
        else:
            with nogil:
                failed = open_box(content, box, size, self._receiving, self._key)
        if failed:
            Py_XDECREF(place)
            return None
        flags[0] = content[0]
        memmove(content, content + 1, octets - 1)
        _PyBytes_Resize(&place, octets - 1)
        body = <bytes>place
        Py_XDECREF(place)
        return body
