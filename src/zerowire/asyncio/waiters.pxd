cimport cython

from zerowire.asyncio.traffic cimport put, take, waiting
from zerowire.asyncio.turns cimport Turns
from zerowire.engine.returned cimport Receipt
from zerowire.engine.socket cimport SocketCore
from zerowire.engine.vigil cimport Vigil


@cython.final
cdef class Waiters:
    cdef object __weakref__
    cdef SocketCore _core
    cdef readonly object receivers
    cdef readonly object senders
    cdef readonly list lookers
    cdef readonly Turns turns
    cdef object _loop
    cdef object _watch
    cdef list _begun
    cdef double _waited_since
    cdef bint _was_awake

    cpdef flush_soon(self)
    @cython.locals(core=SocketCore, awake=double, has_come=bint, receipt=Receipt)
    cpdef Receipt take_next(self, bint whole)
    @cython.locals(core=SocketCore, vigil=Vigil, now=double, awake=double)
    cdef double _time_awake(self) except? -1
    cdef _learn(self, double now)
    cpdef receive(self, bint whole, how, bint is_tried)
    cpdef send(self, list parts, more, value, bint is_tried)
    @cython.locals(core=SocketCore)
    cpdef look(self, condition)
    @cython.locals(core=SocketCore, receipt=Receipt)
    cdef _hand_out(self, list handed)
    @cython.locals(core=SocketCore)
    cdef _settle(self)
    cdef _withdraw(self)
    @cython.locals(core=SocketCore, begun=list)
    cdef _begin(self)
    cdef _enter_loop(self)


cpdef flush(SocketCore core)
cdef finish(list handed)
