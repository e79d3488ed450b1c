cimport cython

from zerowire.engine.returned cimport Receipt, Returned
from zerowire.engine.socket cimport SocketCore
from zerowire.routing.pipe cimport Pipe


@cython.locals(returned=Returned, receipt=Receipt, pipe=Pipe)
cpdef Receipt take(SocketCore core, bint whole)
@cython.locals(is_last=bint)
cpdef bint put(SocketCore core, list parts, more) except -1
cdef bint put_part(SocketCore core, part, more) except -1
cpdef waiting(SocketCore core, list parts)
