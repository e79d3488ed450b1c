cimport cython

from zerowire.engine.socket cimport SocketCore


@cython.final
cdef class Standby:
    cdef SocketCore _core
    cdef int _fd
    cdef int _flags
    cdef bint _is_due
    cdef bint _is_waiting

    @cython.locals(core=SocketCore)
    cpdef begin(self, dict interests)
    @cython.locals(core=SocketCore)
    cpdef end(self, dict found)
    @cython.locals(core=SocketCore)
    cpdef serve(self)
