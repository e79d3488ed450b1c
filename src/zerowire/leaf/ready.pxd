cimport cython


@cython.final
cdef class Ready:
    cdef object _receipt
    cdef object _value


cpdef Ready ready(value, receipt=*)
