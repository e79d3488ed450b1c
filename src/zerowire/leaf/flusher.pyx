# cython: language_level=3, boundscheck=False, wraparound=False
"""Writing the end of a burst while nobody holds the interpreter's lock.

A program that sends a burst and then computes leaves the last messages of the burst unwritten:
they wait for company. This thread writes them, and needs no leave of the interpreter: it reads
the rings of those peers for whom messages wait, packs what it finds into memory of its own and
writes that. It holds the socket's lock meanwhile, so that nobody changes the rings, and it
changes no object and counts no reference. What it has done it leaves in the tail_t of each
peer; whoever has the lock next adopts it before he looks at the ring.

One thread for the whole process, which sleeps as long as nothing waits. `lock` guards the list
of what waits, and is held while the flusher writes: what is listed cannot go away.
"""

from __future__ import annotations

import os

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject
from cpython.pythread cimport (
    PyThread_acquire_lock,
    PyThread_allocate_lock,
    PyThread_release_lock,
    PyThread_start_new_thread,
    PyThread_type_lock,
)
from libc.stdlib cimport free, malloc

from zerowire.leaf.octets cimport message_size, put_message
from zerowire.leaf.ring cimport Ring, ring_t

cdef extern from *:
    """
    #undef PyThread_allocate_lock  /* here it is the interpreter's once more */
    #undef PyThread_free_lock
    #undef PyThread_acquire_lock
    #undef PyThread_acquire_lock_timed
    #undef PyThread_release_lock

    #if defined(_WIN32)
    #define ZW_CAN_FLUSH 0
    static Py_ssize_t zw_write(int fd, const unsigned char *data, size_t size) { return -1; }
    static double zw_now(void) { return 0.0; }
    static void zw_leave_signals(void) {}
    #else
    #include <errno.h>
    #include <signal.h>
    #include <sys/socket.h>
    #include <time.h>
    #define ZW_CAN_FLUSH 1
    #ifndef MSG_NOSIGNAL
    #define MSG_NOSIGNAL 0  /* where there is none, the stream has SO_NOSIGPIPE */
    #endif
    static Py_ssize_t zw_write(int fd, const unsigned char *data, size_t size) {
        Py_ssize_t written = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        return written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : written;
    }
    static double zw_now(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    }
    static void zw_leave_signals(void) {  /* to the threads of the interpreter */
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, NULL);
    }
    #endif
    """
    bint ZW_CAN_FLUSH
    Py_ssize_t zw_write(int fd, const unsigned char *data, size_t size) nogil  # 0: not now, -1: broken
    double zw_now() nogil
    void zw_leave_signals() nogil
    int zw_guard_take(PyThread_type_lock guard, int waits) nogil
    void zw_guard_leave(PyThread_type_lock guard) nogil

cdef extern from "Python.h" nogil:
    int WAIT_LOCK
    int NOWAIT_LOCK
    int PyThread_acquire_lock_timed(PyThread_type_lock, long long microseconds, int)
    unsigned long PYTHREAD_INVALID_THREAD_ID

cdef enum:
    BATCH_SIZE = 65536
    LARGEST = 1048576  # octets of a frame that is still worth a copy

cdef double RETRY = 0.0002  # seconds until the next look at a socket that is in use
cdef double PAUSE = 0.001  # and at one whose streams are full

cdef PyThread_type_lock lock = PyThread_allocate_lock()
cdef PyThread_type_lock alarm = PyThread_allocate_lock()  # held, but for the moment when the flusher is woken
cdef flushed_t *listed = NULL
cdef int epoch = 0  # how many fork()s were survived
cdef bint is_running = False
cdef bint is_asleep = False  # without an end


cdef inline PyObject *item_of(ring_t *ring, Py_ssize_t place) noexcept nogil:
    return ring.items[(ring.head + place) & ring.mask]


