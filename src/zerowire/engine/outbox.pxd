cdef class Outbox:
    cdef public object _stream
    cdef public Py_ssize_t sent
    cdef public long long total
    cdef public list unsent

    cpdef bint write(self, list buffers, Py_ssize_t octets) except -1
    cpdef bint resume(self) except -1
