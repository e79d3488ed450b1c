from zerowire.leaf.landing cimport Landing


cdef class ReceiveBuffer:
    cdef public object _chunks
    cdef public Py_ssize_t _waiting
    cdef public bytes data
    cdef public Py_ssize_t position

    cpdef feed(self, chunk)
    cpdef land(self, Landing landing)
    cpdef bint load(self, Py_ssize_t size) except -1
    cpdef take(self, Py_ssize_t size)
