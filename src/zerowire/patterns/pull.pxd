from zerowire.patterns.base cimport Pattern


cdef class Pull(Pattern):
    cdef public object _fair_queue
