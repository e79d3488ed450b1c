cimport cython


@cython.final
@cython.no_gc_clear
@cython.freelist(16)
cdef class Ready:
    cdef object _receipt
    cdef object _value


cpdef Ready ready(value, receipt=*)
