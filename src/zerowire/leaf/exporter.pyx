# cython: language_level=3
"""What lends its octets to whoever takes buffers: memoryview(), bytes(), numpy, files."""

from __future__ import annotations

from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.mem cimport PyMem_Free, PyMem_Malloc


cdef class Exporter:
    """Its buffer is its payload, and a view of it keeps it."""

    def __getbuffer__(self, Py_buffer *view, int flags):
        cdef Py_buffer *lent = <Py_buffer *>PyMem_Malloc(sizeof(Py_buffer))
        if lent == NULL:
            raise MemoryError
        try:
            PyObject_GetBuffer(self.payload, lent, flags & PyBUF_WRITABLE)
        except:
            PyMem_Free(lent)
            raise
        try:
            PyBuffer_FillInfo(view, self, lent.buf, lent.len, lent.readonly, flags)
        except:
            PyBuffer_Release(lent)
            PyMem_Free(lent)
            raise
        view.internal = lent  # so that the payload is lent as long as this view, whatever happens to it

    def __releasebuffer__(self, Py_buffer *view):
        PyBuffer_Release(<Py_buffer *>view.internal)
        PyMem_Free(view.internal)


cpdef view_of(Exporter exporter):
    """Return a view of the payload, which keeps its exporter."""
    return memoryview(exporter)
