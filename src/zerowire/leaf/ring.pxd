cimport cython

@cython.final
cdef class Ring:
    cdef list _slots
    cdef Py_ssize_t _mask
    cdef Py_ssize_t _head
    cdef Py_ssize_t _count
    cdef readonly object maxlen
    cpdef append(self, item)
    cpdef appendleft(self, item)
    cpdef popleft(self)
    cpdef clear(self)
    cpdef extend(self, items)
    cdef _grow(self)
