# cython: language_level=3, boundscheck=False, wraparound=False
"""A queue of references: as much of a deque as pipes use.

A list is the store, so that the garbage collector sees what is in it. Its length is a power
of two; the items lie from `head` on, around the end. One thread may append while another
pops: what can let other code run, an allocation or the end of an item, comes before a look
at the ring, and never between the look and what follows from it. `at` is all of it for those
who look without the interpreter's leave.
"""

from __future__ import annotations

from cpython.object cimport PyObject

cdef extern from "Python.h":
    ctypedef struct PyListObject:
        PyObject **ob_item

FIRST_SIZE = 16


cdef class Ring:
    """A deque, optionally of one item: then a new one takes the place of the old."""

    def __init__(self, items=(), maxlen=None):
        if maxlen is not None and maxlen != 1:
            raise ValueError(f"maxlen is {maxlen}, must be None or 1")
        self.maxlen = maxlen
        self._slots = [None] * FIRST_SIZE
        self.at.items = (<PyListObject *>self._slots).ob_item
        self.at.mask = FIRST_SIZE - 1
        self.at.head = self.at.count = 0
        self.extend(items)

    def __len__(self):
        return self.at.count

    def __bool__(self):
        return self.at.count != 0

    def __iter__(self):
        cdef Py_ssize_t place
        for place in range(self.at.count):
            yield self._slots[(self.at.head + place) & self.at.mask]

    def __getitem__(self, Py_ssize_t place):
        if place < 0:
            place += self.at.count
        if not 0 <= place < self.at.count:
            raise IndexError("ring index out of range")
        return self._slots[(self.at.head + place) & self.at.mask]

    cpdef append(self, item):
        if self.maxlen is not None:
            while self.at.count:
                self.popleft()
        while self.at.count > self.at.mask:
            self._grow()
        self._slots[(self.at.head + self.at.count) & self.at.mask] = item
        self.at.count += 1

    cpdef appendleft(self, item):
        if self.maxlen is not None:
            while self.at.count:
                self.popleft()
        while self.at.count > self.at.mask:
            self._grow()
        self.at.head = (self.at.head - 1) & self.at.mask
        self._slots[self.at.head] = item
        self.at.count += 1

    cpdef popleft(self):
        if not self.at.count:
            raise IndexError("pop from an empty ring")
        item = self._slots[self.at.head]
        self._slots[self.at.head] = None
        self.at.head = (self.at.head + 1) & self.at.mask
        self.at.count -= 1
        return item

    cpdef clear(self):
        cdef Py_ssize_t left = self.at.count
        while left and self.at.count:  # the end of an item may run any code
            self.popleft()
            left -= 1

    cpdef extend(self, items):
        for item in items:
            self.append(item)

    cdef _grow(self):
        cdef list slots = [None] * (2 * (self.at.mask + 1))  # may run the collector, and with it anything
        cdef Py_ssize_t place
        if len(slots) < 2 * (self.at.mask + 1) or self.at.count <= self.at.mask:
            return  # somebody else has made room
        for place in range(self.at.count):
            slots[place] = self._slots[(self.at.head + place) & self.at.mask]
        self._slots = slots
        self.at.items = (<PyListObject *>slots).ob_item
        self.at.head = 0
        self.at.mask = len(slots) - 1
