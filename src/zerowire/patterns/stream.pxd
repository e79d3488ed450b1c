from zerowire.patterns.base cimport Pattern


cdef class Stream(Pattern):
    cdef public object _fair_queue
    cdef public object _last_id
    cdef public object _peers
    cdef public object stream_notify
