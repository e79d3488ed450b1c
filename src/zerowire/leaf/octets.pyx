# cython: language_level=3, boundscheck=False, wraparound=False
"""Frames of messages as octets, and back: the two loops that touch every message.

As octets.py has it, with pointers: each octet is copied once.
"""

from __future__ import annotations

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from libc.string cimport memcpy

from zerowire.leaf.ring cimport Ring

cdef extern from "Python.h" nogil:
    bint PyBytes_CheckExact(PyObject *)
    char *PyBytes_AS_STRING(PyObject *)
    Py_ssize_t PyBytes_GET_SIZE(PyObject *)
    bint PyList_CheckExact(PyObject *)
    PyObject *PyList_GET_ITEM(PyObject *, Py_ssize_t)
    Py_ssize_t PyList_GET_SIZE(PyObject *)

cdef enum:
    FLAG_MORE = 1
    FLAG_LONG = 2
    LARGE_SIZE = 32768

MORE = FLAG_MORE
LONG = FLAG_LONG
LARGE = LARGE_SIZE


cdef inline Py_ssize_t frame_size(PyObject *part, Py_ssize_t large) noexcept nogil:
    """Return the octets of a frame, -1 if it is not bytes, or large."""
    if not PyBytes_CheckExact(part):
        return -1
    cdef Py_ssize_t size = PyBytes_GET_SIZE(part)
    if size < 256:
        return size + 2
    return size + 9 if size < large else -1


cdef Py_ssize_t message_size(PyObject *message, Py_ssize_t large) noexcept nogil:
    """Return the octets of a message, -1 if one of its frames is not bytes, or large."""
    if not PyList_CheckExact(message):
        return frame_size(message, large)
    cdef Py_ssize_t octets = 0, size, place
    for place in range(PyList_GET_SIZE(message)):
        size = frame_size(PyList_GET_ITEM(message, place), large)
        if size < 0:
            return -1
        octets += size
    return octets


cdef inline unsigned char *put_frame(unsigned char *to, PyObject *part, unsigned char flags) noexcept nogil:
    """Write a frame and return where it ends."""
    cdef Py_ssize_t size = PyBytes_GET_SIZE(part)
    cdef int place
    if size < 256:
        to[0] = flags
        to[1] = <unsigned char>size
        to += 2
    else:
        to[0] = flags | FLAG_LONG
        for place in range(8):
            to[8 - place] = <unsigned char>((<uint64_t>size) >> (8 * place))
        to += 9
    memcpy(to, PyBytes_AS_STRING(part), size)
    return to + size


cdef unsigned char *put_message(unsigned char *to, PyObject *message) noexcept nogil:
    """Write a message that has a size and return where it ends."""
    if not PyList_CheckExact(message):
        return put_frame(to, message, 0)
    cdef Py_ssize_t place, count = PyList_GET_SIZE(message)
    for place in range(count):
        to = put_frame(to, PyList_GET_ITEM(message, place), FLAG_MORE if place + 1 < count else 0)
    return to


# The messages that were packed last, and their octets: other queues may begin with the same.
cdef bint is_kept = False
cdef list known = []
cdef bytes known_octets = b""


cpdef remember(bint wanted):
    """Begin to remember what is packed, for other queues that hold the same messages, or end it."""
    global is_kept, known, known_octets
    is_kept = wanted
    known = []
    known_octets = b""


cdef bint begins_as_known(Ring ring, Py_ssize_t budget) noexcept:
    """Return whether the very messages that were packed last are all that would be packed now."""
    cdef Py_ssize_t place, count = len(known)
    if not count or count > ring.at.count:
        return False
    if count < ring.at.count and len(known_octets) < budget:
        return False
    for place in range(count):
        if PyList_GET_ITEM(<PyObject *>known, place) != ring.at.items[(ring.at.head + place) & ring.at.mask]:
            return False
    return True


cpdef tuple pack(queue, Py_ssize_t budget):
    """Return messages from the head of a queue as octets, and how many they are."""
    cdef Ring ring = queue if type(queue) is Ring else Ring(queue)
    cdef Py_ssize_t octets = 0, messages = 0, size, place, end = ring.at.count
    cdef Py_ssize_t head = ring.at.head, mask = ring.at.mask
    cdef unsigned char *to
    global known, known_octets
    if is_kept and begins_as_known(ring, budget):
        return known_octets, len(known)
    while messages < end and octets < budget:
        size = message_size(ring.at.items[(head + messages) & mask], LARGE_SIZE)
        if size < 0:
            break
        octets += size
        messages += 1
    data = PyBytes_FromStringAndSize(NULL, octets)
    to = <unsigned char *>PyBytes_AS_STRING(<PyObject *>data)
    for place in range(messages):
        to = put_message(to, ring.at.items[(head + place) & mask])
    if is_kept:
        known = [<object>ring.at.items[(head + place) & mask] for place in range(messages)]
        known_octets = data
    return data, messages


cpdef Py_ssize_t unpack(
    bytes data, Py_ssize_t position, Ring into, Py_ssize_t limit, list parts, Py_ssize_t largest
) except -1:
    """Append to `into` the messages that lie whole in data from a position on; return where it ends."""
    cdef const unsigned char *base = <const unsigned char *>PyBytes_AS_STRING(<PyObject *>data)
    cdef Py_ssize_t whole = len(data), last = whole - 2, taken = 0, start
    cdef uint64_t size
    cdef int flags, place
    while position <= last and taken != limit:
        flags = base[position]
        if flags <= FLAG_MORE:
            start = position + 2
            size = base[position + 1]
        elif flags > (FLAG_MORE | FLAG_LONG) or position + 9 > whole:
            break
        else:
            start = position + 9
            size = 0
            for place in range(1, 9):
                size = (size << 8) | base[position + place]
            if size > <uint64_t>largest:
                break
        if size > <uint64_t>(whole - start):
            break
        body = PyBytes_FromStringAndSize(<const char *>base + start, <Py_ssize_t>size)
        if flags & FLAG_MORE:
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


cpdef bytes prefix(bytes frame, Py_ssize_t size):
    """Return the first octets of a frame, or all of it."""
    if size >= len(frame):
        return frame
    return PyBytes_FromStringAndSize(PyBytes_AS_STRING(<PyObject *>frame), size)
