cimport cython
from cpython.object cimport PyObject

cdef struct ring_t:
    PyObject **items
    Py_ssize_t mask
    Py_ssize_t head
    Py_ssize_t count


@cython.final
cdef class Ring:
    cdef list _slots
    cdef ring_t at
    cdef readonly object maxlen
    cpdef append(self, item)
    cpdef appendleft(self, item)
    cpdef popleft(self)
    cpdef clear(self)
    cpdef extend(self, items)
    cdef _grow(self)
