# cython: language_level=3
"""Staying awake for a moment, without the interpreter's lock."""

from __future__ import annotations

cdef extern from *:
    """
    #if defined(_WIN32)
    static int zw_watch(int poller, int waker, double seconds) { return 0; }
    #else
    #include <poll.h>
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
    #endif
    """
    int zw_watch(int poller, int waker, double seconds) nogil

cdef extern from "Python.h":
    int PyErr_CheckSignals() except -1


cpdef bint keep_watch(int poller, int waker, double seconds) except -1:
    """Look again and again at a poller, for so many seconds; return whether it has found something."""
    cdef int found
    with nogil:
        found = zw_watch(poller, waker, seconds)
    return found


cpdef heed_signals():
    """Run the handlers of signals that have come: compiled code does not do so by itself."""
    PyErr_CheckSignals()
