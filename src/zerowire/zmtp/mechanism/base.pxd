cdef class Mechanism:
    cdef public object metadata
    cdef public object peer_metadata
    cdef public object credentials
    cdef public object traffic
    cdef public object work
    cdef public bint is_done


cdef class Traffic:
    pass
