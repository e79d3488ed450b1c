cimport cython

from zerowire.engine.socket cimport SocketCore
from zerowire.routing.pipe cimport Pipe, Queue


@cython.final
cdef class Lane:
    cdef readonly SocketCore source
    cdef readonly SocketCore target
    cdef readonly Py_ssize_t frames
    cdef readonly Py_ssize_t octets
    cdef object _tap
    cdef Py_ssize_t _most
    cdef list _batch

    @cython.locals(left=Py_ssize_t, room=Py_ssize_t, taken=Py_ssize_t)
    cpdef bint run(self) except -1
    @cython.locals(target=SocketCore, room=Py_ssize_t)
    cpdef Py_ssize_t room(self, Py_ssize_t most) except -1
    @cython.locals(source=SocketCore, batch=list)
    cdef Py_ssize_t _take(self, Py_ssize_t most) except -1
    @cython.locals(target=SocketCore, batch=list)
    cdef _pass_on(self)
    cdef _show(self, message)
    @cython.locals(target=SocketCore)
    cdef _send(self, list messages)
    @cython.locals(target=SocketCore, is_routed=bint)
    cdef bint _route(self, list messages) except -1
    cdef _count(self, message)
    @cython.locals(source=SocketCore, left=list)
    cdef _give_back(self)


@cython.locals(pipe=Pipe, queue=Queue, total=Py_ssize_t, least=Py_ssize_t, free=Py_ssize_t, fans_out=bint)
cdef Py_ssize_t room_of(SocketCore core, Py_ssize_t most) except -1
