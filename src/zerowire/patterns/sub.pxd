from zerowire.patterns.xsub cimport XSub


cdef class Sub(XSub):
    cdef public object _next
    cdef public object invert_matching

    cpdef _find(self)
