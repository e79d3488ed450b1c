cimport cython


@cython.final
cdef class Turns:
    cdef object _on_turn
    cdef readonly object asked
    cdef double _looked
    cdef double _since
    cdef Py_ssize_t _spare
    cdef Py_ssize_t _spared

    @cython.locals(now=double, each=double)
    cpdef bint may_go_on(self) except -1
    cpdef bint ask(self) except -1
    cpdef double begin(self) except? -1
    cdef _ask(self, loop)
