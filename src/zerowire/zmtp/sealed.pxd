cimport cython

from zerowire.zmtp.framing cimport Decoder, Encoder


cdef class SealedDecoder:
    cdef public Decoder _decoder
    cdef public list _parts
    cdef public object _traffic
    cdef public object command

    @cython.locals(taken=Py_ssize_t)
    cpdef decode(self, into, limit)


cdef class SealedEncoder:
    cdef public Encoder _encoder
    cdef public object _traffic

    cpdef tuple encode(self, queue, budget)
    cpdef bytes _seal(self, flags, body)
    cpdef wire_size(self, message)
    cpdef frame_size(self, size)
