cimport cython

from zerowire.pgm.serial cimport add, distance

cdef long long MASK


cdef class ReceiveWindow:
    cdef public list _delivered
    cdef public double _due
    cdef public dict _kept
    cdef public long long _lead
    cdef public dict _missing
    cdef public object _random
    cdef public long long _seen
    cdef public Py_ssize_t _size
    cdef public int _unserved
    cdef public long long asked
    cdef public long long duplicates
    cdef public long long lost
    cdef public long long next
    cdef public long long received
    cdef public long long repaired

    cpdef on_data(self, long long number, long long trail, data, double now)
    cpdef _keep(self, long long number, data, double now)
    @cython.locals(length=cython.longlong, too_many=cython.longlong)
    cpdef _extend(self, long long lead)
    @cython.locals(deadline=double)
    cpdef _look(self, double now)
    cpdef _forget_before(self, long long trail)
    @cython.locals(kept=dict, count=Py_ssize_t)
    cpdef _deliver(self)
    @cython.locals(start=cython.longlong)
    cpdef _advance(self, long long count)
    cpdef list take(self)
    cpdef next_timeout(self)
