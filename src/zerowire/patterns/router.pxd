cimport cython

from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue
from zerowire.routing.pipe cimport Pipe


cdef class Router(Pattern):
    cdef public FairQueue _fair_queue
    cdef public object _peers
    cdef public object disconnect_msg
    cdef public object hello_msg
    cdef public object probe_router
    cdef public object router_handover
    cdef public object router_mandatory
    cdef public object router_notify
    cdef public object router_raw

    @cython.locals(pipe=Pipe)
    cpdef send(self, message)
    @cython.locals(pipe=Pipe)
    cpdef receive(self)
    cpdef _push(self, Pipe pipe, body)
