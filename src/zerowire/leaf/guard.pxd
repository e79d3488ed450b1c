# The lock is of the type that Cython enters without a call of Python's, and that would be one of the
# interpreter's. But the interpreter reads the clock whenever it takes one. So the names by which
# Cython handles such locks mean others here, in every module that knows Guarded: an atomic word, and
# behind it a lock of the interpreter for those who have to wait. (U. Drepper, "Futexes Are Tricky",
# section 6, with a semaphore for the futex.)

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(ZW_GUARD)
    #define ZW_GUARD

    typedef struct {
        int state;  /* 0: free, 1: taken, 2: taken, and others may wait */
        PyThread_type_lock gate;  /* let go once for each time that somebody may go on */
    } zw_guard;

    static CYTHON_INLINE PyThread_type_lock zw_guard_new(void) {
        zw_guard *guard = (zw_guard *)PyMem_RawMalloc(sizeof(zw_guard));
        if (guard == NULL)
            return NULL;
        guard->state = 0;
        guard->gate = PyThread_allocate_lock();
        if (guard->gate == NULL) {
            PyMem_RawFree(guard);
            return NULL;
        }
        PyThread_acquire_lock(guard->gate, NOWAIT_LOCK);
        return (PyThread_type_lock)guard;
    }

    static CYTHON_INLINE void zw_guard_free(PyThread_type_lock lock) {
        zw_guard *guard = (zw_guard *)lock;
        PyThread_release_lock(guard->gate);
        PyThread_free_lock(guard->gate);
        PyMem_RawFree(guard);
    }

    static CYTHON_INLINE int zw_guard_try(PyThread_type_lock lock) {
        int free_state = 0;
        return __atomic_compare_exchange_n(
            &((zw_guard *)lock)->state, &free_state, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    }

    static CYTHON_INLINE int zw_guard_take(PyThread_type_lock lock, int waits) {
        zw_guard *guard = (zw_guard *)lock;
        if (zw_guard_try(lock))
            return 1;
        if (!waits)
            return 0;
        while (__atomic_exchange_n(&guard->state, 2, __ATOMIC_ACQUIRE) != 0)
            PyThread_acquire_lock(guard->gate, WAIT_LOCK);
        return 1;
    }

    static CYTHON_INLINE void zw_guard_leave(PyThread_type_lock lock) {
        zw_guard *guard = (zw_guard *)lock;
        if (__atomic_exchange_n(&guard->state, 0, __ATOMIC_RELEASE) == 2)
            PyThread_release_lock(guard->gate);
    }

    #define PyThread_allocate_lock zw_guard_new
    #define PyThread_free_lock zw_guard_free
    #define PyThread_acquire_lock zw_guard_take
    #define PyThread_acquire_lock_timed(lock, microseconds, interrupts) \
        (zw_guard_take(lock, (microseconds) != 0) ? PY_LOCK_ACQUIRED : PY_LOCK_FAILURE)
    #define PyThread_release_lock zw_guard_leave
    #elif !defined(ZW_GUARD)
    #define ZW_GUARD
    #define zw_guard_take PyThread_acquire_lock
    #define zw_guard_leave PyThread_release_lock
    #endif
    """

cimport cython


cdef class Guarded:
    cdef cython.pythread_type_lock guard
