cpdef bint keep_watch(int poller, int waker, double seconds) except -1
cpdef heed_signals()
