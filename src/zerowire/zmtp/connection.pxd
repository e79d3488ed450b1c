cimport cython

from zerowire.zmtp.buffer cimport ReceiveBuffer
from zerowire.zmtp.framing cimport Decoder, Encoder
from zerowire.zmtp.heartbeat cimport Heartbeat
from zerowire.zmtp.mechanism.base cimport Mechanism
from zerowire.zmtp.peer cimport Peer


cdef class Connection:
    cdef public ReceiveBuffer _buffer
    cdef public list _commands
    cdef public object _config
    cdef public Decoder _decoder
    cdef public Encoder _encoder
    cdef public list _events
    cdef public Py_ssize_t _greeted
    cdef public object _handshake_due
    cdef public Heartbeat _heartbeat
    cdef public Mechanism _mechanism
    cdef public double _now
    cdef public list _outbox
    cdef public object _sink
    cdef public object _source
    cdef public bint is_asking
    cdef public Peer peer
    cdef public object state
    cdef public object work

    cdef _move(self, state)
    cpdef receive_data(self, data, double now)
    cpdef get_buffer(self)
    cpdef buffer_updated(self, Py_ssize_t count, double now)
    cpdef data_to_send(self)
    cpdef take_messages(self, into, limit)
    cpdef _take(self, source, into, limit)
    cpdef encode(self, queue, budget)
    cdef _shake_hands(self)
    cdef bint _on_greeting(self) except -1
    cdef _greet(self, Py_ssize_t offset, bytes piece)
    cdef Mechanism _own_mechanism(self)
    cdef bint _begin_handshake(self, bytes head) except -1
    cdef _limit_handshake(self)
    cdef bint _on_handshake(self) except -1
    cdef _continue_handshake(self, Mechanism mechanism)
    @cython.locals(peer=Peer)
    cdef _on_metadata(self, properties)
    @cython.locals(mechanism=Mechanism, decoder=Decoder, encoder=Encoder)
    cdef _begin_traffic(self)