cdef bint pack_batch(tail_t *tail) noexcept nogil:
    """Pack what waits for one peer, as far as it is ordinary; False: there is none of it."""
    cdef Py_ssize_t octets = 0, count = 0, size, place
    cdef unsigned char *to
    while tail.messages + count < tail.ring.count and octets < BATCH_SIZE:
        size = message_size(item_of(tail.ring, tail.messages + count), LARGEST)
        if size < 0:
            break
        octets += size
        count += 1
    if not count:
        return False
    tail.batch = to = <unsigned char *>malloc(octets)
    if to == NULL:
        return False
    for place in range(count):
        to = put_message(to, item_of(tail.ring, tail.messages + place))
    tail.begun = count
    tail.size = octets
    tail.sent = 0
    return True


cdef void drop_batch(tail_t *tail) noexcept nogil:
    free(tail.batch)
    tail.batch = NULL
    tail.begun = tail.sent = 0


cdef bint write_tail(tail_t *tail) noexcept nogil:
    """Write what waits for one peer; False: the system does not take all of it now."""
    cdef Py_ssize_t written
    while tail.batch != NULL or pack_batch(tail):
        written = zw_write(tail.fd, tail.batch + tail.sent, tail.size - tail.sent)
        if written > 0:
            tail.octets += written
            tail.sent += written
        if tail.sent == tail.size:
            tail.messages += tail.begun
            drop_batch(tail)
            continue
        if not tail.sent:  # nothing has begun: whoever comes may begin anew
            drop_batch(tail)
        return written < 0  # a broken stream is met by whoever comes; a full one takes more later
    return True


cdef bint write_tails(flushed_t *owner) noexcept nogil:
    """Write what waits, with the owner's lock held; False: not all of it yet."""
    cdef tail_t *tail = owner.tails
    cdef bint is_done = True
    while tail != NULL:
        if not write_tail(tail):
            is_done = False
        if tail.octets:
            owner.was_flushed = owner.needs_attention[0] = True
        tail = tail.next
    return is_done


cdef double look_around() noexcept nogil:
    """Serve those that are due; return when the next one is, 0 if nobody is left."""
    cdef double now = zw_now(), earliest = 0.0
    cdef flushed_t *owner = listed
    cdef flushed_t *next_one
    while owner != NULL:
        next_one = owner.next
        if owner.due <= now:
            if zw_guard_take(owner.guard, NOWAIT_LOCK):
                if write_tails(owner):
                    unlist(owner)
                else:
                    owner.due = now + PAUSE
                zw_guard_leave(owner.guard)
            else:
                owner.due = now + RETRY
        if owner.is_listed and (earliest == 0.0 or owner.due < earliest):
            earliest = owner.due
        owner = next_one
    return earliest


cdef void run(void *nothing) noexcept nogil:
    """Be the flusher."""
    global is_asleep
    cdef double due
    zw_leave_signals()
    PyThread_acquire_lock(lock, WAIT_LOCK)
    while True:
        due = look_around()
        is_asleep = due == 0.0
        PyThread_release_lock(lock)
        if due == 0.0:
            PyThread_acquire_lock(alarm, WAIT_LOCK)
        else:
            PyThread_acquire_lock_timed(alarm, <long long>max(1.0, (due - zw_now()) * 1e6), 0)
        PyThread_acquire_lock(lock, WAIT_LOCK)


cdef void enlist(flushed_t *owner) noexcept nogil:
    global listed
    owner.is_listed = True
    owner.epoch = epoch
    owner.previous = NULL
    owner.next = listed
    if listed != NULL:
        listed.previous = owner
    listed = owner


cdef void unlist(flushed_t *owner) noexcept nogil:
    global listed
    if not owner.is_listed or owner.epoch != epoch:
        return
    owner.is_listed = False
    if owner.previous != NULL:
        owner.previous.next = owner.next
    else:
        listed = owner.next
    if owner.next != NULL:
        owner.next.previous = owner.previous


