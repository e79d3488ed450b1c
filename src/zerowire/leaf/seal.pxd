cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from zerowire.leaf.ring cimport Ring


@cython.final
cdef class Seal:
    cdef unsigned char _key[32]
    cdef unsigned char _sending[24]
    cdef unsigned char _receiving[24]
    cdef unsigned char _sending_key[32]
    cdef unsigned char _receiving_key[32]
    cdef uint64_t _sent
    cdef readonly uint64_t received

    cpdef bytes close(self, int flags, body)
    cpdef tuple pack(self, queue, Py_ssize_t budget)
    cpdef open(self, bytes body)
    cpdef Py_ssize_t unpack(
        self, bytes data, Py_ssize_t position, Ring into, Py_ssize_t limit, list parts, Py_ssize_t largest
    ) except -1
    cdef unsigned char *_put(
        self, unsigned char *to, int flags, const unsigned char *body, Py_ssize_t size
    ) noexcept nogil
    cdef void _close(
        self, unsigned char *to, unsigned char *content, int flags, const unsigned char *body, Py_ssize_t size
    ) noexcept nogil
    cdef unsigned char *_put_message(self, unsigned char *to, PyObject *message) noexcept
    cdef bytes _opened(self, const unsigned char *body, Py_ssize_t size, int *flags)
    cdef bint _open(
        self, unsigned char *to, int *flags, const unsigned char *box, Py_ssize_t octets
    ) noexcept nogil
    cdef bytes _opened_box(self, const unsigned char *box, Py_ssize_t size, int *flags)
