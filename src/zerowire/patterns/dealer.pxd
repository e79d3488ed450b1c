from zerowire.patterns.base cimport Pattern


cdef class Dealer(Pattern):
    cdef public object _fair_queue
    cdef public object _load_balancer
    cdef public object hello_msg
    cdef public object hiccup_msg
    cdef public object probe_router
