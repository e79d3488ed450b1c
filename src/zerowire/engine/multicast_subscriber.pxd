cimport cython

from zerowire.pgm.receiver cimport Heard, Receiver
from zerowire.zmtp.multicast cimport Assembler


cdef class GroupSource:
    cdef Assembler _assembler
    cdef object _far
    cdef Heard _heard
    cdef long long _malformed
    cdef long long _octets
    cdef GroupSubscriber _subscriber
    cdef long long _torn
    cdef object _tsi
    cdef object _waiting
    cdef readonly object pipe

    @cython.locals(assembler=Assembler, messages=list)
    cpdef accept(self, list batch)
    cpdef _push(self, list messages)


cdef class Ear:
    cdef GroupSubscriber _subscriber
    cdef readonly Receiver receiver
    cdef readonly object sock
    cdef readonly dict sources

    @cython.locals(left=Py_ssize_t)
    cpdef on_ready(self, ready)
    @cython.locals(receiver=Receiver)
    cpdef _hear(self, list packets, place, double now)
    cpdef deliver(self)


cdef class GroupSubscriber:
    cdef list _ears
    cdef bint _is_reading
    cdef object _timer
    cdef readonly object core
    cdef readonly object endpoint
    cdef readonly object listener
    cdef public long long malformed
    cdef readonly object port
    cdef readonly object scheme
    cdef readonly object settings

    cpdef go_on(self)
