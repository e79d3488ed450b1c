from zerowire.zmtp.mechanism.base cimport Mechanism


cdef class Null(Mechanism):
    cdef bint _is_waiting
    cdef bint _ready_sent
    cdef bint _ready_received
