from zerowire.zmtp.buffer cimport ReceiveBuffer
from zerowire.zmtp.framing cimport Decoder


cdef class Connection:
    cdef public ReceiveBuffer _buffer
    cdef public object _commands
    cdef public object _config
    cdef public Decoder _decoder
    cdef public object _encoder
    cdef public object _events
    cdef public object _greeted
    cdef public object _handshake_due
    cdef public object _heartbeat
    cdef public object _mechanism
    cdef public double _now
    cdef public object _outbox
    cdef public object _sink
    cdef public object _source
    cdef public object peer
    cdef public object state

    cpdef receive_data(self, data, double now)
    cpdef get_buffer(self)
    cpdef buffer_updated(self, Py_ssize_t count, double now)
    cpdef data_to_send(self)
    cpdef take_messages(self, into, limit)
    cpdef _take(self, source, into, limit)
    cpdef encode(self, queue, budget)
