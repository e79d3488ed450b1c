cimport cython


cdef class TransmitWindow:
    cdef object _kept
    cdef Py_ssize_t _octets
    cdef Py_ssize_t _size
    cdef public Py_ssize_t lead
    cdef public Py_ssize_t trail

    cpdef Py_ssize_t append(self, bytes data) except -1
    cpdef find(self, Py_ssize_t number)
