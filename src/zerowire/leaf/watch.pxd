cpdef bint keep_watch(int poller, int waker, double seconds) except -1
cpdef rest(look, int poller, seconds)
