from zerowire.patterns.base cimport Pattern
from zerowire.routing.fair_queue cimport FairQueue
from zerowire.routing.load_balancer cimport LoadBalancer


cdef class Req(Pattern):
    cdef public object _envelope
    cdef public FairQueue _fair_queue
    cdef public LoadBalancer _load_balancer
    cdef public object _reply
    cdef public object _reply_pipe
    cdef public object _request_id
    cdef public object hello_msg
    cdef public object probe_router
    cdef public object req_correlate
    cdef public object req_relaxed
    cdef public object state
