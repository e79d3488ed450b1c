cimport cython

cdef Py_ssize_t BODY_MOST
cdef long long LARGEST
cdef Py_ssize_t LONG
cdef Py_ssize_t LONG_HEADER
cdef Py_ssize_t NOWHERE
cdef tuple SHORT_HEADS
cdef Py_ssize_t SHORT_HEADER


cdef class Slicer:
    cdef object _encoder
    cdef object _rest
    cdef Py_ssize_t _room

    @cython.locals(room=Py_ssize_t, left=Py_ssize_t, size=Py_ssize_t, buffers=list, whole=bytes)
    cpdef bytes next(self, queue)
    @cython.locals(head=bytes, size=Py_ssize_t)
    cpdef Py_ssize_t _encode(self, list buffers, queue, Py_ssize_t room) except? -1


cdef class Assembler:
    cdef list _begun
    cdef Py_ssize_t _have
    cdef bint _is_joined
    cdef long long _largest
    cdef long long _need
    cdef list _parts

    cpdef bint lose(self) except -1
    cpdef receive(self, bytes payload, list into)
    @cython.locals(size=Py_ssize_t, offset=Py_ssize_t)
    cpdef _receive(self, bytes payload, list into)
    @cython.locals(whole=bytes)
    cpdef _go_on(self, bytes data, list into)
    @cython.locals(end=Py_ssize_t, size=cython.longlong, start=Py_ssize_t, stop=cython.longlong)
    cpdef _take(self, bytes data, Py_ssize_t place, list into)
    cpdef _keep(self, bytes data, Py_ssize_t place, long long need)
    @cython.locals(parts=list)
    cpdef _add(self, bytes body, int more, list into)
