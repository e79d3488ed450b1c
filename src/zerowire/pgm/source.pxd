cimport cython

from zerowire.pgm.token_bucket cimport TokenBucket
from zerowire.pgm.transmit_window cimport TransmitWindow


cdef class Source:
    cdef double _ambient_at
    cdef double _answered
    cdef TokenBucket _bucket
    cdef Py_ssize_t _beat
    cdef object _heartbeat_at
    cdef double _last_data
    cdef double _last_spm
    cdef list _outbox
    cdef Py_ssize_t _overhead
    cdef object _path
    cdef object _port
    cdef readonly TokenBucket _repair_bucket
    cdef readonly object _repairs
    cdef object _spm_number
    cdef object _tsi
    cdef readonly set _wanted
    cdef readonly long long complaints
    cdef readonly long long repaired
    cdef readonly TransmitWindow window

    @cython.locals(trail=cython.longlong, number=cython.longlong)
    cpdef bint try_send(self, bytes data, double now) except -1
    cpdef double ready_at(self, bytes data) except -1
    cpdef list packets_to_send(self)
    cpdef _quicken(self, double now)
