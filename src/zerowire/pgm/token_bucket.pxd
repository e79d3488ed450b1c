cdef class TokenBucket:
    cdef double _burst
    cdef double _level
    cdef double _rate
    cdef double _since

    cpdef bint take(self, Py_ssize_t size, double now) except -1
    cpdef double ready_at(self, Py_ssize_t size) except -1
