from zerowire.patterns.base cimport Pattern


cdef class Push(Pattern):
    cdef public object _load_balancer