cdef bint start() except -1:
    """Have a flusher; return False where there can be none."""
    global is_running
    if not is_running and ZW_CAN_FLUSH:
        PyThread_acquire_lock(alarm, NOWAIT_LOCK)
        is_running = PyThread_start_new_thread(run, NULL) != PYTHREAD_INVALID_THREAD_ID
    return is_running


cpdef forget():
    """Begin anew after fork(): the thread has stayed behind, and may have held any lock."""
    global lock, alarm, listed, epoch, is_running, is_asleep
    lock = PyThread_allocate_lock()
    alarm = PyThread_allocate_lock()
    listed = NULL
    epoch += 1
    is_running = is_asleep = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


cdef class Flushed(Guarded):
    """Has tails that somebody else may write while its lock is free.

    Attributes:
        needs_attention: Whoever has the lock next shall look around, take_flushed() included.
    """

    def __cinit__(self):
        self.at.needs_attention = &self.needs_attention

    def __dealloc__(self):
        PyThread_acquire_lock(lock, WAIT_LOCK)
        unlist(&self.at)
        PyThread_release_lock(lock)

    cpdef bint flush_later(self, double seconds) except -1:
        """Have what waits written if that has not been done in so many seconds; False: it will not be."""
        global is_asleep
        cdef bint shall_wake = False
        if not start():
            return False
        PyThread_acquire_lock(lock, WAIT_LOCK)
        self.at.guard = (<PyThread_type_lock *>&self.guard)[0]
        self.at.due = zw_now() + seconds
        if not self.at.is_listed:
            enlist(&self.at)
            shall_wake = is_asleep
            is_asleep = False
        PyThread_release_lock(lock)
        if shall_wake:
            PyThread_release_lock(alarm)
        return True

    cpdef bint take_flushed(self) except -1:
        """Return whether something was written since the last call. Called with the lock held."""
        cdef bint was_flushed = self.at.was_flushed
        self.at.was_flushed = False
        return was_flushed


@cython.no_gc_clear  # or __dealloc__() might find no owner
cdef class Tail:
    """What one peer has yet to get, as the flusher sees it. Every call is with the owner's lock held."""

    def __cinit__(self, Flushed owner):
        self._owner = owner

    def __dealloc__(self):
        PyThread_acquire_lock(lock, WAIT_LOCK)
        self.leave()
        PyThread_release_lock(lock)
        free(self.at.batch)

    cpdef open(self, int fd, Ring ring):
        """Allow that the messages of a ring are written to a descriptor, in ZMTP's framing."""
        self._ring = ring
        self.at.ring = &ring.at
        self.at.fd = fd

    cpdef close(self):
        """Allow it no more."""
        self.leave()
        self.at.ring = NULL

    cpdef wait(self):
        """Messages wait in the ring, and nothing else is on its way into the descriptor."""
        if self.at.ring == NULL or self.at.is_waiting:
            return
        self.at.is_waiting = True
        self.at.previous = NULL
        self.at.next = self._owner.at.tails
        if self.at.next != NULL:
            self.at.next.previous = &self.at
        self._owner.at.tails = &self.at

    cdef leave(self):
        if not self.at.is_waiting:
            return
        self.at.is_waiting = False
        if self.at.previous != NULL:
            self.at.previous.next = self.at.next
        else:
            self._owner.at.tails = self.at.next
        if self.at.next != NULL:
            self.at.next.previous = self.at.previous

    cpdef adopt(self):
        """Return what was written since wait(), if anything was; until the next wait() nothing will be."""
        self.leave()
        if not self.at.octets:
            return None
        left = b""
        if self.at.batch != NULL:
            left = PyBytes_FromStringAndSize(
                <const char *>self.at.batch + self.at.sent, self.at.size - self.at.sent
            )
            free(self.at.batch)
            self.at.batch = NULL
        written = self.at.messages, self.at.octets, self.at.begun, self.at.sent, left
        self.at.messages = self.at.octets = self.at.begun = self.at.sent = 0
        return written
