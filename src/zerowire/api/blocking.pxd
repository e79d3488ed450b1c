cimport cython

from zerowire.engine.socket cimport SocketCore


cpdef receive(SocketCore core, timeout_ms)
cpdef send(SocketCore core, message, timeout_ms)
cpdef wait(SocketCore core, Py_ssize_t purpose, deadline, message=*)
@cython.locals(start=double, awake=double)
cdef look(SocketCore core, time)
