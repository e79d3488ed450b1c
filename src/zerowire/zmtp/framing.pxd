cimport cython

from zerowire.leaf.landing cimport Landing
from zerowire.zmtp.buffer cimport ReceiveBuffer


cdef class Decoder:
    cdef public ReceiveBuffer _buffer
    cdef public int _flags
    cdef public bint _is_ordinary
    cdef public Landing _landing
    cdef public object _largest
    cdef public list _parts
    cdef public object command
    cdef public Py_ssize_t least_room
    cdef public object needed

    @cython.locals(taken=Py_ssize_t, before=Py_ssize_t, buffer=ReceiveBuffer)
    cpdef decode(self, into, limit)
    @cython.locals(before=Py_ssize_t, buffer=ReceiveBuffer)
    cpdef take_ordinary(self, unpack, into, limit, list parts)
    cpdef next_frame(self)
    cpdef _land(self, Landing landing)
    cpdef room(self)
    cpdef landed(self, Py_ssize_t count)


cdef class Encoder:

    cpdef tuple encode(self, queue, budget)
    cpdef _encode_parts(self, list buffers, message)
