from zerowire.engine.link cimport Link
from zerowire.routing.pipe cimport Pipe


cdef class LinkedPeer:
    cdef public object core
    cdef public object endpoint
    cdef public object settings
    cdef public Link link
    cdef public Pipe pipe
    cdef public Pipe link_end
    cdef public object _past_octets
