cdef class Exporter:
    cdef public object payload


cpdef view_of(Exporter exporter)
