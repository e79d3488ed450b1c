cimport cython

from zerowire.pgm.source cimport Source
from zerowire.zmtp.multicast cimport Slicer


cdef class GroupPublisher:
    cdef list _ears
    cdef object _far
    cdef object _linger_timer
    cdef list _octets
    cdef long long _packets
    cdef bytes _payload
    cdef bint _queued
    cdef double _quiet_at
    cdef Slicer _slicer
    cdef Source _source
    cdef object _timer
    cdef object _unsent
    cdef readonly object core
    cdef readonly object endpoint
    cdef readonly object listener
    cdef readonly object pipe
    cdef readonly object settings
    cdef readonly object state
    cdef readonly object tsi

    cpdef flush(self)
    cpdef _go_on(self, double now)
    @cython.locals(source=Source, slicer=Slicer, payload=bytes)
    cpdef _publish(self, double now)
    cpdef _transmit(self)
    @cython.locals(deadline=double)
    cpdef _arm(self, double now)


cdef class Ear:
    cdef bint _is_own
    cdef GroupPublisher _publisher
    cdef readonly object sock
