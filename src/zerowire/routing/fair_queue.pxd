cimport cython

from zerowire.leaf.ring cimport Ring
from zerowire.routing.pipe cimport Pipe, Queue


@cython.final
cdef class FairQueue:
    cdef list _turn
    cdef Py_ssize_t _next
    cdef public Pipe last_pipe

    @cython.locals(turn=list, place=Py_ssize_t, pipe=Pipe, queue=Queue, items=Ring)
    cpdef receive(self)
    cdef _remove(self, Py_ssize_t place)
