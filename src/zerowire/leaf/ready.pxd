cimport cython


@cython.final
@cython.freelist(16)
cdef class Ready:
    cdef object _value


cpdef Ready ready(value)
