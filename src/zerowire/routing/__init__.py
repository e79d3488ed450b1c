"""How messages move between a socket and its pipes.

Three strategies (fair-queue, load-balance, fan out) and two tables (subscriptions,
peers) serve every socket type. Nothing here does I/O or knows ZMTP; a pipe is
filled and emptied by whoever holds its other end.

Start with pipe.py, then load_balancer.py. May import: message, error, constants.
"""
