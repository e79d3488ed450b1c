from zerowire.patterns.base cimport Pattern
from zerowire.routing.fan_out cimport FanOut
from zerowire.routing.subscriptions cimport Subscriptions


cdef class XPub(Pattern):
    cdef public FanOut _fan_out
    cdef public object _last_subscriber
    cdef public object _pending
    cdef public object _requested
    cdef public Subscriptions _subscriptions
    cdef public bint invert_matching
    cdef public bint only_first_subscribe
    cdef public bint xpub_manual
    cdef public bint xpub_manual_last_value
    cdef public bint xpub_nodrop
    cdef public bint xpub_verbose
    cdef public bint xpub_verboser
    cdef public object xpub_welcome_msg

    cpdef send(self, message)
    cpdef _match(self, message)
