cimport cython

from zerowire.leaf.ring cimport Ring
from zerowire.message cimport size_of


@cython.final
cdef class Queue:
    cdef readonly Ring items
    cdef public Pipe reader
    cdef public Pipe writer
    cdef readonly Py_ssize_t hwm
    cdef readonly Py_ssize_t low_water
    cdef public bint full
    cdef public bint idle
    cdef public bint ended
    cdef public bint refused
    cdef public bint shut
    cdef public long long pushed
    cdef readonly bint weighs
    cdef public long long octets

    cpdef on_full(self)
    cpdef on_low_water(self)
    cpdef wake_reader(self)


cdef class Pipe:
    cdef readonly Queue outbound
    cdef readonly Queue inbound
    cdef public object observer
    cdef public bint is_closed
    cdef public long long dropped
    cdef public object routing_id
    cdef public bint assigned
    cdef public bint connecting
    cdef public object metadata
    cdef public object endpoint
    cdef public bint receiving
    cdef public bint sending
    cdef public object state

    cpdef bint push(self, message) except -1
    cpdef announce(self, Py_ssize_t count)
    cpdef pop(self)
    cpdef bint expect_messages(self) except -1
    cpdef taken(self)
