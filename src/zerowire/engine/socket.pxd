cimport cython

from zerowire.engine.returned cimport Returned
from zerowire.engine.vigil cimport Vigil
from zerowire.leaf.flusher cimport Flushed
from zerowire.patterns.base cimport Pattern


cdef class SocketCore(Flushed):
    cdef object __weakref__
    cdef readonly object context
    cdef readonly object type
    cdef public object settings
    cdef readonly Pattern pattern
    cdef readonly object route
    cdef public object take
    cdef readonly Returned returned
    cdef readonly object timers
    cdef readonly object poller
    cdef readonly object waker
    cdef public object monitor
    cdef public object on_attached
    cdef public object last_endpoint
    cdef public bint leased
    cdef public bint parked
    cdef public bint was_called
    cdef public double quiet_since
    cdef public Py_ssize_t waiters
    cdef public Py_ssize_t watchers
    cdef public list bells
    cdef readonly list dirty
    cdef public bint is_closed
    cdef public object why_closed
    cdef public bint is_finished
    cdef public bint is_stopped
    cdef readonly dict tasks
    cdef readonly object endpoints
    cdef readonly dict pipes
    cdef readonly set inproc_pipes
    cdef public object _mailbox
    cdef list _waiting
    cdef list _blocked
    cdef set _onlookers
    cdef set _untold
    cdef bint _waker_set
    cdef public Py_ssize_t spare
    cdef Py_ssize_t _spared
    cdef double _paced
    cdef double _due
    cdef double _due_soon
    cdef double _attention_due
    cdef bint _is_hurried
    cdef public bint is_watched
    cdef object _linger_timer
    cdef object _signal
    cdef readonly object totals
    cdef readonly object outgoing
    cdef public bint sends_parts
    cdef readonly object incoming
    cdef public bint receives_parts
    cdef readonly Vigil vigil
    cdef public bint has_written
    cdef public long long lost

    cpdef enter(self)
    cdef _run_mailbox(self)
    cpdef bint try_send(self, message) except -1
    cpdef write_routed(self)
    @cython.locals(now=double, each=double)
    cdef _pace(self)
    cdef _catch_up(self, double now)
    cpdef try_receive(self)
    @cython.locals(start=double, end=double)
    cpdef flush(self)
    cpdef serve(self)
    @cython.locals(now=double)
    cpdef dispatch(self, list ready)
    cpdef begin_wait(self, Py_ssize_t purpose, message=*)
    cpdef end_wait(self, Py_ssize_t purpose, message=*)
    cpdef begin_watch(self, Py_ssize_t purpose, message=*)
    cpdef end_watch(self, Py_ssize_t purpose, message=*)
    cpdef wait_time(self, deadline)
    cdef _rouse(self)
    cpdef tell_waiters(self)
    cpdef note_change(self)
    cpdef bint can_receive(self) except -1
