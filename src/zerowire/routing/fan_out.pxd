cimport cython

from zerowire.routing.pipe cimport Pipe


cdef class FanOut:
    cdef public dict pipes

    cpdef Py_ssize_t send(self, message) except -1
    @cython.locals(pipe=Pipe, missed=Py_ssize_t)
    cpdef Py_ssize_t send_to(self, pipes, message) except -1
