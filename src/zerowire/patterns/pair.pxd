cimport cython

from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue
from zerowire.routing.pipe cimport Pipe


cdef class Pair(Pattern):
    cdef public FairQueue _fair_queue
    cdef public object _pipe

    cpdef Pipe came_from(self)
    @cython.locals(queue=object)
    cpdef receiver(self)
