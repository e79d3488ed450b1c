cimport cython

from zerowire.api.messaging cimport Messaging
from zerowire.asyncio.conversions cimport convert
from zerowire.asyncio.traffic cimport put, take
from zerowire.asyncio.waiters cimport Waiters
from zerowire.engine.returned cimport Receipt
from zerowire.engine.socket cimport SocketCore
from zerowire.leaf.ready cimport ready


cdef class AsyncMessaging(Messaging):
    cdef public Waiters _waiters

    @cython.locals(waiters=Waiters, receipt=Receipt, may_wait=bint, is_first=bint, may_go_on=bint)
    cpdef _take_or_wait(self, bint whole, how, flags)
    @cython.locals(core=SocketCore)
    cdef Receipt _take(self, bint whole)
    @cython.locals(waiters=Waiters, core=SocketCore, may_wait=bint, is_sent=bint, is_first=bint, may_go_on=bint)
    cdef _send(self, message, list parts, flags, tracker)
