cdef class Heartbeat:
    cdef object _answer_due
    cdef object _ping_due
    cdef object _ttl_ends
    cdef readonly object interval
    cdef readonly object timeout

    cpdef start(self, now)
    cpdef stop(self)
    cpdef heard(self)
    cpdef next_timeout(self)
