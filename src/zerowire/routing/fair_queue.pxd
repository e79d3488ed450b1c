cimport cython

from zerowire.leaf.ring cimport Ring
from zerowire.routing.pipe cimport Pipe, Queue


@cython.final
cdef class FairQueue:
    cdef object _turn
    cdef public Pipe last_pipe

    @cython.locals(pipe=Pipe, queue=Queue, items=Ring)
    cpdef receive(self)
