cimport cython

from zerowire.patterns.xsub cimport XSub
from zerowire.routing.subscriptions cimport Topics


cdef class Sub(XSub):
    cdef public object _next
    cdef public bint invert_matching

    @cython.locals(topics=Topics, is_wanted=bint)
    cpdef _find(self)
