"""Measurements of ZeroWire beside pyzmq, taken in turn.

Start with cases.py, the table of what is measured; workloads.py says how one process pair
does it, run.py alternates the libraries, report.py draws the conclusions. Nothing here
needs more than Python and the libraries that are compared.

    make bench                                   the cases that have a goal
    make bench ARGS="--all --rounds 9"           every case
    make bench ARGS="--list"                     what there is
"""
