from cpython.object cimport PyObject

from zerowire.leaf.ring cimport Ring

cdef Py_ssize_t message_size(PyObject *message, Py_ssize_t large) noexcept nogil
cdef unsigned char *put_message(unsigned char *to, PyObject *message) noexcept nogil
cpdef remember(bint wanted)
cpdef tuple pack(queue, Py_ssize_t budget)
cpdef Py_ssize_t unpack(
    bytes data, Py_ssize_t position, Ring into, Py_ssize_t limit, list parts, Py_ssize_t largest
) except -1
cpdef bytes prefix(bytes frame, Py_ssize_t size)
