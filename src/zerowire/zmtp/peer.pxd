cdef class Peer:
    cdef public object properties
    cdef public object routing_id
    cdef public object socket_type
    cdef public object version
