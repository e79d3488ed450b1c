from zerowire.routing.pipe cimport Pipe


cdef class Pattern:
    cdef public object _last_pipe
    cdef public long long dropped
    cdef public object seed
    cdef public object settings

    cpdef Pipe came_from(self)
