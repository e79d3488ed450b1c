cimport cython

from zerowire.pgm.receive_window cimport ReceiveWindow

cdef Py_ssize_t DATA_HEADER
cdef int ODATA
cdef int RDATA
cdef int RIGHT


cdef class Heard:
    cdef public double _pause
    cdef public object ask_at
    cdef public double heard_at
    cdef public bint is_listed
    cdef public double life
    cdef public object path
    cdef public object place
    cdef public object tsi
    cdef public ReceiveWindow window

    @cython.locals(due=double)
    cpdef next_timeout(self)


cdef class Receiver:
    cdef public object _due
    cdef public object _group
    cdef public double _looked
    cdef public list _outbox
    cdef public int _port
    cdef public object _random
    cdef public list _ready
    cdef public Py_ssize_t _window
    cdef public dict sources

    @cython.locals(
        size=Py_ssize_t, port=int, length=Py_ssize_t, number=cython.longlong, trail=cython.longlong, heard=Heard,
        window=ReceiveWindow
    )
    cpdef hear(self, bytes octets, place, double now)
    cpdef _list(self, Heard heard)
    cpdef _note_due(self, Heard heard)
    @cython.locals(ready=list, heard=Heard)
    cpdef list take(self)
    cpdef list packets_to_send(self)
