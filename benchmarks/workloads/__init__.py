"""What the processes of a measurement do, written against the interface that the libraries share.

Start with work.py. Each other module is a theme: a function a process, and below them the
Workload that joins them.
"""
