cdef class Portion:
    cdef public Py_ssize_t _first
    cdef public Py_ssize_t _most
    cdef public Py_ssize_t size

    cpdef Py_ssize_t fit(self, Py_ssize_t moved) except -1
