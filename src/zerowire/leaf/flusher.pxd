cimport cython
from cpython.pythread cimport PyThread_type_lock

from zerowire.leaf.guard cimport Guarded
from zerowire.leaf.ring cimport Ring, ring_t


cdef struct tail_t:
    tail_t *next
    tail_t *previous
    ring_t *ring  # whose messages are to be written, NULL if the flusher has no business with them
    int fd
    bint is_waiting
    # What the flusher has done: messages written whole, all octets written, and of the last
    # batch, when it was not written whole, the messages and the octets in it.
    Py_ssize_t messages
    Py_ssize_t octets
    Py_ssize_t begun
    Py_ssize_t size
    Py_ssize_t sent
    unsigned char *batch


cdef struct flushed_t:
    flushed_t *next
    flushed_t *previous
    bint *needs_attention
    tail_t *tails  # for whom messages wait
    PyThread_type_lock guard
    double due
    bint is_listed
    int epoch
    bint was_flushed


cdef class Flushed(Guarded):
    cdef flushed_t at
    cdef public bint needs_attention

    cpdef bint flush_later(self, double seconds) except -1
    cpdef bint take_flushed(self) except -1


@cython.final
cdef class Tail:
    cdef Flushed _owner
    cdef Ring _ring
    cdef tail_t at

    cpdef open(self, int fd, Ring ring)
    cpdef close(self)
    cpdef wait(self)
    cdef leave(self)
    cpdef adopt(self)
