# cython: language_level=3
"""Where the body of a large frame comes to lie: octets are received into the object that is delivered."""

from __future__ import annotations

from cpython.buffer cimport PyBuffer_FillInfo
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE, _PyBytes_Resize
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.string cimport memcpy

cdef enum:
    FIRST_ROOM = 1 << 20

FIRST = FIRST_ROOM


cdef class Landing:
    """A body under way. It grows as it is filled: an announced size alone takes no more than FIRST octets.

    While a view of its room is open, it can neither grow nor be given away.
    """

    def __cinit__(self, Py_ssize_t size):
        if size < 1:
            raise ValueError(f"size is {size}, must be at least 1")
        self.missing = size
        self._filled = 0
        self._views = 0
        body = PyBytes_FromStringAndSize(NULL, min(size, FIRST_ROOM))
        self._body = <PyObject *>body
        Py_INCREF(body)

    def __dealloc__(self):
        Py_XDECREF(self._body)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        self._grow(0)
        cdef Py_ssize_t room = PyBytes_GET_SIZE(<object>self._body) - self._filled
        PyBuffer_FillInfo(buffer, self, PyBytes_AS_STRING(<object>self._body) + self._filled, room, 0, flags)
        self._views += 1

    def __releasebuffer__(self, Py_buffer *buffer):
        self._views -= 1

    cpdef room(self):
        return memoryview(self)

    cpdef filled(self, Py_ssize_t count):
        self._check()
        if not 0 <= count <= PyBytes_GET_SIZE(<object>self._body) - self._filled:
            raise ValueError(f"{count} octets do not fit")
        self._filled += count
        self.missing -= count

    cpdef Py_ssize_t feed(self, bytes data, Py_ssize_t position) except -1:
        cdef Py_ssize_t count = min(PyBytes_GET_SIZE(data) - position, self.missing)
        if position < 0 or count <= 0:
            return 0
        self._check()
        self._grow(count)
        memcpy(PyBytes_AS_STRING(<object>self._body) + self._filled, PyBytes_AS_STRING(data) + position, count)
        self._filled += count
        self.missing -= count
        return count

    cpdef take(self):
        self._check()
        if self.missing:
            raise ValueError(f"{self.missing} octets are missing")
        body = <object>self._body
        self._body = NULL
        Py_XDECREF(<PyObject *>body)  # its owner is the caller now
        return body

    cdef int _check(self) except -1:
        if self._body is NULL:
            raise ValueError("the body was given away")
        if self._views:
            raise BufferError("a view of the room is open")
        return 0

    cdef int _grow(self, Py_ssize_t least) except -1:
        """Have room for so many octets, and for one in any case while any is missing."""
        if self._body is NULL:
            raise ValueError("the body was given away")
        cdef Py_ssize_t size = PyBytes_GET_SIZE(<object>self._body)
        if not self.missing or size - self._filled >= max(least, 1):
            return 0
        self._check()
        size += min(max(least, size), self.missing - (size - self._filled))
        _PyBytes_Resize(&self._body, size)
        return 0
