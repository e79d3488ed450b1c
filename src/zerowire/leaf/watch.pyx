# cython: language_level=3
"""Staying awake for a moment, without the interpreter's lock."""

from __future__ import annotations

cdef extern from *:
    """
    #if defined(_WIN32)
    #define ZW_CAN_REST 0
    static int zw_watch(int poller, int waker, double seconds) { return 0; }
    static void zw_hold_signals(void) {}
    static void zw_let_signals(void) {}
    static void zw_rest(int poller, double seconds) {}
    #else
    #ifdef __linux__
    #define ZW_CAN_REST 1
    #include <sys/epoll.h>
    #else
    #define ZW_CAN_REST 0  /* without epoll_pwait() */
    #endif
    #include <math.h>
    #include <poll.h>
    #include <signal.h>
    #include <sched.h>
    #include <time.h>

    #define ZW_COURTESY 20e-6  /* seconds to wait for the thread that woke us to let go of the interpreter */

    static int zw_watchers = 0;

    static double zw_clock(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    }

    /* Who is woken by a thread of this process cannot go on before that thread lets go of the
       interpreter's lock, and to sleep for that lock takes longer than most calls: a thread that
       is going to wait, too, comes here in a moment. */
    static void zw_be_courteous(void) {
        double end = zw_clock() + ZW_COURTESY;
        while (__atomic_load_n(&zw_watchers, __ATOMIC_RELAXED) < 2 && zw_clock() < end)
            sched_yield();
    }

    static int zw_watch(int poller, int waker, double seconds) {
        struct pollfd watched[2] = {{poller, POLLIN, 0}, {waker, POLLIN, 0}};
        double end = zw_clock() + seconds;
        int found;
        __atomic_add_fetch(&zw_watchers, 1, __ATOMIC_RELAXED);
        while (!(found = poll(watched, 2, 0)) && zw_clock() < end)
            sched_yield();
        if (found > 0 && watched[1].revents)
            zw_be_courteous();
        __atomic_sub_fetch(&zw_watchers, 1, __ATOMIC_RELAXED);
        return found > 0;
    }

    static __thread sigset_t zw_let;  /* the signals that this thread holds back outside of rest() */

    static void zw_hold_signals(void) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &zw_let);
    }

    static void zw_let_signals(void) {
        pthread_sigmask(SIG_SETMASK, &zw_let, NULL);
    }

    static void zw_rest(int poller, double seconds) {
    #if ZW_CAN_REST
        struct epoll_event found;  /* it is found again, as long as it is there */
        epoll_pwait(poller, &found, 1, seconds < 0 ? -1 : (int)ceil(seconds * 1e3), &zw_let);
    #endif
    }
    #endif
    """
    bint ZW_CAN_REST
    int zw_watch(int poller, int waker, double seconds) nogil
    void zw_hold_signals() nogil
    void zw_let_signals() nogil
    void zw_rest(int poller, double seconds) nogil

cdef extern from "Python.h":
    int PyErr_CheckSignals() except -1


cdef double LONGEST = 1e6  # seconds that a wait lasts; whoever waits longer looks again


cpdef bint keep_watch(int poller, int waker, double seconds) except -1:
    """Look again and again at a poller, for so many seconds; return whether it has found something."""
    cdef int found
    with nogil:
        found = zw_watch(poller, waker, seconds)
    return found


cpdef rest(look, int poller, seconds):
    """Wait, and return what look() finds then; a signal ends the wait, and its handler runs.

    A signal that came just before the wait would not end it: compiled code runs no handlers, and a
    system call that has yet to begin knows nothing of one that ran. So signals are held back from
    before the last look for them until the system waits.
    """
    cdef double time = -1.0 if seconds is None else min(seconds, LONGEST)
    if not ZW_CAN_REST or poller < 0:
        PyErr_CheckSignals()
        return look(seconds)
    zw_hold_signals()
    try:
        PyErr_CheckSignals()
        with nogil:
            zw_rest(poller, time)
    finally:
        zw_let_signals()
    PyErr_CheckSignals()
    return look(0)
