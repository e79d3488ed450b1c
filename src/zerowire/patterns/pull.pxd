cimport cython

from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue


cdef class Pull(Pattern):
    cdef public FairQueue _fair_queue

    @cython.locals(queue=object)
    cpdef receiver(self)
