cdef class Vigil:
    cdef public double _rest_due
    cdef public Py_ssize_t _skip
    cdef public Py_ssize_t _skipped
    cdef public bint is_promising

    cpdef double time(self, double now, bint expects_answer) except? -1
