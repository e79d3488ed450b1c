from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue
from zerowire.routing.fan_out cimport FanOut
from zerowire.routing.subscriptions cimport Topics


cdef class XSub(Pattern):
    cdef public FairQueue _fair_queue
    cdef public FanOut _fan_out
    cdef public Topics _topics
    cdef public object only_first_subscribe
    cdef public object xsub_verbose_unsubscribe

    cpdef receive(self)
