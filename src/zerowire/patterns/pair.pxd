cimport cython

from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue


cdef class Pair(Pattern):
    cdef public FairQueue _fair_queue
    cdef public object _pipe

    @cython.locals(queue=object)
    cpdef receiver(self)
