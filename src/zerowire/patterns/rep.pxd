from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue


cdef class Rep(Pattern):
    cdef public object _body
    cdef public object _envelope
    cdef public FairQueue _fair_queue
    cdef public object hello_msg
    cdef public object state
