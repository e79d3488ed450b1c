cimport cython


@cython.freelist(16)
cdef class Receipt:
    cdef public object core
    cdef public object message
    cdef public object metadata
    cdef public bint more
    cdef public long long number


cdef class Returned:
    cdef object _before
    cdef object _core
    cdef readonly object messages
    cdef readonly object receipts
    cdef readonly long long taken
    cdef readonly bint has_receipts

    @cython.locals(receipt=Receipt)
    cpdef Receipt receipt(self, message, metadata)
    cpdef Receipt claim(self)
