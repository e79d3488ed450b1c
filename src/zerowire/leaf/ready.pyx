# cython: language_level=3
"""An awaitable whose value is there, which costs an object and no trip through the loop.

A value that somebody else should have if nobody comes for it has a receipt, which learns of that. The
garbage collector must not know that a receipt is held here, or would take it apart before it is told.
"""

from __future__ import annotations

from asyncio import InvalidStateError, get_running_loop

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_CLEAR, Py_INCREF

cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
    ctypedef struct PyAsyncMethods:
        PySendResult (*am_send)(PyObject *, PyObject *, PyObject **) noexcept
    ctypedef struct PyTypeObject:
        PyAsyncMethods *tp_as_async


@cython.freelist(16)
cdef class Ready:
    """A future that is done from the start. Has the methods of asyncio.Future that make sense."""

    _asyncio_future_blocking = False  # by this asyncio knows a future

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        self._forget()
        if self._value is None:
            raise StopIteration
        raise StopIteration(self._value)

    def done(self):
        return True

    def cancelled(self):
        return False

    def cancel(self, msg=None):
        return False

    def result(self):
        self._forget()
        return self._value

    def exception(self):
        return None

    def get_loop(self):
        return get_running_loop()

    def add_done_callback(self, fn, *, context=None):
        get_running_loop().call_soon(fn, self, context=context)

    def remove_done_callback(self, fn):
        return 0

    def set_result(self, result):
        raise InvalidStateError("the result is there already")

    def set_exception(self, exception):
        raise InvalidStateError("the result is there already")

    cdef void _forget(self) noexcept:
        """Tell the receipt nothing: somebody has the value."""
        Py_CLEAR(self._receipt)

    def __dealloc__(self):
        if self._receipt is not NULL:
            (<object>self._receipt).drop()
            self._forget()

    def __repr__(self):
        return f"<Ready result={self._value!r}>"


cdef PySendResult _send(PyObject *self, PyObject *argument, PyObject **result) noexcept:
    """Give the value to who awaits without raising StopIteration, where the interpreter asks for it so."""
    value = (<Ready>self)._value
    (<Ready>self)._forget()
    Py_INCREF(value)
    result[0] = <PyObject *>value
    return PYGEN_RETURN


(<PyTypeObject *>Ready).tp_as_async.am_send = _send


cpdef Ready ready(value, receipt=None):
    """Return an awaitable that gives a value at once; the receipt is told if nobody takes it."""
    cdef Ready it = Ready.__new__(Ready)
    it._value = value
    if receipt is not None:
        Py_INCREF(receipt)
        it._receipt = <PyObject *>receipt
    return it
