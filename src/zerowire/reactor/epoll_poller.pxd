cdef class EpollPoller:
    cdef readonly object _epoll
    cdef dict _handlers
    cdef dict _interests
    cdef object _poll

    cpdef register(self, int fd, int interest, handler)
    cpdef modify(self, int fd, int interest)
    cpdef unregister(self, int fd)
