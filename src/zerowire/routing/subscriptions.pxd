cimport cython

from zerowire.leaf.octets cimport prefix


cdef class _Lengths:
    cdef public dict _counts
    cdef public list ordered

    cpdef bytes head(self, frame)


cdef class Subscriptions:
    cdef public dict _alone
    cdef public _Lengths _lengths
    cdef public dict _pipes
    cdef public dict _topics

    @cython.locals(head=bytes, size=Py_ssize_t, length=Py_ssize_t, found=tuple, pipes=tuple)
    cpdef match(self, frame)


cdef class Topics:
    cdef public dict _counts
    cdef public _Lengths _lengths
    cdef public bint has_everything

    @cython.locals(head=bytes, counts=dict, length=Py_ssize_t)
    cpdef bint match(self, frame) except -1
