cimport cython


cdef class Outbox:
    cdef public Py_ssize_t _left
    cdef public object _stream
    cdef public Py_ssize_t sent
    cdef public long long total
    cdef public list unsent

    cpdef bint write(self, list buffers, Py_ssize_t octets) except -1
    cpdef keep(self, left, Py_ssize_t sent)
    cpdef bint resume(self) except -1
    @cython.locals(written=Py_ssize_t, most=Py_ssize_t)
    cpdef bint _write(self, list buffers, Py_ssize_t octets) except -1


@cython.locals(result=list, small=list)
cpdef list joined_small(list buffers)
@cython.locals(size=Py_ssize_t, index=Py_ssize_t)
cpdef list after(list buffers, Py_ssize_t written)
