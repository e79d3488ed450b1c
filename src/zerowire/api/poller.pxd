cimport cython

from zerowire.engine.socket cimport SocketCore


cdef class SocketWatch:
    cdef SocketCore _core
    cdef int _flags
    cdef bint _is_waiting
    cdef readonly object item
    cdef public int ready

    cpdef begin(self, dict interests, deadline)
    cpdef end(self, dict found)


@cython.locals(ready=int)
cpdef int readiness(SocketCore core, int flags) except -1
