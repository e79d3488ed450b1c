from zerowire.patterns.base cimport Pattern


cdef class Pair(Pattern):
    cdef public object _fair_queue
    cdef public object _pipe
