cimport cython

from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue
from zerowire.routing.pipe cimport Pipe


cdef class Dealer(Pattern):
    cdef public FairQueue _fair_queue
    cdef public object _load_balancer
    cdef public object hello_msg
    cdef public object hiccup_msg
    cdef public object probe_router

    cpdef Pipe came_from(self)
    @cython.locals(queue=object)
    cpdef receiver(self)
