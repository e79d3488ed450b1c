cimport cython

from zerowire.asyncio.turns cimport Turns
from zerowire.engine.returned cimport Receipt, Returned
from zerowire.engine.socket cimport SocketCore
from zerowire.routing.pipe cimport Pipe


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

    cpdef flush_soon(self)
    cpdef receive(self, bint whole, convert)
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


@cython.locals(returned=Returned, receipt=Receipt, pipe=Pipe)
cpdef Receipt take(SocketCore core, bint whole)
cdef finish(list handed)
