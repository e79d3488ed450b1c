from cpython.object cimport PyObject

cimport cython


@cython.final
cdef class Landing:
    cdef PyObject *_body
    cdef Py_ssize_t _filled
    cdef Py_ssize_t _views
    cdef readonly Py_ssize_t missing

    cpdef room(self)
    cpdef filled(self, Py_ssize_t count)
    cpdef Py_ssize_t feed(self, bytes data, Py_ssize_t position) except -1
    cpdef take(self)
    cdef int _check(self) except -1
    cdef int _grow(self, Py_ssize_t least) except -1
