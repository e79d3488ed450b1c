cimport cython

from zerowire.engine.outbox cimport Outbox
from zerowire.engine.portion cimport Portion
from zerowire.leaf.flusher cimport Tail
from zerowire.leaf.ring cimport Ring
from zerowire.routing.pipe cimport Pipe, Queue


cdef class Link:
    cdef public Py_ssize_t _batch
    cdef public bint _broken
    cdef public Portion _budget
    cdef public Portion _chunk
    cdef public bint _finishing
    cdef public bint _holds_back
    cdef public Py_ssize_t _ignored
    cdef public int _interest
    cdef public Outbox _outbox
    cdef public bint _queued
    cdef public Py_ssize_t _read_size
    cdef public Tail _tail
    cdef public object _timer
    cdef public object begun
    cdef public object connection
    cdef public object core
    cdef public object endpoint
    cdef public object errand
    cdef public double last_heard
    cdef public long long octets_in
    cdef public object owner
    cdef public Pipe pipe
    cdef public object state
    cdef public object stream

    cpdef begin(self)
    cpdef answer(self)
    cpdef _greet(self)
    cpdef _after_reading(self)
    cdef _ask(self)
    cdef _open(self)
    cdef _move(self, state)
    cpdef on_ready(self, int ready)
    cpdef on_readable(self, pipe)
    @cython.locals(left=Py_ssize_t, count=Py_ssize_t)
    cpdef _fill(self)
    @cython.locals(size=Py_ssize_t, now=double)
    cpdef bint _fill_buffer(self) except -1
    @cython.locals(size=Py_ssize_t, now=double)
    cpdef Py_ssize_t _fill_frame(self, view) except -1
    cpdef _on_octets(self, Py_ssize_t count, double now)
    @cython.locals(pipe=Pipe, queue=Queue, limit=Py_ssize_t, count=Py_ssize_t)
    cpdef _decode(self)
    cpdef flush(self)
    cpdef on_flushed(self)
    cpdef adopt(self)
    @cython.locals(pipe=Pipe, queue=Queue, items=Ring)
    cpdef _flush(self)
    cpdef _confirm(self)
    cpdef bint _write(self, list buffers, Py_ssize_t octets) except -1
    cpdef _flush_control(self)
    cpdef _watch(self, int interest)
    cpdef _arm(self)
