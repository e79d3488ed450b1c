cimport cython

from zerowire.engine.socket cimport SocketCore


cdef class Messaging:
    cdef public SocketCore _core
