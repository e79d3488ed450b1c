"""Measurements of ZeroWire beside pyzmq and bare sockets, taken in turn.

Start with cases.py, the table of what is measured and wanted. workloads/ says what the
processes of a measurement do, a module a theme; worker.py is one such process; run.py gives
the libraries their turns; report.py concludes, table.py and plot.py show it. Nothing here
needs more than Python and the libraries that are compared. docs/performance.md tells how to
read what comes out.

    make bench                                   the cases that have a goal
    make bench ARGS="--all --rounds 9"           every case
    make bench ARGS="'round trip*ipc' paced"     some
    make bench ARGS="--list"                     what there is
"""
