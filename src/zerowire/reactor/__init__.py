"""Waiting: for descriptors, for other threads, for moments.

    poller.py   which descriptors are ready
    waker.py    make a waiting thread look up  (event_fd.py, socket_pair.py)
    timers.py   what to call when

Nothing here has heard of ZeroMQ. May import: nothing of ours.
"""
