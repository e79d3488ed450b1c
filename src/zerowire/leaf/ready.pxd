cimport cython
from cpython.object cimport PyObject


@cython.final
cdef class Ready:
    cdef PyObject *_receipt
    cdef object _value

    cdef void _forget(self) noexcept


cpdef Ready ready(value, receipt=*)
