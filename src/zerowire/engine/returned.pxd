cdef class Receipt:
    cdef readonly object core
    cdef readonly object message
    cdef readonly object metadata
    cdef public bint more
    cdef public long long number


cdef class Returned:
    cdef object _before
    cdef object _core
    cdef readonly object messages
    cdef readonly object receipts
    cdef readonly long long taken

    cpdef Receipt receipt(self, message, metadata)
    cpdef Receipt claim(self)
