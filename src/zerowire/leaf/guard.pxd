cimport cython


cdef class Guarded:
    cdef cython.pythread_type_lock guard
