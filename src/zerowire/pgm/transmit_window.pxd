cimport cython


cdef class TransmitWindow:
    cdef object _kept
    cdef Py_ssize_t _octets
    cdef Py_ssize_t _size
    cdef public long long lead
    cdef public long long trail

    cpdef long long append(self, bytes data) except -1
    cpdef find(self, long long number)
