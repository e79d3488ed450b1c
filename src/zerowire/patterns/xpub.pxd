from zerowire.patterns.base cimport Pattern
from zerowire.routing.fan_out cimport FanOut
from zerowire.routing.subscriptions cimport Subscriptions


cdef class XPub(Pattern):
    cdef public FanOut _fan_out
    cdef public object _last_subscriber
    cdef public object _pending
    cdef public object _requested
    cdef public Subscriptions _subscriptions
    cdef public object invert_matching
    cdef public object only_first_subscribe
    cdef public object xpub_manual
    cdef public object xpub_manual_last_value
    cdef public object xpub_nodrop
    cdef public object xpub_verbose
    cdef public object xpub_verboser
    cdef public object xpub_welcome_msg

    cpdef send(self, message)
    cpdef _match(self, message)
